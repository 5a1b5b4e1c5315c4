import '@session-sigs/app-demo/style.css'
import { createDemo, createInspector } from '@session-sigs/app-demo'
import { createApp } from 'vue'
import App from './App.vue'

createApp(App, { demo: createDemo(), inspector: createInspector() }).mount('#app')
