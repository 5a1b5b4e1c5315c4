import { inspect } from 'node:util'
import { afterEach, expect, it, vi } from 'vitest'
import { fromHex, toBase64url } from '../src/bytes.ts'
import { generateSessionKeyPair, importSessionKey, type SessionKeyPair } from '../src/keypair.ts'
import { createSessionClient } from '../src/session.ts'
import { memoryStorage, type SessionStorage } from '../src/storage.ts'
import { createVerifier, inspectSessionSig } from '../src/verify.ts'
import { authSigFor, countingSigner, domain, nodes } from './wallet.ts'

const [node = ''] = nodes

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

/** Everything that a careless line of an app could let out of a value. */
async function everythingShownBy(value: unknown): Promise<string> {
  const printed: string[] = []
  for (const method of ['log', 'dir', 'error', 'table'] as const) {
    vi.spyOn(console, method).mockImplementation(
      (...args: unknown[]) => void printed.push(args.map((arg) => inspect(arg, { depth: 9 })).join(' ')),
    )
    console[method](value)
  }
  vi.restoreAllMocks()
  const error = value instanceof Error ? [value.stack, value.message, inspect(value.cause, { depth: 9 })] : []
  return [
    JSON.stringify(value),
    String(value),
    inspect(value, { depth: 9, showHidden: true, getters: true }),
    JSON.stringify(Object.getOwnPropertyDescriptors(Object(value))),
    ...printed,
    ...error,
  ].join('\n')
}

/** The seed in every encoding that somebody might find it in. */
function spellingsOf(pair: SessionKeyPair): string[] {
  const seed = fromHex(pair.secretKey.slice(0, 64)) ?? expect.fail('no seed')
  const base64 = Buffer.from(seed).toString('base64')
  return [
    pair.secretKey.slice(0, 64),
    pair.secretKey.slice(0, 64).toUpperCase(),
    base64,
    toBase64url(seed),
    [...seed].join(','),
    [...seed].join(', '),
  ]
}

for (const platform of ['native', 'software']) {
  it(`no object of ours shows its key: ${platform}`, async () => {
    const pair = await generateSessionKeyPair()
    if (platform === 'software') vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
    const key = await importSessionKey(pair)
    const storage = memoryStorage()
    const client = createSessionClient({ nodes, domain, signer: countingSigner(), storage })
    const sigs = await client.getSessionSigs({ sessionKey: pair })
    let shownToCallback: unknown
    const recap = { resourceAbilityRequests: [{ resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }] }
    const authNeededCallback = (params: Parameters<typeof authSigFor>[0]) => {
      shownToCallback = params
      return authSigFor(params)
    }
    await client.getSessionSigs({ ...recap, sessionKey: pair, authNeededCallback })
    const options = { audience: node, domains: [domain], resource: 'litAction://1' }
    const verifier = createVerifier({ audience: node, domains: [domain] })
    const report = await inspectSessionSig(sigs[node], options)
    expect(report.ok).toBe(true)
    const failing = await client
      .getSessionSigs({ sessionKey: pair, authNeededCallback: () => Promise.reject(new Error('no')), resources: [] })
      .catch((error: unknown) => error)
    const broken = [
      { ...pair, publicKey: pair.publicKey.toUpperCase() },
      { ...pair, secretKey: pair.secretKey.slice(1) },
      { ...pair, secretKey: `${pair.secretKey.slice(0, 64)}${'00'.repeat(32)}` },
      JSON.stringify(pair).slice(0, -1),
      `${JSON.stringify(pair)}x`,
      JSON.stringify([pair]),
    ]
    const errors = await Promise.all(broken.map((input) => importSessionKey(input).catch((error: unknown) => error)))
    expect(errors.every((error) => error instanceof Error)).toBe(true)

    for (const value of [key, client, client.get(), storage, sigs, verifier, report, shownToCallback, failing, ...errors]) {
      const shown = await everythingShownBy(value)
      for (const spelling of spellingsOf(pair)) expect(shown).not.toContain(spelling)
    }
  })
}

it('a client whose storage keeps seeds does not show them', async () => {
  const inner = memoryStorage()
  const seen: string[] = []
  const storage: SessionStorage = {
    ...inner,
    keys: 'seed',
    set: (id, value) => {
      for (const { key } of Object.values(value.sessions)) if (key.type === 'seed') seen.push(key.seed)
      return inner.set(id, value)
    },
  }
  const client = createSessionClient({ nodes, domain, signer: countingSigner(), storage })
  await client.getSessionSigs()
  expect(seen.length).toBe(1)
  for (const value of [client, client.get(), storage]) {
    const shown = await everythingShownBy(value)
    for (const seed of seen) expect(shown).not.toContain(seed)
  }
})
