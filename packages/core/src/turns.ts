import { isSessionError, SessionError, type SessionErrorCode } from './errors.ts'
import type { SessionStorage } from './storage.ts'
import { withLimit } from './timers.ts'
import { isObject } from './values.ts'

/** What those who share a storage tell each other: that the record changed, or that the wallet said no to a question. */
type News =
  | { readonly type: 'changed'; readonly what?: never; readonly error?: never }
  | { readonly type: 'refused'; readonly what: string; readonly error: SessionError }

/** How those who share a storage keep out of each other's way: clients in this page, and where the storage says so those in other pages and workers. */
export interface Turns {
  /**
   * Runs `run` while nobody else does who took the same turn. Waits `patience` milliseconds for the others at most, then goes ahead: whoever has the turn is frozen, or has
   * been left alone. `hasWaited` where it came after somebody else.
   */
  take<T>(name: 'write' | 'ask', patience: number, run: (hasWaited: boolean) => Promise<T>): Promise<T>
  /** Grows with every change that a client in this page makes. */
  version(): number
  /** Names of keys that were destroyed in this page: whatever a storage says later, they stay destroyed. */
  readonly ended: Set<string>
  tell(news: News): void
  /** Hears what others tell, until the returned function is called. */
  hear(run: (news: News) => void): () => void
}

/** What the clients in this page have in common that share a storage object. */
interface Meeting {
  version: number
  /** Whose turn comes last: when it begins, and when it is over. */
  readonly last: Map<string, { readonly begun: Promise<unknown>; readonly done: Promise<unknown> }>
  readonly ended: Set<string>
  readonly listeners: Set<(news: News) => void>
}

/** As good as a field of the storage object: it comes and goes with it. */
const meetings: WeakMap<SessionStorage, Meeting> = /* @__PURE__ */ new WeakMap()

function meetingAt(storage: SessionStorage): Meeting {
  const found = meetings.get(storage) ?? { version: 0, last: new Map(), ended: new Set(), listeners: new Set() }
  meetings.set(storage, found)
  return found
}

/** Codes of what a wallet or a callback answered. */
const answers = /^(?:wallet|callback)-/

/** Whether an error is what a wallet or a callback answered. Only that is shared: all else is whoever's own. */
export function isAnswer(error: unknown): error is SessionError {
  return isSessionError(error) && answers.test(error.code)
}

/** News of another page is outside data, too. */
function readNews(data: unknown): News | undefined {
  if (!isObject(data)) return undefined
  const { type, what, code, message } = data
  if (type === 'changed') return { type }
  if (type !== 'refused' || typeof what !== 'string') return undefined
  if (typeof code !== 'string' || !answers.test(code)) return undefined
  return {
    type,
    what,
    error: new SessionError(code as SessionErrorCode, {} as never, {
      sentences: { [code]: () => (typeof message === 'string' ? message : code) },
    }),
  }
}

export function createTurns(storage: SessionStorage, recordId: string): Turns {
  const meeting = meetingAt(storage)
  const { listeners, last, ended } = meeting
  const place = storage.sharedAs === undefined ? undefined : `${storage.sharedAs}/${recordId}`

  function channel(): BroadcastChannel | undefined {
    if (place === undefined || !globalThis.BroadcastChannel) return undefined
    const made = new BroadcastChannel(place)
    // Node's would keep the process alive.
    ;(made as { unref?(): void }).unref?.()
    return made
  }

  function takeInPage<T>(name: string, patience: number, run: (hasWaited: boolean) => Promise<T>): Promise<T> {
    const before = last.get(name)
    // Patience is for who has the turn, not for the others who wait for it, too.
    const ready = before ? before.begun.then(() => withLimit(patience, () => before.done)).catch(() => undefined) : Promise.resolve()
    const mine = ready.then(() => run(before !== undefined))
    const done = mine
      .catch(() => undefined)
      .then(() => {
        if (last.get(name)?.done === done) last.delete(name)
      })
    last.set(name, { begun: ready, done })
    return mine
  }

  async function takeAmongPages<T>(
    locks: LockManager,
    name: string,
    patience: number,
    run: (hasWaited: boolean) => Promise<T>,
  ): Promise<{ work?: Promise<T> }> {
    const turn: { work?: Promise<T> } = {}
    const holder = async (): Promise<string | undefined> => (await locks.query()).held?.find((lock) => lock.name === name)?.clientId
    /** Resolves when the turn is over, or was not to be had. What was begun goes on also if somebody takes the turn from us. */
    const ask = (options: LockOptions, hasWaited: boolean, begun = (): void => undefined): Promise<unknown> => {
      const begin = async (lock: unknown): Promise<void> => {
        begun()
        if (lock) turn.work = run(hasWaited)
        await turn.work
      }
      return locks.request(name, options, begin).catch(() => undefined)
    }
    await ask({ ifAvailable: true }, false)
    while (!turn.work) {
      const watched = await holder()
      await ask({ signal: AbortSignal.timeout(patience) }, true)
      if (turn.work) break
      // One of those who waited takes it, and only from whom all of them waited for; the others wait for the new one.
      await locks.request(`${name}/next`, { ifAvailable: true }, async (lock) => {
        if (lock && watched === (await holder()))
          await new Promise<void>((begun) => void ask({ steal: true }, false, begun).then(() => begun()))
      })
    }
    return turn
  }

  async function take<T>(name: 'write' | 'ask', patience: number, run: (hasWaited: boolean) => Promise<T>): Promise<T> {
    const locks: LockManager | undefined = place === undefined ? undefined : globalThis.navigator?.locks
    // Where the page may not use locks, they say so.
    const turn = locks && (await takeAmongPages(locks, `${place}/${name}`, patience, run).catch(() => undefined))
    return turn?.work ?? takeInPage(name, patience, run)
  }

  function tell(news: News): void {
    const { type, what, error } = news
    if (type === 'changed') meeting.version += 1
    for (const listener of [...listeners]) listener(news)
    const open = channel()
    open?.postMessage({ type, what, code: error?.code, message: error?.message })
    open?.close()
  }

  function hear(run: (news: News) => void): () => void {
    // The same function may listen twice.
    const listener = (news: News): void => run(news)
    listeners.add(listener)
    const open = channel()
    open?.addEventListener('message', ({ data }) => {
      const news = readNews(data)
      if (news) run(news)
    })
    return () => {
      listeners.delete(listener)
      open?.close()
    }
  }

  return { take, version: () => meeting.version, ended, tell, hear }
}
