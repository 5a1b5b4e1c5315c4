/** Core needs neither a browser nor Node, and importing it does nothing. */
import { fileURLToPath } from 'node:url'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { privateKeyToAccount } from 'viem/accounts'
import { expect, it } from 'vitest'

/** What the web platform and Node both have, and core may use. */
const allowed = { crypto, TextEncoder, TextDecoder, URL, structuredClone, queueMicrotask, atob, setTimeout, clearTimeout }

/** Both entries in one script that leaves their exports in `core` and `verify`. Whatever is only Node's or only the page's is not defined where it runs. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: "export * as core from '@session-sigs/core'; export * as verify from '@session-sigs/core/verify'",
      resolveDir: fileURLToPath(new URL('../docs/examples', import.meta.url)),
    },
    bundle: true,
    format: 'iife',
    globalName: 'all',
    platform: 'neutral',
    conditions: ['@session-sigs/source', 'import'],
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}

it('importing it reads nothing of the platform', async () => {
  const read: string[] = []
  const watched: object = {}
  for (const [name, value] of Object.entries(allowed)) Object.defineProperty(watched, name, { get: () => read.push(name) && value })
  runInContext(await bundled(), createContext(watched))
  expect(read).toEqual([])
})

it('the whole path runs with nothing but what both platforms have', async () => {
  const account = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')
  const signMessage = (message: string) => account.signMessage({ message })
  const context = createContext({ ...allowed, address: account.address, signMessage })
  runInContext(await bundled(), context)
  const script = `(async () => {
    const { core, verify } = all
    const [node, domain] = ['https://node.example', 'app.example']
    const signer = { account: async () => ({ address, chainId: 1 }), signMessage }
    const storage = core.memoryStorage()
    const client = core.createSessionClient({ nodes: [node], domain, signer, storage })
    const first = await client.getSessionSigs({ resources: ['litAction://*'] })
    const second = await client.getSessionSigs({ resourceAbilityRequests: [{ resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }] })
    const own = await client.getSessionSigs({ sessionKey: await core.generateSessionKeyPair() })
    await core.createSessionClient({ nodes: [node], domain, storage }).restore()
    const verifier = verify.createVerifier({ audience: node, domains: [domain] })
    const sessions = await Promise.all([
      verifier.verify(first[node], { resource: 'litAction://x' }),
      verifier.verify(second[node], { resource: 'lit-pkp://1', ability: 'pkp-signing' }),
      verifier.verify(own[node], { resource: 'litRLI://1' }),
    ])
    return sessions.map((session) => session.address).join()
  })()`
  expect(await runInContext(script, context)).toBe([account.address, account.address, account.address].join())
})
