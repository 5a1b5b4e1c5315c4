import type { SiweMessage } from './siwe.ts'
import { parseInstant } from './time.ts'
import type { Asked, Settings } from './verify-options.ts'

/** That a wallet's message lets this key use this resource, by what a verifier was told, whatever the time is. */
export interface Grant {
  readonly sessionKey: string
  readonly resource: string
  readonly ability: string | undefined
  readonly message: SiweMessage
  /** From when to when it holds, in milliseconds, without the clock's tolerance. */
  readonly issuedAt: number
  readonly notBefore: number
  readonly end: number
}

/** A name may be as long as a body: then it is not worth its room. */
export function isWorthKeeping(resource: string): boolean {
  return resource.length <= 512
}

export function grantOf(sessionKey: string, { resource, ability }: Asked, message: SiweMessage): Grant {
  const issuedAt = parseInstant(message.issuedAt)
  const notBefore = message.notBefore === undefined ? issuedAt : parseInstant(message.notBefore)
  return { sessionKey, resource, ability, message, issuedAt, notBefore, end: parseInstant(message.expirationTime ?? '') }
}

/** Whether it holds at this time, as `checkDelegationTime` says of its message. */
export function isGoodAt({ issuedAt, notBefore, end, message }: Grant, now: number, { toleranceSeconds }: Settings): boolean {
  const isBegun = message.notBefore === undefined || notBefore <= now
  return end > now && isBegun && issuedAt <= now + toleranceSeconds * 1000
}
