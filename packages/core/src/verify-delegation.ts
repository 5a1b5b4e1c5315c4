import { isSameAddress } from './address.ts'
import { checkDelegationAccount, checkDelegationKey, readAuthSig } from './auth-sig.ts'
import { isHexData } from './bytes.ts'
import { type AuthSig, checkDelegationTime, personalSign } from './delegation.ts'
import type { DelegationMemory, ProvenDelegation } from './delegation-cache.ts'
import { isSessionError, SessionError } from './errors.ts'
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
import { recoverWallet, type WalletQuestion } from './wallet-signature.ts'

/** What came of one capability: its checks, and its message where it could be read. */
export interface DelegationVerdict {
  readonly run: CheckRun
  readonly message: SiweMessage | undefined
}

type Wallet = 'account' | 'contract'

/** An ordinary account's `personal_sign`, or a contract wallet's where somebody can be asked about it; nothing else is understood. */
function walletOf({ derivedVia, algo }: AuthSig, settings: Settings): Wallet {
  if (derivedVia === personalSign && (algo === undefined || algo === null)) return 'account'
  if ((derivedVia === 'EIP1271' || derivedVia === personalSign) && (algo ?? 'EIP1271') === 'EIP1271') {
    if (settings.verifyWallet) return 'contract'
    throw refusal('wallet-unsupported', { kind: 'contract wallets (EIP-1271)' })
  }
  throw refusal('wallet-unsupported', { kind: `${derivedVia}${algo ? ` with ${algo}` : ''}` })
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

async function askContract(question: WalletQuestion, settings: Settings): Promise<boolean> {
  try {
    return (await settings.verifyWallet?.(question)) === true
  } catch (cause) {
    // A chain that the port does not know is no failure of it.
    if (isSessionError(cause, 'wallet-unsupported')) throw refusal('wallet-unsupported', cause.details, { cause })
    throw unfit('verifier-unavailable', { port: 'verifyWallet' }, { cause })
  }
}

async function checkSignature(authSig: AuthSig, message: SiweMessage, wallet: Wallet, settings: Settings): Promise<void> {
  const { signedMessage, sig } = authSig
  const address = message.address as WalletQuestion['address']
  checkDelegationAccount({ authSig, message })
  const isSigned =
    wallet === 'account'
      ? isSameAddress(recoverWallet(signedMessage, sig) ?? '', address)
      : isHexData(sig) &&
        (await askContract(
          { address, chainId: message.chainId, message: signedMessage, signature: sig as WalletQuestion['signature'] },
          settings,
        ))
  if (!isSigned) throw unfit('wallet-signature-invalid', { address })
}

/**
 * All checks of one capability. What a memory may spare is the parse and an ordinary account's recovery; domain, times, key and grant are looked at every time, and a
 * contract wallet is asked every time.
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
    return { authSig, wallet: walletOf(authSig, settings) }
  })
  const place = shape?.wallet === 'account' ? await memory?.(shape.authSig) : undefined
  const known = place?.known
  const proven = run.check('delegation.message', text, () => {
    const { signedMessage } = shape?.authSig ?? { signedMessage: '' }
    return known ?? { message: parseSiweMessage(signedMessage), length: signedMessage.length }
  })
  const message = proven?.message
  if (!shape || !proven || !message) {
    for (const name of ['domain', 'time', 'key', 'recap', 'grant', 'signature'] as const)
      run.check(`delegation.${name}`, text, () => undefined)
    return { run, message }
  }
  const { authSig, wallet } = shape
  run.check('delegation.domain', text, () => checkDomain(message, settings.domains))
  run.check('delegation.time', text, () =>
    checkDelegationTime(message, asked.now, { maxSeconds: settings.maxDelegationSeconds, toleranceSeconds: settings.toleranceSeconds }),
  )
  run.check('delegation.key', text, () => checkDelegationKey(message, sessionKey))
  const recap = run.check('delegation.recap', text, () => readGrants(proven, asked))
  run.check('delegation.grant', text, () => checkGrant(message, recap, asked, settings))
  if (known) run.check('delegation.signature', `${path}.sig`, () => undefined)
  else
    await run.wait('delegation.signature', `${path}.sig`, async () => {
      await checkSignature(authSig, message, wallet, settings)
      place?.keep(proven)
    })
  return { run, message }
}
