/** What a page loads, and what it hears when its client is ready. */
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'
import { valueIn } from '../../../../test/browser/clients.ts'
import { describeLit, getSigs } from './rig.ts'

/** All that a bundler makes of some imports for a page: what is loaded at once, and what later. */
async function bundled(contents: string): Promise<string> {
  const resolveDir = fileURLToPath(new URL('.', import.meta.url))
  const { outputFiles } = await build({
    stdin: { contents, resolveDir },
    conditions: ['@session-sigs/source', 'import'],
    ...{ bundle: true, splitting: true, format: 'esm', target: 'es2022', write: false, outdir: 'out', logLevel: 'silent' },
  })
  return outputFiles.map(({ text }) => text).join('\n')
}

/** What no implementation of secp256k1 can do without: its generator. */
const generator = /79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798/i

it('a page loads no secp256k1 with the client, neither at once nor later', async () => {
  expect(await bundled("export { verifySessionSig } from '@session-sigs/core/verify'")).toMatch(generator)
  for (const imports of ['{ LitNodeClient }', '*']) {
    const text = await bundled(`export ${imports} from '@session-sigs/lit'`)
    expect(text).toContain('LitNodeClient')
    expect(text).not.toMatch(generator)
    expect(text).not.toMatch(/secp256k1/i)
  }
})

describeLit('a page', (lit) => {
  it('hears lit-ready at its document, once, when the client is ready, and not sooner', async () => {
    const tab = await lit.newTab(await lit.newProfile())
    const seen = await tab.evaluate(
      async (config) => {
        const readiness: boolean[] = []
        const client = new window.lit.LitNodeClient(config)
        document.addEventListener('lit-ready', () => readiness.push(client.ready))
        const before = client.ready
        const connected = client.connect()
        const during = [...readiness]
        await connected
        return { before, during, after: [...readiness] }
      },
      { litNetwork: 'custom', bootstrapUrls: lit.network.urls } as const,
    )
    expect(seen).toEqual({ before: false, during: [], after: [true] })
  })

  it('hears nothing where too few nodes answer', async () => {
    const tab = await lit.newTab(await lit.newProfile())
    const [node = ''] = lit.network.urls
    // Nobody listens there.
    const away = ['http://127.0.0.1:9', 'http://127.0.0.1:19']
    const heard = await tab.evaluate(
      async (config) => {
        const events: Event[] = []
        document.addEventListener('lit-ready', (event) => events.push(event))
        const client = new window.lit.LitNodeClient(config)
        const outcome = await window.lit.outcome(client.connect())
        return { outcome, heard: events.length, ready: client.ready }
      },
      { litNetwork: 'custom', bootstrapUrls: [node, ...away] } as const,
    )
    expect(heard).toEqual({
      outcome: { code: 'nodes-unreachable', message: expect.stringContaining('127.0.0.1:9') },
      heard: 0,
      ready: false,
    })
  })

  it('sends a node its session signature, and is served', async () => {
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    const sigs = valueIn(await getSigs(tab))
    for (const [node, authSig] of Object.entries(sigs)) {
      const answer = await tab.evaluate(
        async ([url, body]) => {
          const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
          return `${response.status} ${await response.text()}`
        },
        [`${node}/action`, JSON.stringify({ id: lit.network.actions.greet, authSig })] as const,
      )
      expect(answer).toMatch(/^200 .*Hello from/)
    }
  })
})
