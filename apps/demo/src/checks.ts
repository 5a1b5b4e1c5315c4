import type { CheckName } from '@session-sigs/core/verify'
import { isRecord } from './values.ts'
import type { CheckView } from './view.ts'

/** What each check of a verifier is for. */
const explanations: Readonly<Record<CheckName, string>> = {
  bounds: 'Nothing in it is so large that looking at it could keep the verifier busy.',
  shape: 'It is one session signature: the five texts that belong to one, and nothing else.',
  'session-signature': 'The session key signed exactly these bytes, so nobody has changed them.',
  payload: 'What was signed can be read, and says for which key, resources, times and node.',
  resource: 'The signature was made for the resource that is asked for now.',
  time: 'The signature has begun, has not ended, and was not made to live too long.',
  audience: 'The signature was made for this very node, so another node cannot use it here.',
  'delegation.shape': 'The delegation has the form of one, and comes from a kind of wallet that can be checked.',
  'delegation.message': 'What the wallet signed is a sign-in message (EIP-4361), readable to the last character.',
  'delegation.domain': 'The person signed on a site that this node accepts, and not on somebody else’s.',
  'delegation.time': 'The delegation has begun, has not ended, and was not made to last too long.',
  'delegation.key': 'The wallet named exactly this session key.',
  'delegation.recap': 'Where powers are written as a ReCap (EIP-5573), the person read the same in words.',
  'delegation.grant': 'The wallet granted what is asked for now.',
  'delegation.signature': 'The wallet that the message names really signed it.',
  revocation: 'Nobody has taken the session back before its end.',
}

const statuses: readonly unknown[] = ['passed', 'failed', 'not-reached'] satisfies CheckView['status'][]

function isCheckName(name: unknown): name is CheckName {
  return typeof name === 'string' && Object.hasOwn(explanations, name)
}

function isStatus(status: unknown): status is CheckView['status'] {
  return statuses.includes(status)
}

/** What a node has found good about a signed request before it looks at the delegation: it lists only what comes after. */
const ofRequest: CheckView = {
  name: 'request',
  status: 'passed',
  path: '',
  explanation: 'The session key signed this very request, a short while ago, and its body is the one that was signed.',
  hint: undefined,
}

/** Why a signed request is refused before the session behind it is looked at, by code. */
const beforehand: Readonly<Record<string, string>> = {
  'nonce-used': 'Each signed request is good once. The node remembers it for as long as its signature lives, so a copy is worth nothing.',
  'session-sig-expired': 'The signature of a request is good for a short while only, and not after it.',
  'session-sig-not-yet-valid': 'By the node’s clock, the request is signed at a time that is still to come.',
  'session-signature-invalid': 'The session key must have signed this very request: its method, its address and its body.',
  'body-mismatch': 'The session key signed another body than the one that arrived.',
  'delegation-unknown': 'A client that has sent its delegation once sends only its name after that, and the node no longer knows it.',
}

function readList(report: unknown): readonly CheckView[] {
  const checks: unknown = isRecord(report) ? report['checks'] : undefined
  if (!Array.isArray(checks)) return []
  return checks.flatMap((check: unknown): CheckView[] => {
    if (!isRecord(check)) return []
    const { name, status, path, hint } = check
    if (!isCheckName(name) || !isStatus(status)) return []
    const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
    return [{ name, status, path: text(path) ?? '', explanation: explanations[name], hint: text(hint) }]
  })
}

/**
 * The checks that a verifier's report or a node's refusal lists, with what each is for; where a refusal came before them, that alone. What a node says is read as strictly as
 * anything from outside.
 */
export function readChecks(report: unknown): readonly CheckView[] {
  const list = readList(report)
  const checks = list[0]?.name.startsWith('delegation.') ? [ofRequest, ...list] : list
  const { code, detail } = isRecord(report) ? report : {}
  if (checks.length > 0 || typeof code !== 'string' || !Object.hasOwn(beforehand, code)) return checks
  const hint = typeof detail === 'string' ? detail : undefined
  return [{ name: code, status: 'failed', path: '', explanation: beforehand[code] ?? '', hint }]
}
