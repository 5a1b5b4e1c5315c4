import { defineConfig } from 'vitest/config'

const conditions = ['@session-sigs/source']

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    typecheck: { enabled: true, include: ['packages/*/test/**/*.test-d.ts'], tsconfig: './tsconfig.json' },
    globalSetup: './test/browser/setup.ts',
    reporters: ['default', './scripts/count-reporter.ts'],
    testTimeout: 60_000,
  },
})
