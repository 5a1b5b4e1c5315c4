/**
 * A program for `debug.test.ts`, in a process of its own so that everything is seen that anything prints: the whole life of a client, with what goes wrong in it. Prints nothing by
 * itself. What was secret in it, and what the client's own values show of themselves, it tells the process that started it.
 */
import { inspect } from 'node:util'
import {
  type AuthCallbackParams,
  disconnectWeb3,
  generateSessionKeyPair,
  LitActionResource,
  LitNodeClient,
  type SessionKeyPair,
  type SessionSig,
} from '../src/index.ts'
import { answer, PageWallet } from './app.ts'

export interface Start {
  readonly urls: readonly string[]
  readonly down: string
  readonly debug: boolean | undefined
}

export interface Life {
  /** Texts that nobody may see, each with what it is. */
  readonly secrets: readonly (readonly [what: string, text: string])[]
  /** What a careless line of an app would let out of the client, at each step. */
  readonly shown: readonly string[]
  /** How often each was asked. */
  readonly asked: { readonly callback: number; readonly wallet: number }
  /** Names of what went wrong. */
  readonly failures: readonly string[]
}

/** What each is, by its text. */
const secrets = new Map<string, string>()
const shown: string[] = []
const failures: string[] = []
let asked = 0

/** A storage whose entries are its properties, as those of pages are. */
class Area {
  [name: string]: unknown
  getItem(name: string): string | null {
    return Object.hasOwn(this, name) ? String(this[name]) : null
  }
  setItem(name: string, text: string): void {
    this[name] = text
    noteStored(text)
  }
  removeItem(name: string): void {
    delete this[name]
  }
}

/** The first who names it, knows best what it is. */
function note(what: string, text: string): void {
  if (!secrets.has(text)) secrets.set(text, what)
}

function noteKey(secretKey: string): void {
  const seed = secretKey.slice(0, 64)
  const bytes = Buffer.from(seed, 'hex')
  note('a secret key', secretKey)
  note('a seed', seed)
  note('a seed in base64', bytes.toString('base64').slice(0, 43))
  note('the bytes of a seed', [...bytes].join(','))
}

/** Whatever is secret in what was stored, however deep. */
function noteStored(text: string): void {
  JSON.parse(text, (name, value) => {
    if ((name === 'secretKey' || name === 'seed') && typeof value === 'string') noteKey(value)
    if (name === 'sig' && typeof value === 'string') note('a stored signature', value)
    return value
  })
}

function noteSigs(sigs: Record<string, SessionSig>): void {
  for (const { sig, signedMessage } of Object.values(sigs)) {
    note('a session signature', sig)
    noteStored(signedMessage)
  }
}

async function authNeededCallback(params: AuthCallbackParams) {
  asked += 1
  const authSig = await answer(params)
  note('what a wallet signed', authSig.sig)
  return authSig
}

async function failing(action: Promise<unknown>): Promise<void> {
  const error = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Error)) throw new Error('This was to fail.')
  failures.push('code' in error ? String(error.code) : error.name)
  // What an app's callback threw is in the cause, as it was.
  shown.push(error.message, error.stack ?? '', JSON.stringify(error))
}

function look(client: LitNodeClient): void {
  shown.push(inspect(client, { depth: 9, showHidden: true, getters: true }), JSON.stringify(client), String(client))
  shown.push(JSON.stringify(Object.getOwnPropertyDescriptors(client)))
}

async function live({ urls, down, debug }: Start): Promise<void> {
  const area = new Area()
  const wallet = new PageWallet()
  const common = { litNetwork: 'custom', debug, storageProvider: { provider: area }, domain: 'localhost:3000' } as const
  const client = new LitNodeClient({ ...common, bootstrapUrls: [...urls, down], provider: wallet })
  const unlucky = new LitNodeClient({ ...common, bootstrapUrls: [down] })
  const first = { chain: 'ethereum', resources: ['litAction://*'], authNeededCallback }
  look(client)
  await failing(client.getSessionSigs(first))
  await failing(unlucky.connect())
  await client.connect()
  look(client)

  noteSigs(await client.getSessionSigs(first))
  noteSigs(await client.getSessionSigs(first))
  look(client)
  const pair = JSON.parse(String(area['lit-session-key'])) as SessionKeyPair
  const own = await generateSessionKeyPair()
  noteKey(own.secretKey)
  noteSigs(await client.getSessionSigs({ ...first, sessionKey: own }))
  const resourceAbilityRequests = [{ resource: new LitActionResource('*'), ability: 'lit-action-execution' }]
  noteSigs(await client.getSessionSigs({ resourceAbilityRequests, authNeededCallback }))

  const more = { chain: 'ethereum', resources: ['litPKP://1'] }
  const telling = (): Error => new Error(`It broke with ${JSON.stringify(pair)} and ${JSON.stringify(own)}`)
  await failing(client.getSessionSigs({ ...more, authNeededCallback: () => Promise.reject(telling()) }))
  const throwing = (): never => {
    throw telling()
  }
  await failing(client.getSessionSigs({ ...more, authNeededCallback: throwing }))
  await failing(
    client.getSessionSigs({
      ...more,
      authNeededCallback: async () => ({
        ...(await answer({ ...first, ...more, uri: 'lit:session:00', expiration: '2999-01-01T00:00:00Z' })),
      }),
    }),
  )
  await failing(client.getSessionSigs({ ...more, sessionKey: JSON.stringify(own).slice(0, -4), authNeededCallback }))
  wallet.beforeSigning = () => Promise.reject(Object.assign(telling(), { code: 4001 }))
  await failing(client.getSessionSigs(more))
  wallet.beforeSigning = () => Promise.reject(telling())
  await failing(client.getSessionSigs(more))
  wallet.beforeSigning = async () => undefined
  noteSigs(await client.getSessionSigs(more))
  look(client)

  await disconnectWeb3(client)
  look(client)
  noteSigs(await client.getSessionSigs(first))
  await disconnectWeb3()
  await client.disconnect()
  look(client)
  const life: Life = {
    secrets: [...secrets].map(([text, what]) => [what, text]),
    shown,
    asked: { callback: asked, wallet: wallet.signed.length },
    failures,
  }
  process.send?.(life)
  process.disconnect()
}

process.once('message', (start: Start) => live(start))
