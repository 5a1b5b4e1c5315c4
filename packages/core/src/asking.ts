import type { VerifyDelegation } from './check-wallet.ts'
import { cover } from './coverage.ts'
import type { Delegation } from './delegation.ts'
import type { Errand, Grant } from './errand.ts'
import { SessionError } from './errors.ts'
import type { SessionKey } from './native.ts'
import type { Question, QuestionOptions } from './question.ts'
import type { Account } from './signer.ts'
import { parseInstant } from './time.ts'
import { startTimer } from './timers.ts'
import { isAnswer, type Turns } from './turns.ts'
import type { Vault } from './vault.ts'

interface Prepared {
  readonly errand: Errand
  readonly question: Question
  readonly release: () => void
}

export interface AskingOptions extends QuestionOptions {
  readonly verifyWallet?: VerifyDelegation | undefined
  /** Whether others, in other pages or workers, may ask in our place. */
  readonly isShared: boolean
  /** So long is another's question waited for, and a prepared one kept, in milliseconds. */
  readonly patience: number
  /** Takes a delegation for a key that the caller brought. */
  readonly keepBrought: (delegation: Delegation, key: SessionKey) => void
}

/** The wallet is asked one question at a time, and whoever needs the same answer shares it. */
export interface Asking {
  /**
   * What the errand needs, from the wallet if it must.
   *
   * @throws SessionError for an answer that is not good, or a refusal
   */
  ensure(errand: Errand): Promise<Grant>
  /** Everything up to the question itself; the message, where a signer is to sign one. */
  prepare(errand: Errand): Promise<string | undefined>
  /** Puts the prepared question before it returns, if there is one that `matches`. */
  putPrepared(matches: (errand: Errand) => boolean): Promise<unknown> | undefined
  /** Gives up what was prepared. */
  withdraw(): void
  /** Ends every wait for an answer; what is answered all the same comes to nothing. */
  cancel(): void
}

function signedOut(during: 'signIn' | 'call' = 'signIn'): SessionError {
  return new SessionError('signed-out', { during })
}

/** A wait that signing out can end. */
function cancellable(): { readonly cancelled: Promise<never>; readonly cancel: () => void } {
  let cancel = (): void => undefined
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => reject(signedOut())
  })
  // Nobody may be waiting any more.
  cancelled.catch(() => undefined)
  return { cancelled, cancel }
}

/** What was refused elsewhere is told before the turn is given on, and arrives within this time, in milliseconds. */
const grace = 250

export function createAsking(vault: Vault, turns: Turns, options: AskingOptions): Asking {
  const { signer, isShared, patience, now } = options
  /** The question that the wallet is being asked, and how signing out ends the wait for its answer. */
  let asking: { readonly what: string; readonly answer: Promise<Account | undefined>; readonly cancel: () => void } | undefined
  let prepared: Prepared | undefined
  let preparations = 0
  let cancelPreparing = (): void => undefined

  const canAsk = ({ request }: Errand): unknown => signer ?? request.authNeededCallback

  /** Without anybody to ask, one can still wait for a page that does, if there may be one. */
  function checkAsker(errand: Errand, mayWait: boolean): void {
    if (!canAsk(errand) && !mayWait) throw new TypeError('A signer or authNeededCallback is needed.')
  }

  function drop(): void {
    prepared?.release()
    prepared = undefined
  }

  /** Whether what was prepared can still be of use once it is answered. */
  const isOpen = ({ errand }: Prepared): boolean => parseInstant(errand.plan.expiration()) > now()

  /** The prepared question where it is this one. Another gives way: its turn would have to be waited for. */
  function takePrepared({ what }: Errand): Prepared | undefined {
    const ready = prepared?.errand.what() === what() && isOpen(prepared) ? prepared : drop()
    preparations += 1
    prepared = undefined
    return ready as Prepared | undefined
  }

  const make = async (errand: Errand): Promise<Question | undefined> => (await import('./question.ts')).makeQuestion(vault, options, errand)

  /** Gives the account that answered, where the session is kept. */
  async function putAndKeep(errand: Errand, question: Question): Promise<Account | undefined> {
    const answer = await question.put()
    const { key, form, earlier, account } = question
    const delegation = question.read(answer, { publicKey: key.publicKey, scope: errand.plan, now: now(), account })
    if (options.verifyWallet) await (await import('./check-wallet.ts')).checkWallet(options.verifyWallet, delegation)
    errand.stillWanted()
    if (!form) return options.keepBrought(delegation, key) as undefined
    const { address, chainId } = delegation.message
    const by = { address: address as Account['address'], chainId }
    await vault.add({ account: by, key, form, delegation, earlier, isRenewal: errand.renews !== undefined }, errand.stillWanted)
    return by
  }

  async function ask(given: Errand): Promise<Account | undefined> {
    const errand = (await given.refresh?.()) ?? given
    const question = await make(errand)
    return question && putAndKeep(errand, question)
  }

  /** Tells the others of a "no" before they have their turn. */
  async function telling<T>(what: string, run: Promise<T>): Promise<T> {
    try {
      return await run
    } catch (error) {
      if (isAnswer(error)) turns.tell({ type: 'refused', what, error })
      throw error
    }
  }

  /** Asks when nobody else does who shares the storage, unless their answer serves, or was a refusal of the same. */
  async function askInTurn(errand: Errand, cancelled: Promise<never>): Promise<Account | undefined> {
    let refused: SessionError | undefined
    let heard = (): void => undefined
    const stop = turns.hear((news) => {
      if (news.type !== 'refused' || news.what !== errand.what()) return
      refused = news.error
      heard()
    })
    const run = async (hasWaited: boolean): Promise<Account | undefined> => {
      errand.stillWanted()
      await vault.sync()
      if (errand.found()) return undefined
      if (hasWaited && !refused) {
        await new Promise<void>((resolve) => {
          heard = resolve
          startTimer(resolve, grace)
        })
      }
      if (refused) throw refused
      if (hasWaited) await vault.sync()
      if (errand.found()) return undefined
      if (!canAsk(errand)) throw signedOut('call')
      return telling(errand.what(), Promise.race([ask(errand), cancelled]))
    }
    try {
      return await turns.take('ask', patience, run)
    } finally {
      stop()
    }
  }

  /** Begins a question that signing out can end, however long the wallet takes. */
  function start(errand: Errand, ready: Prepared | undefined): Promise<Account | undefined> {
    const { cancelled, cancel } = cancellable()
    const work = ready
      ? telling(errand.what(), Promise.race([putAndKeep(errand, ready.question), cancelled])).finally(ready.release)
      : errand.own
        ? ask(errand)
        : askInTurn(errand, cancelled)
    const question = {
      what: errand.what(),
      cancel,
      answer: Promise.race([work, cancelled]).finally(() => {
        if (asking === question) asking = undefined
      }),
    }
    asking = question
    return question.answer
  }

  async function ensure(errand: Errand): Promise<Grant> {
    let by: Account | undefined
    for (let isAnswered = false; ; ) {
      errand.stillWanted()
      await vault.sync()
      errand.stillWanted()
      const grant = errand.found()
      if (grant) return grant
      // What was answered for one account stands, also where the wallet has gone on to another by now.
      const kept = by && (await vault.sessionOf(by))
      const delegations = kept && cover(kept.delegations, errand.plan, now())
      if (delegations) return { key: kept.key, delegations }
      // One call asks once, whatever the clock or the answer does.
      if (isAnswered) throw errand.own || vault.current() ? new SessionError('delegation-lifetime', { reason: 'it ended' }) : signedOut()
      if (vault.isBarred() && !errand.isSignIn && !errand.own) throw signedOut('call')
      checkAsker(errand, isShared && !errand.own)
      const waitingFor = asking
      const failure = await (waitingFor?.answer ?? start(errand, takePrepared(errand))).then(
        (answered) => {
          if (!waitingFor) by = answered
        },
        (error: unknown) => ({ error }),
      )
      isAnswered = !waitingFor
      if (!failure || (waitingFor && waitingFor.what !== errand.what())) continue
      errand.stillWanted()
      // Refused here, and given elsewhere.
      await vault.sync().catch(() => undefined)
      const given = errand.found()
      if (given) return given
      throw failure.error
    }
  }

  async function prepare(errand: Errand): Promise<string | undefined> {
    drop()
    checkAsker(errand, false)
    const mine = ++preparations
    const { cancelled, cancel } = cancellable()
    cancelPreparing = cancel
    return new Promise((resolve, reject) => {
      const run = async (): Promise<void> => {
        await vault.sync()
        const question = errand.found() ? undefined : await Promise.race([make(errand), cancelled])
        if (!question) return resolve(undefined)
        const { form, text } = question
        if (form && text !== undefined) await vault.setPending({ what: errand.what(), key: form, message: text }, errand.stillWanted)
        errand.stillWanted()
        resolve(text)
        // A later one takes its place.
        if (mine !== preparations) return
        await new Promise<void>((release) => {
          const stop = startTimer(drop, patience)
          prepared = {
            errand,
            question,
            release: () => {
              stop()
              release()
            },
          }
        })
      }
      turns.take('ask', patience, run).catch(reject)
    })
  }

  function putPrepared(matches: (errand: Errand) => boolean): Promise<unknown> | undefined {
    const ready = prepared
    if (!ready || !matches(ready.errand)) return undefined
    // Answered elsewhere meanwhile, or of no more use: its turn is given back.
    if (ready.errand.found() || !isOpen(ready)) return drop() as undefined
    prepared = undefined
    return start(ready.errand, ready)
  }

  function withdraw(): void {
    preparations += 1
    drop()
  }

  function cancel(): void {
    withdraw()
    cancelPreparing()
    asking?.cancel()
    asking = undefined
  }

  return { ensure, prepare, putPrepared, withdraw, cancel }
}
