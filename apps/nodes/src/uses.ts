/**
 * What each of the five uses asks of a session, in the form in which its session signature asks for it.
 */
import { formatPkpResource } from '@session-sigs/core'
import type { AskedResource, RequestBody } from '@session-sigs/http/hono'
import type { Context } from 'hono'
import { type Fields, fieldsOf, text } from './fields.ts'
import { nameOf } from './powers.ts'

interface Use {
  /** The id of what is used, as the request's body names it. */
  readonly idOf: (fields: Fields) => string
  /** The first form's resource, without its id. */
  readonly type: string
  /** The second form's resource, without its id, and its ability. */
  readonly prefix: string
  readonly ability: string
  /** How the second form writes the id, where that is another way. */
  readonly format?: (id: string) => string
}

export const uses = {
  open: {
    idOf: (fields) => nameOf(text(fields, 'encryptedKey')),
    type: 'litEncryptionCondition',
    prefix: 'lit-accesscontrolcondition',
    ability: 'access-control-condition-decryption',
  },
  attest: {
    idOf: ({ resourceId }) => nameOf(JSON.stringify(resourceId ?? null)),
    type: 'litSigningCondition',
    prefix: 'lit-accesscontrolcondition',
    ability: 'access-control-condition-signing',
  },
  signAsPkp: {
    idOf: (fields) => text(fields, 'tokenId'),
    type: 'litPKP',
    prefix: 'lit-pkp',
    ability: 'pkp-signing',
    format: formatPkpResource,
  },
  liftLimit: {
    idOf: (fields) => text(fields, 'tokenId'),
    type: 'litRLI',
    prefix: 'lit-ratelimitincrease',
    ability: 'rate-limit-increase-auth',
  },
  runAction: {
    idOf: (fields) => text(fields, 'id'),
    type: 'litAction',
    prefix: 'lit-litaction',
    ability: 'lit-action-execution',
  },
} as const satisfies Readonly<Record<string, Use>>

/** What JSON says, where it is a text and says something; any other value is what it is. */
function parsed(json: unknown): unknown {
  if (typeof json !== 'string') return json
  try {
    return JSON.parse(json)
  } catch {
    return undefined
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined
}

/** The session signature that the guard will find: in the header, or else in the body; none in a request that is signed itself. */
function sessionSigIn(c: Context, fields: Fields): unknown {
  if (c.req.header('signature-input') !== undefined) return undefined
  const inHeader = /^SessionSig +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  return inHeader === undefined ? fields['authSig'] : Buffer.from(inHeader, 'base64url').toString()
}

/** Nothing here is believed: either form is verified in full after this, and a signature that says it is of one form grants nothing in the other. */
function isSecondForm(sessionSig: unknown): boolean {
  const payload = parsed(memberOf(parsed(sessionSig), 'signedMessage'))
  return memberOf(payload, 'resourceAbilityRequests') !== undefined
}

/** What a request has to be granted so that it may make this use. */
export function asking({ idOf, type, prefix, ability, format }: Use): (c: Context, body: RequestBody) => AskedResource {
  return (c, body) => {
    const fields = fieldsOf(body.json())
    const id = idOf(fields)
    if (!isSecondForm(sessionSigIn(c, fields))) return `${type}://${id}`
    return { resource: `${prefix}://${format?.(id) ?? id}`, ability }
  }
}

/** The one name of a PKP's token: in the second form `42` and `0x42` are the same resource, and so they are the same PKP. Other case is another resource, and another PKP. */
export function tokenOf(tokenId: string): string {
  return tokenId.replace(/^0x/, '').length > 64 ? tokenId : formatPkpResource(tokenId)
}
