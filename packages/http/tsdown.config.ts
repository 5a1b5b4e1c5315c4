import { defineConfig } from 'tsdown'

export default defineConfig({
  entry: ['src/index.ts', 'src/verify.ts', 'src/hono.ts', 'src/express.ts', 'src/fastify.ts'],
  platform: 'neutral',
  target: 'es2022',
  dts: true,
})
