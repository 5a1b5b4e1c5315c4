import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/main.ts'],
  platform: 'node',
  target: 'es2022',
  dts: true,
})
