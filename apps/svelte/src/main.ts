import '@session-sigs/app-demo/style.css'
import { createDemo, createInspector } from '@session-sigs/app-demo'
import { mount } from 'svelte'
import App from './App.svelte'

const target = document.querySelector('#app')
if (!target) throw new Error('The page has no #app.')
mount(App, { target, props: { demo: createDemo(), inspector: createInspector() } })
