/**
 * Calls, answers and sign-outs in whatever order, by several clients of one page: no key outlives a sign-out, and no seed lies in two places. `FUZZ_RUNS` sets how many stories; a failure
 * prints the seed, `FUZZ_SEED`, to run again with.
 */
import type { Network } from '@session-sigs/app-nodes'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { disconnectWeb3, type LitNodeClient } from '../src/index.ts'
import { answer, connect, countingCallback, keyIn, startNodes } from './app.ts'
import { givePage } from './page.ts'

const runs = Math.ceil(Number(process.env['FUZZ_RUNS'] ?? 400) / 16)
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)

let network: Network

beforeAll(async () => {
  network = await startNodes(1)
})
afterAll(() => network.close())
afterEach(() => vi.unstubAllGlobals())

/** Numbers below n by chance, the same for the same seed. */
function chance(from: number): (n: number) => number {
  let state = from >>> 0
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(((state >>> 8) / 2 ** 24) * n)
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

interface Call {
  readonly outcome: Promise<string>
  isOver: boolean
}

async function tell(from: number): Promise<Record<string, number>> {
  const below = chance(from)
  const page = givePage()
  const clients: LitNodeClient[] = []
  for (let i = 0; i < 3; i++) clients.push(await connect(network))
  const told = { answered: 0, ended: 0, refused: 0, signedOut: 0 }
  /** Keys that nobody may use any more: they were asked for, or in use, when somebody signed out. */
  const retired = new Set<string>()
  const asked = new Set<string>()
  const calls: Call[] = []
  const wait = async (turns: number): Promise<void> => {
    for (let left = turns; left > 0; left--) await turn()
  }

  function begin(): void {
    const client = clients[below(clients.length)]
    const [patience, mood, kind] = [below(12), below(8), below(3)]
    const authNeededCallback = countingCallback(async (params) => {
      asked.add(params.uri)
      await wait(patience)
      if (mood === 0) throw Object.assign(new Error('no'), { code: 4001 })
      return answer(params)
    })
    const retiredBefore = new Set(retired)
    const resources = [['litAction://*'], ['litPKP://1'], ['litAction://1', 'litPKP://*']][kind] ?? []
    const run = async (): Promise<string> => {
      try {
        const key = keyIn((await client?.getSessionSigs({ resources, authNeededCallback })) ?? {})
        if (retiredBefore.has(`lit:session:${key}`)) return `a key of before: ${key}`
        asked.add(`lit:session:${key}`)
        told.answered += 1
        return ''
      } catch (error) {
        const { code } = Object(error)
        if (code === 'wallet-refused') told.refused += 1
        else if (code === 'signed-out') told.ended += 1
        else return String(error)
        return ''
      } finally {
        expect(authNeededCallback.asked.length).toBeLessThanOrEqual(1)
        call.isOver = true
      }
    }
    const call: Call = { isOver: false, outcome: Promise.resolve('') }
    calls.push(Object.assign(call, { outcome: run() }))
  }

  async function signOut(): Promise<void> {
    for (const uri of asked) retired.add(uri)
    const open = calls.filter(({ isOver }) => !isOver)
    const ending = below(2) === 0 ? disconnectWeb3() : disconnectWeb3(globalThis.localStorage)
    expect(page.getItem('lit-session-key')).toBeNull()
    told.signedOut += 1
    if (below(2) === 0) await ending
    else await Promise.all([ending, ...open.map(({ outcome }) => outcome)])
  }

  for (let step = 0; step < 14; step++) {
    if (below(4) === 0) await signOut()
    else begin()
    await wait(below(6))
  }
  for (const { outcome } of calls) expect(await outcome).toBe('')
  const pair = page.getItem('lit-session-key')
  if (pair !== null) {
    const { publicKey, secretKey } = JSON.parse(pair)
    expect(retired.has(`lit:session:${publicKey}`)).toBe(false)
    expect(page.dump().split(secretKey.slice(0, 64)).length).toBe(2)
  }
  await disconnectWeb3()
  expect(page.all()).toEqual({})
  for (const client of clients) await client.disconnect()
  return told
}

/** A story that never comes to its end is wrong as well. */
async function inTime<T>(story: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It does not end.')), 45_000)
  })
  return Promise.race([story, late]).finally(() => clearTimeout(timer))
}

it(
  `default: ${runs} stories, from seed ${seed}`,
  async () => {
    const all: Record<string, number> = {}
    for (let i = 0; i < runs; i++) {
      const told = await inTime(tell(seed + i)).catch((error: unknown) => {
        throw new Error(`FUZZ_SEED=${seed + i}`, { cause: error })
      })
      for (const [name, count] of Object.entries(told)) all[name] = (all[name] ?? 0) + count
    }
    // All of it happens, or the stories are no good.
    for (const name of ['answered', 'ended', 'refused', 'signedOut']) expect(all[name], name).toBeGreaterThan(0)
  },
  Math.max(120_000, runs * 2_000),
)
