/** What is different between two apps that did the same. */
import type { AuthSig, SessionSig } from '@session-sigs/core'
import { type App, type AppOptions, type Sigs, type SigsParams, type Start, withApp } from './app.ts'

/** What an app does, and in what surroundings. */
export interface Scenario {
  readonly options: AppOptions
  /** What session signatures are asked for, with a callback, one after the other. */
  readonly calls: readonly SigsParams[]
  /** Whether the person signs out at the end. */
  readonly endsSignedOut?: boolean
}

/** All that there is to see of it. */
export interface Story {
  readonly calls: readonly { readonly sigs: Sigs; readonly asked: readonly unknown[] }[]
  readonly kept: Readonly<Record<string, string>>
  readonly keptAfterwards?: Readonly<Record<string, string>>
}

async function makeCalls(app: App, calls: Scenario['calls']): Promise<Story['calls']> {
  const done = []
  let before = 0
  for (const params of calls) {
    const [sigs = {}] = await app.getSessionSigs(params, { changes: [] })
    const { asked, latestBlockhash } = await app.look()
    const said = asked
      .slice(before)
      .map((params) =>
        latestBlockhash !== undefined && params['nonce'] === latestBlockhash ? { ...params, nonce: 'the latest block' } : params,
      )
    done.push({ sigs, asked: said })
    before = asked.length
  }
  return done
}

export function play(start: Start, { options, calls, endsSignedOut = false }: Scenario): Promise<Story> {
  return withApp(start, options, async (app) => {
    const story = { calls: await makeCalls(app, calls), kept: (await app.look()).kept }
    if (!endsSignedOut) return story
    await app.disconnectWeb3()
    return { ...story, keptAfterwards: (await app.look()).kept }
  })
}

/** The names in a value in the order in which they stand there, at all depths. */
function namesIn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(namesIn)
  return typeof value === 'object' && value !== null ? Object.entries(value).map(([name, part]) => [name, namesIn(part)]) : ''
}

/** A session signature, taken apart. Signatures say nothing that their texts do not: with the same keys, the same text has the same one. */
function readable({ signedMessage, sig, ...envelope }: SessionSig): object {
  const whole = JSON.parse(signedMessage)
  const { capabilities, ...payload }: { readonly capabilities: readonly AuthSig[] } = whole
  return {
    envelope,
    payload,
    delegations: capabilities.map(({ sig: _, ...delegation }) => delegation),
    names: JSON.stringify(namesIn([whole, envelope])),
    isCompact: JSON.stringify(whole) === signedMessage,
    length: sig.length,
  }
}

function readableStory({ calls, ...kept }: Story): object {
  const read = ({ sigs, asked }: Story['calls'][number]) => ({
    asked,
    sigs: Object.fromEntries(Object.entries(sigs).map(([node, sig]) => [node, readable(sig)])),
    order: Object.keys(sigs),
  })
  return { calls: calls.map(read), ...kept }
}

export interface Difference {
  readonly path: string
  /** Undefined where it is not there. */
  readonly theirs: unknown
  readonly ours: unknown
}

function isTree(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function between(theirs: unknown, ours: unknown, path: readonly string[]): Difference[] {
  if (!isTree(theirs) || !isTree(ours) || Array.isArray(theirs) !== Array.isArray(ours)) {
    return theirs === ours ? [] : [{ path: path.join(' '), theirs, ours }]
  }
  const names = new Set([...Object.keys(theirs), ...Object.keys(ours)])
  return [...names].flatMap((name) => between(Reflect.get(theirs, name), Reflect.get(ours, name), [...path, name]))
}

/** Where two stories differ; nothing where they are the same to the last byte. */
export function differences(theirs: Story, ours: Story): readonly Difference[] {
  const found = between(readableStory(theirs), readableStory(ours), [])
  // What reads the same has to be the same text with the same signature.
  const raw = theirs.calls.flatMap(({ sigs }, i) => {
    const path = `calls ${i} sigs`
    return found.some((difference) => difference.path.startsWith(path)) ? [] : between(sigs, ours.calls[i]?.sigs, [`${path} as texts`])
  })
  return [...found, ...raw]
}
