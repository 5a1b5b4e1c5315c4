/** The mistakes of Lit's client that ours must not have, numbered: each with scenarios that are played with theirs and with ours, and say whether it shows. */
import { type AuthSig, formatSiweMessage, type ResourceAbilityRequest } from '@session-sigs/core'
import { Wallet } from 'ethers'
import { until } from '../servers/until.ts'
import { type App, type AppOptions, type SigsParams, type Start, withApp } from './app.ts'
import { startCore, startOurs, startOursElsewhere } from './ours.ts'
import { startVersion2, startVersion7 } from './theirs.ts'

/** The nodes, and how to use one of them. */
export interface Nodes {
  readonly urls: readonly string[]
  /** Whether a node does what a session signature for the action asks for. */
  runsAction(sigs: Readonly<Record<string, unknown>>): Promise<boolean>
}

/** A version of theirs, and the form of which it is the last. */
interface Version {
  readonly name: string
  readonly start: Start
  readonly form: string
  readonly params: SigsParams
}

export interface Mistake {
  readonly number: number
  readonly says: string
  /** Who shows it. */
  readonly theirs: readonly Version[]
  /** Who must not, in the forms of those. */
  readonly ours: Readonly<Record<string, Start>>
  /** Plays it, where session signatures matter with those that `params` ask for: all actions, in one of the forms. */
  shows(start: Start, nodes: Nodes, params: SigsParams): Promise<boolean>
}

/** The first two accounts of the standard test mnemonic. */
export const keys = [
  '0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80',
  '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d',
] as const

export const executesActions: ResourceAbilityRequest = {
  resource: { resource: '*', resourcePrefix: 'lit-litaction' },
  ability: 'lit-action-execution',
}

const version2: Version = {
  name: '2.1.161',
  start: startVersion2,
  form: 'first form',
  params: { chain: 'ethereum', resources: ['litAction://*'] },
}
const version7: Version = {
  name: '7.4.0',
  start: startVersion7,
  form: 'second form',
  params: { chain: 'ethereum', resourceAbilityRequests: [executesActions] },
}
const ours = { ours: startOurs }

/** What is in local storage once a person has chosen a wallet in their dialog. */
export const chosen = { 'lit-web3-provider': 'metamask' }
const page = ({ urls }: Nodes): AppOptions => ({ nodes: urls, keys, isPage: true, kept: chosen })

const secretIn = (kept: Readonly<Record<string, string>>): boolean => /[0-9a-f]{128}/.test(kept['lit-session-key'] ?? '')

/** What an app gets, or nothing where it gets an error. */
async function sigsOf(app: App, params: SigsParams, changes: readonly { uri: string }[] = []) {
  const [sigs] = await app.getSessionSigs(params, { changes }).catch(() => [])
  return sigs
}

/** An AuthSig with a statement that ended an hour ago. */
async function endedAuthSig(): Promise<AuthSig> {
  const wallet = new Wallet(keys[0])
  const [yesterday, anHourAgo] = [24, 1].map((hours) => new Date(Date.now() - hours * 3_600_000).toISOString())
  const signedMessage = formatSiweMessage({
    domain: 'localhost:3000',
    address: wallet.address,
    statement: 'Sign in to the app.',
    uri: 'http://localhost:3000/',
    version: '1',
    chainId: 1,
    nonce: 'abcdefgh12345678',
    issuedAt: yesterday ?? '',
    expirationTime: anHourAgo ?? '',
  })
  return { sig: await wallet.signMessage(signedMessage), derivedVia: 'web3.eth.personal.sign', signedMessage, address: wallet.address }
}

export const mistakes: readonly Mistake[] = [
  {
    number: 1,
    says: 'prompts twice in one call, where a callback writes what it is given',
    theirs: [version7],
    ours,
    shows: (start, { urls }, params) =>
      withApp(start, { nodes: urls, keys }, async (app) => {
        await app.getSessionSigs(params, { changes: [], isLiteral: true })
        return (await app.look()).asked.length > 1
      }),
  },
  {
    number: 1,
    says: 'prompts twice in one call, where the wallet is asked',
    theirs: [version7],
    ours,
    shows: (start, nodes) =>
      withApp(start, page(nodes), async (app) => {
        await app.checkAndSignAuthMessage({ chain: 'ethereum', nonce: 'abcdefgh12345678' })
        return (await app.look()).signed.length > 1
      }),
  },
  {
    number: 1,
    says: 'prompts in every call, though what was signed before is good',
    theirs: [version2],
    ours,
    shows: (start, { urls }, params) =>
      withApp(start, { nodes: urls, keys }, async (app) => {
        await app.getSessionSigs(params, { changes: [] })
        await app.getSessionSigs(params, { changes: [] })
        return (await app.look()).asked.length > 1
      }),
  },
  {
    number: 2,
    says: 'has one place for all accounts: the second account overwrites the first',
    theirs: [version2],
    ours,
    shows: (start, nodes, params) =>
      withApp(start, page(nodes), async (app) => {
        for (const index of [0, 1, 0]) {
          await app.switchTo(index)
          await app.getSessionSigs(params, {})
        }
        return (await app.look()).signed.length > 2
      }),
  },
  {
    number: 3,
    says: 'reuses what was signed whatever it grants',
    theirs: [version2],
    ours,
    shows: (start, nodes, params) =>
      withApp(start, page(nodes), async (app) => {
        await app.getSessionSigs({ chain: 'ethereum', resources: ['litPKP://*'] }, {})
        const [sigs = {}] = await app.getSessionSigs(params, {})
        return !(await nodes.runsAction(sigs))
      }),
  },
  {
    number: 3,
    says: 'reuses what was signed whatever key it is for',
    theirs: [version2],
    ours,
    async shows(start, nodes, params) {
      const { 'lit-session-key': _, ...withoutKey } = await withApp(start, page(nodes), async (app) => {
        await app.getSessionSigs(params, {})
        return (await app.look()).kept
      })
      return withApp(start, { ...page(nodes), kept: withoutKey }, async (app) => {
        const [sigs = {}] = await app.getSessionSigs(params, {})
        return !(await nodes.runsAction(sigs))
      })
    },
  },
  {
    number: 4,
    says: 'never finds a message with a statement expired, as it reads the end by the number of its line',
    theirs: [version2],
    ours,
    async shows(start, nodes) {
      const ended = await endedAuthSig()
      return withApp(start, { ...page(nodes), kept: { ...chosen, 'lit-auth-signature': JSON.stringify(ended) } }, async (app) => {
        const { sig } = await app.checkAndSignAuthMessage({ chain: 'ethereum', uri: 'http://localhost:3000/' })
        return sig === ended.sig
      })
    },
  },
  {
    number: 5,
    says: 'does not check what a second question was answered with',
    theirs: [version2, version7],
    ours,
    shows: (start, nodes, params) =>
      withApp(start, { nodes: nodes.urls, keys }, async (app) => {
        const wrong = { uri: `lit:session:${'ab'.repeat(32)}` }
        const sigs = await sigsOf(app, params, [wrong, wrong])
        return sigs !== undefined && !(await nodes.runsAction(sigs))
      }),
  },
  {
    number: 6,
    says: 'opens a prompt for each of several calls at the same time',
    theirs: [version2, version7],
    ours,
    shows: (start, { urls }, params) =>
      withApp(start, { nodes: urls, keys }, async (app) => {
        await app.getSessionSigs(params, { changes: [], times: 3 })
        return (await app.look()).asked.length > 1
      }),
  },
  {
    number: 7,
    says: 'leaves the secret key behind when the person signs out',
    theirs: [version2, version7],
    ours,
    shows: (start, nodes, params) =>
      withApp(start, page(nodes), async (app) => {
        await app.getSessionSigs(params, { changes: [] })
        await app.disconnectWeb3()
        return secretIn((await app.look()).kept)
      }),
  },
  {
    number: 8,
    says: 'throws for ever where what is stored cannot be read',
    theirs: [version7],
    ours,
    shows: (start, { urls }, params) =>
      withApp(start, { nodes: urls, keys, kept: { 'lit-session-key': '{"publicKey":"03a1' } }, async (app) => {
        const tries = [await sigsOf(app, params), await sigsOf(app, params)]
        return tries.every((sigs) => sigs === undefined)
      }),
  },
  {
    number: 9,
    says: 'lets session signatures of the second form live for a day, and not for five minutes',
    theirs: [version7],
    ours,
    shows: (start, { urls }, params) =>
      withApp(start, { nodes: urls, keys }, async (app) => {
        const [sigs = {}] = await app.getSessionSigs(params, { changes: [] })
        const { issuedAt, expiration } = JSON.parse(Object.values(sigs)[0]?.signedMessage ?? '')
        return Date.parse(expiration) - Date.parse(issuedAt) > 5 * 60_000
      }),
  },
  {
    number: 10,
    says: 'puts the secret key into local storage without having been asked to',
    theirs: [version2, version7],
    // Our client with Lit's API keeps it there, too, where existing apps know it: that is how this API is documented, and what its users ask for. Given another storage it does not.
    ours: { core: startCore, 'ours with a storage of its own': startOursElsewhere },
    shows: (start, { urls }, params) =>
      withApp(start, { nodes: urls, keys }, async (app) => {
        await app.getSessionSigs(params, { changes: [] })
        const { kept } = await app.look()
        return Object.values(kept).some((text) => /[0-9a-f]{64}/.test(text))
      }),
  },
  {
    number: 11,
    says: 'waits half a second before it calls the wallet, by which time a phone has forgotten the tap',
    theirs: [version2, version7],
    ours,
    shows: (start, nodes, params) =>
      withApp(start, { ...page(nodes), isStalled: true }, async (app) => {
        // With timers that come to nothing it never ends where it waits for one.
        const call = app.getSessionSigs(params, {}).catch(() => undefined)
        let look = await app.look()
        await until('the wallet is called, or a timer set', async () => {
          look = await app.look()
          return look.signed.length + look.stalled.length > 0
        })
        if (look.signed.length === 0) return true
        await call
        return false
      }),
  },
]
