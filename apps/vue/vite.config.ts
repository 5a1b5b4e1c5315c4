import vue from '@vitejs/plugin-vue'
import { defaultClientConditions, defineConfig } from 'vite'

export default defineConfig(({ command }) => ({
  plugins: [vue()],
  // While developing, packages are their sources. What is published is made of what users install.
  resolve: command === 'serve' ? { conditions: ['@session-sigs/source', ...defaultClientConditions] } : {},
  build: { target: 'es2022' },
}))
