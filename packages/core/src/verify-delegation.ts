import { checkDelegationAccount, checkDelegationKey, readAuthSig } from './auth-sig.ts'
import { type AuthSig, checkDelegationTime } from './delegation.ts'
import type { DelegationMemory, ProvenDelegation } from './delegation-cache.ts'
import { SessionError } from './errors.ts'
import { isObject, type Json } from './json.ts'
import type { Recap } from './recap.ts'
import { isRecapGrantedPlainly, usableRecapOf } from './recap-grant.ts'
import { refusal } from './refusals.ts'
import { type CheckRun, startChecks } from './report.ts'
import { isGranted } from './resource.ts'
import type { SiweMessage } from './siwe.ts'
import { parseSiweMessage } from './siwe-reading.ts'
import { unfit } from './unfit.ts'
import { type Asked, nameOf, type Settings } from './verify-options.ts'
import { isSignedByWallet, type Wallet, walletOf } from './wallet-proof.ts'

/** What came of one capability: its checks, and its message where it could be read. */
export interface DelegationVerdict {
  readonly run: CheckRun
  readonly message: SiweMessage | undefined
  /** Whether its wallet's signature was found good before. */
  readonly isKnown: boolean
}

function checkDomain(message: SiweMessage, domains: Settings['domains']): void {
  if (domains !== '*' && !domains.includes(message.domain)) throw refusal('domain-mismatch', { expected: domains, actual: message.domain })
}

/** In the first form plain capabilities grant; in the second, one ReCap without proofs. */
function readGrants(proven: ProvenDelegation, asked: Asked): Recap | undefined {
  if (asked.ability === undefined) return undefined
  const recap = proven.recap ?? usableRecapOf(proven.message)
  // Remembered where it is small: decoded, a long one takes many times the room of its text.
  if ((proven.message.resources?.at(-1)?.length ?? 0) <= 4096) proven.recap = recap
  return recap
}

function checkGrant(message: SiweMessage, recap: Recap | undefined, asked: Asked, settings: Settings): void {
  const { resource, ability } = asked
  const isCovered =
    recap && ability !== undefined
      ? isRecapGrantedPlainly(recap, resource, ability, settings.vocabulary)
      : isGranted(message.resources ?? [], resource, settings.vocabulary)
  if (!isCovered) throw new SessionError('delegation-scope', { missing: [nameOf(asked)] })
}

async function checkSignature(authSig: AuthSig, message: SiweMessage, wallet: Wallet, settings: Settings): Promise<void> {
  checkDelegationAccount({ authSig, message })
  if (!(await isSignedByWallet(authSig, message, wallet, settings))) throw unfit('wallet-signature-invalid', { address: message.address })
}

/**
 * All checks of one capability. What a memory may spare is the parse and an ordinary account's recovery; envelope, domain, times, key and grant are looked at every time, and
 * a contract wallet is asked every time.
 */
export async function verifyDelegation(
  value: Json,
  path: string,
  sessionKey: string,
  asked: Asked,
  settings: Settings,
  memory: DelegationMemory | undefined,
): Promise<DelegationVerdict> {
  const run = startChecks()
  const text = `${path}.signedMessage`
  const shape = run.check('delegation.shape', path, () => {
    if (!isObject(value)) throw unfit('delegation-malformed', { reason: 'it is not an object' })
    const authSig = readAuthSig(value)
    return { authSig, wallet: walletOf(authSig, settings.verifyWallet) }
  })
  const place = shape?.wallet === 'account' ? memory?.(shape.authSig) : undefined
  const known = place?.known
  const proven = run.check('delegation.message', text, () => {
    const { signedMessage } = shape?.authSig ?? { signedMessage: '' }
    return known ?? { message: parseSiweMessage(signedMessage), length: signedMessage.length }
  })
  const message = proven?.message
  if (!shape || !proven || !message) {
    for (const name of ['domain', 'time', 'key', 'recap', 'grant', 'signature'] as const)
      run.check(`delegation.${name}`, text, () => undefined)
    return { run, message, isKnown: false }
  }
  const { authSig, wallet } = shape
  run.check('delegation.domain', text, () => checkDomain(message, settings.domains))
  run.check('delegation.time', text, () =>
    checkDelegationTime(message, asked.now, { maxSeconds: settings.maxDelegationSeconds, toleranceSeconds: settings.toleranceSeconds }),
  )
  run.check('delegation.key', text, () => checkDelegationKey(message, sessionKey))
  const recap = run.check('delegation.recap', text, () => readGrants(proven, asked))
  run.check('delegation.grant', text, () => checkGrant(message, recap, asked, settings))
  if (known) run.check('delegation.signature', `${path}.sig`, () => checkDelegationAccount({ authSig, message }))
  else
    await run.wait('delegation.signature', `${path}.sig`, async () => {
      await checkSignature(authSig, message, wallet, settings)
      place?.keep(proven)
    })
  return { run, message, isKnown: known !== undefined }
}
