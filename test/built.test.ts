/** The packages as they are built, by the paths that users load: `pnpm build` first (`npm test` does). */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { beforeAll, expect, it } from 'vitest'

type Core = typeof import('@session-sigs/core')
type Verify = typeof import('@session-sigs/core/verify')

const dist = new URL('../packages/core/dist/', import.meta.url)
const [node, domain] = ['https://node.example:7470', 'app.example']
const account = privateKeyToAccount(generatePrivateKey())
let core: Core
let verify: Verify

beforeAll(async () => {
  if (!existsSync(dist)) throw new Error('There is no packages/core/dist: run pnpm build first.')
  core = (await import(/* @vite-ignore */ new URL('index.js', dist).href)) as Core
  verify = (await import(/* @vite-ignore */ new URL('verify.js', dist).href)) as Verify
})

function client(options: Partial<Parameters<Core['createSessionClient']>[0]> = {}) {
  const signer = {
    account: async () => ({ address: account.address, chainId: 1 }),
    signMessage: (message: string) => account.signMessage({ message }),
  }
  return core.createSessionClient({ nodes: [node], signer, domain, ...options })
}

it('the exports are these and no others', () => {
  expect(Object.keys(core).toSorted()).toMatchInlineSnapshot(`
    [
      "SessionError",
      "askRevocation",
      "capabilityFor",
      "createSessionClient",
      "decodeRecap",
      "defineVocabulary",
      "encodeRecap",
      "formatPkpResource",
      "formatSiweMessage",
      "generateSessionKeyPair",
      "importSessionKey",
      "isGranted",
      "isRecapGranted",
      "isSessionError",
      "issueSessionSig",
      "litVocabulary",
      "memoryStorage",
      "mergeRecaps",
      "observeSession",
      "parseResource",
      "parseSiweMessage",
      "recapAbilityFor",
      "recapOf",
      "recapStatement",
      "revokeSessionKey",
      "sessionKeyUri",
      "toChecksumAddress",
    ]
  `)
  expect(Object.keys(verify).toSorted()).toMatchInlineSnapshot(`
    [
      "SessionError",
      "checkNames",
      "createVerifier",
      "hashPersonalMessage",
      "inspectSessionSig",
      "isRevokedBy",
      "isSessionError",
      "memoryNonces",
      "memoryRevocations",
      "prepareSessionKey",
      "presentDelegations",
      "recoverWallet",
      "revocationSubject",
      "revocationSubjects",
      "verifyRevocation",
      "verifySessionSig",
    ]
  `)
})

it('both forms, and a key of one’s own, from what is built', async () => {
  const first = await client().getSessionSigs({ resources: ['litAction://*'], sessionKey: await core.generateSessionKeyPair() })
  await verify.verifySessionSig(first[node], { audience: node, domains: [domain], resource: 'litAction://Qm' })
  const request = { resource: { resource: '*', resourcePrefix: 'lit-litaction' }, ability: 'lit-action-execution' }
  const second = await client().getSessionSigs({ resourceAbilityRequests: [request] })
  const options = { audience: node, domains: [domain], resource: 'lit-litaction://Qm', ability: 'lit-action-execution' }
  await verify.verifySessionSig(second[node], options)
})

it('a stored session is found again', async () => {
  const storage = core.memoryStorage()
  const signer = {
    account: async () => ({ address: account.address, chainId: 1 }),
    signMessage: (message: string) => account.signMessage({ message }),
  }
  await core.createSessionClient({ nodes: [node], signer, domain, storage }).signIn()
  const again = core.createSessionClient({ nodes: [node], domain, storage })
  await again.restore()
  expect(again.get().status).toBe('signed-in')
})

it('a sign-out is told to servers, and a failure to is an error of the same class', async () => {
  let told = ''
  const sendRevocation = async (statement: object) => {
    told = JSON.stringify(statement)
    throw new Error('offline')
  }
  const revoking = client({ sendRevocation })
  await revoking.signIn()
  await expect(revoking.signOut({ revoke: true })).rejects.toBeInstanceOf(core.SessionError)
  const { subject, ...entry } = await verify.verifyRevocation(told, { domains: [domain] })
  const revocations = verify.memoryRevocations()
  await revocations.revoke(subject, entry)
  expect(await revocations.find([subject])).toMatchObject({ before: [entry.before] })
})

it('there is one error class, also in what is loaded later', async () => {
  const request = { resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'fly' }
  await expect(client().getSessionSigs({ resourceAbilityRequests: [request] })).rejects.toBeInstanceOf(core.SessionError)
  await expect(client().getSessionSigs({ sessionKey: '{}' })).rejects.toBeInstanceOf(core.SessionError)
  await expect(verify.verifySessionSig({}, { audience: node, domains: '*', resource: 'litPKP://1' })).rejects.toBeInstanceOf(
    core.SessionError,
  )
  expect(verify.SessionError).toBe(core.SessionError)
})

it('a client that is signed in, watched and prepared does not keep Node alive', () => {
  const script = `
    const { createSessionClient, memoryStorage } = await import(process.argv[1])
    const signer = { account: async () => ({ address: '${account.address}', chainId: 1 }), signMessage: async () => '0x' + '11'.repeat(65) }
    const client = createSessionClient({ nodes: ['https://n.example'], domain: 'a.example', signer, storage: { ...memoryStorage(), sharedAs: 'here' } })
    client.subscribe(() => undefined)
    await client.signIn({ resources: ['litAction://a'] })
    await client.prepare({ resources: ['litPKP://1'] })
    console.log(client.get().status)
  `
  const args = ['--input-type=module', '-e', script, '--', new URL('index.js', dist).href]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 10_000 })
  expect([status, stdout, stderr]).toEqual([0, 'signed-in\n', ''])
})
