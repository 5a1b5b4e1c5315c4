import { defineConfig, type UserConfig } from 'tsdown'

/** What a page loads with the client. */
const parts = [
  ...['errors', 'encode', 'observable', 'timers', 'watch', 'time', 'values', 'resource', 'keypair'],
  ...[
    'scope',
    'delegation',
    'issue',
    'coverage',
    'request',
    'storage',
    'server-time',
    'state',
    'turns',
    'place',
    'vault',
    'asking',
    'session',
  ],
]

/** Those of them that are shared with what is loaded later (`src/parts.ts`); of others it has its own copy of what little it needs. */
const sharedParts = ['coverage', 'delegation', 'encode', 'errors', 'storage', 'time', 'values']

/** What is loaded when it is needed: each with `import()`, and from nowhere else. */
const later = [
  ...[
    'auth-sig',
    'brought',
    'callback',
    'check-wallet',
    'further',
    'pending',
    'question',
    'recap-scope',
    'record',
    'renewal',
    'revoking',
    'secp256k1',
    'seed',
    'software',
  ],
  ...['stored-key', 'wallet-events', 'wallet-hash'],
]

const nameOf = (id: string): string => /([^\\/]+)\.ts$/.exec(id)?.[1] ?? ''
const shared: UserConfig = { platform: 'neutral', target: 'es2022' }

/**
 * Two builds. Some bundlers load with the page whatever the main entry can reach, used or not, as long as something loaded later uses it. So what is loaded later has a copy
 * of its own of what the main entry exports besides the client, and shares only the client's parts: the error class above all.
 */
export default defineConfig([
  {
    ...shared,
    dts: true,
    entry: ['src/index.ts', 'src/verify.ts', 'src/chains.ts', 'src/parts.ts'],
    plugins: [
      {
        name: 'later-apart',
        resolveId: (id, _, { kind }) => (kind === 'dynamic-import' ? { id: `./${nameOf(id)}.js`, external: true } : undefined),
      },
    ],
    outputOptions: {
      codeSplitting: { groups: [{ name: 'client', test: new RegExp(`src[\\\\/](?:${parts.join('|')})\\.ts$`) }] },
      chunkFileNames: '[name].js',
      minifyInternalExports: false,
      comments: { legal: true, annotation: true, jsdoc: false },
    },
  },
  {
    ...shared,
    dts: false,
    clean: false,
    entry: later.map((name) => `src/${name}.ts`),
    plugins: [
      {
        name: 'parts-shared',
        resolveId: (id) => (sharedParts.includes(nameOf(id)) && id.startsWith('./') ? { id: './parts.js', external: true } : undefined),
      },
    ],
    outputOptions: { chunkFileNames: 'later-[name].js', comments: { legal: true, annotation: true, jsdoc: false } },
  },
])
