import { defineConfig, type UserConfig } from 'tsdown'

/** What is loaded when it is needed: each with `import()`, and from nowhere else. */
const later = ['auth-message', 'capability', 'greetings', 'heard', 'request', 'siwe', 'wallet', 'words']

const nameOf = (id: string): string => /([^\\/]+)\.ts$/.exec(id)?.[1] ?? ''
const shared: UserConfig = { platform: 'neutral', target: 'es2022' }

/** Two builds: what is loaded later has copies of its own of what little it shares with the rest. Else bundlers would cut all of it into many small pieces. */
export default defineConfig([
  {
    ...shared,
    dts: true,
    entry: ['src/index.ts'],
    plugins: [
      {
        name: 'later-apart',
        resolveId: (id, _, { kind }) =>
          kind === 'dynamic-import' && id.startsWith('./') ? { id: `./${nameOf(id)}.js`, external: true } : undefined,
      },
    ],
  },
  {
    ...shared,
    dts: false,
    clean: false,
    entry: later.map((name) => `src/${name}.ts`),
    outputOptions: { chunkFileNames: 'later-[name].js' },
  },
])
