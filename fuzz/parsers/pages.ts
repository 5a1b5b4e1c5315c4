/** What other pages of an origin say, and what a page kept: outside data, too. */
import { type AuthSig, formatSiweMessage, parseSiweMessage } from '@session-sigs/core'
import { createTurns } from '../../packages/core/src/turns.ts'
import { authMessage } from '../../packages/lit/src/auth-message.ts'
import { channelName, listen } from '../../packages/lit/src/live.ts'
import { plainOf } from '../hostile.ts'
import { accepted, attemptLater, outcomeOf, refusedWith } from '../judge.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { delegation, signed, wallet } from '../samples.ts'
import { spell } from '../spell.ts'

/** Says something to all who listen by that name; resolves when it has been heard, as what was said after it was. */
async function say(channel: string, data: unknown): Promise<void> {
  const [speaker, listener] = [new BroadcastChannel(channel), new BroadcastChannel(channel)]
  await new Promise<void>((resolve) => {
    listener.onmessage = ({ data: heard }: { readonly data?: unknown }) => {
      if (heard === 'over') resolve()
    }
    speaker.postMessage(data)
    speaker.postMessage('over')
  })
  speaker.close()
  listener.close()
}

async function readNews(input: Json): Promise<Outcome> {
  const data = plainOf(input)
  const heard: unknown[] = []
  const storage = { keys: 'none', sharedAs: 'fuzz', get: () => undefined, set: () => undefined, delete: () => undefined } as const
  const stop = createTurns(storage, 'app').hear((news) => void heard.push(news))
  const orders: { readonly id: string; readonly at: number }[] = []
  const stopListening = listen({ place: () => undefined, end: async () => undefined, hear: async (order) => void orders.push(order) })
  await say('fuzz/app', data)
  await say(channelName, data)
  stop()
  stopListening()
  for (const news of heard as { readonly type: string; readonly error?: Error }[]) {
    must(news.type === 'changed' || (news.type === 'refused' && news.error?.name === 'SessionError'), 'news: a change or a refusal', input)
    must(news.error === undefined || !/\p{Cc}/u.test(news.error.message), 'news: an error is one line', input)
  }
  must(
    orders.every(({ id, at }) => typeof id === 'string' && typeof at === 'number'),
    'news: who signed out, and when',
    input,
  )
  return heard.length + orders.length > 0 ? accepted : refusedWith('nothing was heard')
}

export const news: Parser = {
  name: 'news',
  reads: 'messages of other pages: `createTurns().hear`, `listen` of lit',
  weight: 0.5,
  seeds: () => [
    { type: 'changed' },
    { type: 'refused', what: 'x', code: 'wallet-refused', message: 'No.' },
    { id: 'x', at: 1 },
    { type: 'refused', what: 'x', code: 'revoked' },
  ],
  generate: (random) => ({
    type: random.pick(['changed', 'refused', 'x']),
    what: random.pick(['x', '']),
    code: random.pick(['wallet-refused', 'callback-threw', 'wallet-', 'x']),
    message: random.pick(['No.', '\n', '']),
  }),
  read: readNews,
}

const host = 'app.example'
const text = formatSiweMessage({ ...delegation, uri: `https://${host}`, expirationTime: '2099-01-01T00:00:00.000Z' })
const kept = JSON.stringify(await signed(text))

/** A page with this in its local storage, and a wallet that will not sign anything more. */
async function readKept(input: Json): Promise<Outcome> {
  const item = typeof input === 'string' ? input : JSON.stringify(input)
  const provider = {
    request: async ({ method }: { readonly method: string }): Promise<unknown> => {
      if (method === 'eth_requestAccounts') return [wallet.address]
      throw Object.assign(new Error('The person said no.'), { code: 4001 })
    },
  }
  const page = {
    location: { host, origin: `https://${host}` },
    localStorage: { getItem: () => item, setItem: () => undefined, removeItem: () => undefined },
  }
  for (const [name, value] of Object.entries(page)) Object.defineProperty(globalThis, name, { value, configurable: true })
  const ours = await attemptLater(() => authMessage({ chain: 'ethereum', provider, resources: delegation.resources ?? [] }))
  for (const name of Object.keys(page)) Reflect.deleteProperty(globalThis, name)
  if (ours.error) return outcomeOf(ours)
  const { sig, signedMessage, address }: AuthSig = ours.value
  const message = parseSiweMessage(signedMessage)
  must(
    message.domain === host && message.address === wallet.address && message.uri === `https://${host}`,
    'kept: says what is asked for',
    item,
  )
  must(address === wallet.address && /^0x[0-9a-fA-F]{130}$/.test(sig), 'kept: by the account that is asked', item)
  return accepted
}

export const keptMessages: Parser = {
  name: 'lit-kept',
  reads: 'an AuthSig that a page kept: `checkAndSignAuthMessage` of lit',
  weight: 0.5,
  seeds: () => [kept, '', 'null', '[]'],
  generate: (random) => spell(JSON.parse(kept) as Json, random),
  read: readKept,
}
