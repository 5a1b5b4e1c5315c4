/**
 * What is put to the wallet: loaded when it is to be asked, by `prepare()` before the tap.
 */
import { type Site, writeMessage } from './ask.ts'
import { askAccount, askSigner } from './ask-signer.ts'
import type { readDelegation } from './auth-sig.ts'
import { cover, isGoodNow } from './coverage.ts'
import { sessionKeyUri } from './delegation.ts'
import type { Errand } from './errand.ts'
import { SessionError } from './errors.ts'
import type { StoredKey } from './keypair.ts'
import type { SessionKey } from './native.ts'
import { isOnChain } from './request.ts'
import type { Account, Signer } from './signer.ts'
import { formatSiweMessage, type SiweMessage } from './siwe.ts'
import { keyName, type LiveSession, type StoredQuestion, sessionId } from './storage.ts'
import type { Vault } from './vault.ts'

/** What is put to the wallet, with everything known that can be known before. */
export interface Question {
  readonly key: SessionKey
  readonly form: StoredKey | undefined
  readonly account: Account | undefined
  readonly earlier: LiveSession | undefined
  /** The message that a signer is to sign. */
  readonly text: string | undefined
  /** Asks; the wallet is called before this returns. */
  put(): Promise<unknown>
  /** Judges the answer. */
  readonly read: typeof readDelegation
}

export interface QuestionOptions extends Site {
  readonly signer?: Signer | undefined
  readonly now: () => number
  /** A further sentence for the person, where one is due. */
  readonly remark: () => string | undefined
}

/** The question of a page that was killed while it waited, if it is this very one. */
async function askedBefore(
  vault: Vault,
  now: number,
  { what, plan, request }: Errand,
  fresh: Omit<SiweMessage, 'uri'>,
  earlier: LiveSession | undefined,
): Promise<StoredQuestion | undefined> {
  const pending = vault.pending()
  if (pending?.what !== what() || (earlier && keyName(earlier.stored.key) !== keyName(pending.key))) return undefined
  const asked = { scope: plan, expiration: request.expiration, now }
  return (await (await import('./pending.ts')).isStillAsked(pending, fresh, asked)) ? pending : undefined
}

/**
 * Everything up to the question itself: the account, the key, the message. `undefined` where nobody has to be asked after all.
 *
 * @throws SessionError `wallet-refused`, `wallet-failed`, `chain-mismatch`, `protection-too-low`
 */
export async function makeQuestion(vault: Vault, options: QuestionOptions, errand: Errand): Promise<Question | undefined> {
  const { signer, now } = options
  const { plan, request, own, renews } = errand
  const callback = request.authNeededCallback
  const account = renews?.account ?? (signer && !callback ? await askAccount(signer, request) : undefined)
  if (account && !isOnChain(plan, account)) {
    throw new SessionError('chain-mismatch', { chain: `${request.chain}`, expected: plan.chainId ?? 0, actual: account.chainId })
  }
  const found = own || renews ? undefined : account ? await vault.sessionOf(account) : vault.current()
  if (found && found !== vault.current() && cover(found.delegations, plan, now())) {
    // The wallet was switched to an account that has a session: it is selected, and nobody is asked.
    await vault.select(() => sessionId(found.account), errand.stillWanted)
    return undefined
  }
  // The account's own key as long as its session lasts, else a fresh one in the best form that can be kept.
  const earlier = found?.delegations.some((item) => isGoodNow(item, now())) ? found : undefined
  const fields = account && !callback ? writeMessage(account, plan, options, now(), options.remark()) : undefined
  const again = fields && !own && !renews ? await askedBefore(vault, now(), errand, fields, earlier) : undefined
  const { loadStoredKey, useFreshKey } = await import('./stored-key.ts')
  const form = own ? undefined : (earlier?.stored.key ?? again?.key ?? (await vault.generateKey()))
  const key = own ?? earlier?.key ?? (await (again ? loadStoredKey : useFreshKey)(form as StoredKey))
  const text = fields && (again?.message ?? formatSiweMessage({ ...fields, uri: sessionKeyUri(key.publicKey) }))
  const put = callback
    ? (await import('./callback.ts')).askCallback.bind(undefined, callback, plan, request, options, key.publicKey)
    : askSigner.bind(undefined, signer as Signer, account as Account, text ?? '')
  // Loaded before the wallet is asked: its answer must not be lost for want of what reads it.
  const { readDelegation: read } = await import('./auth-sig.ts')
  return { key, form, account: account ?? earlier?.account, earlier: renews ?? earlier, text, put, read }
}
