import { defineConfig, type UserConfig } from 'tsdown'

/** What a page loads with the client, in one file: bundlers that assign code by file then load just that, and what is loaded later shares it. */
const client =
  /src[\\/](?:errors|encode|observable|uri|json|time|keccak|address|resource|keypair|signer|siwe|scope|delegation|issue|coverage|request|storage|timers|watch|server-time|state|turns|place|ask|vault|asking|session)\.ts$/

/** The second form is a file by itself that shares only the error class: it would otherwise be loaded with every page, because the main entry exports its parts too. */
const secondForm = /recap-scope\.ts$/

const shared: UserConfig = { platform: 'neutral', target: 'es2022', dts: true }

export default defineConfig([
  {
    ...shared,
    entry: ['src/index.ts', 'src/verify.ts'],
    plugins: [
      {
        name: 'second-form-apart',
        resolveId: (id) => (secondForm.test(id) ? { id: './recap-scope.js', external: true } : undefined),
      },
    ],
    outputOptions: {
      codeSplitting: { groups: [{ name: 'client', test: client }] },
      chunkFileNames: '[name].js',
      minifyInternalExports: false,
    },
  },
  {
    ...shared,
    entry: ['src/recap-scope.ts'],
    clean: false,
    dts: false,
    plugins: [
      {
        name: 'one-error-class',
        resolveId: (id) => (id.endsWith('/errors.ts') ? { id: './client.js', external: true } : undefined),
      },
    ],
  },
])
