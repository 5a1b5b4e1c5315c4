import {
  type Attenuations,
  type Caveat,
  decodeRecap,
  encodeRecap,
  isRecapGranted,
  mergeRecaps,
  type Recap,
  recapAbilityFor,
  recapOf,
  recapStatement,
  type SiweMessage,
} from '@session-sigs/core'
import type { LitResource } from './resources.ts'

/** What of a message a ReCap concerns: also a `SiweMessage` of the `siwe` package. */
interface RecapCarrier {
  statement?: string | undefined
  resources?: string[] | undefined
}

function keyOf({ resourcePrefix, resource }: LitResource): string {
  return `${resourcePrefix}://${resource}`
}

/**
 * Builds a ReCap (EIP-5573) step by step, as callbacks of Lit apps do: what is granted, its URI for the message's resources, and the sentence for its statement.
 */
export class RecapSessionCapabilityObject {
  #recap: Recap

  /** @throws SessionError `recap-invalid` */
  constructor(attenuations: Attenuations = {}, proofs: readonly string[] = []) {
    this.#recap = decodeRecap(encodeRecap({ att: attenuations, prf: proofs }))
  }

  /** @throws SessionError `recap-invalid` */
  static decode(encoded: string): RecapSessionCapabilityObject {
    const { att, prf } = decodeRecap(encoded)
    return new RecapSessionCapabilityObject(att, prf)
  }

  /** The ReCap of a message that says in its statement what it grants. @throws SessionError `recap-invalid`, `recap-statement-mismatch` */
  static extract(message: RecapCarrier): RecapSessionCapabilityObject {
    const { att, prf } = recapOf(message as Pick<SiweMessage, 'statement' | 'resources'>)
    return new RecapSessionCapabilityObject(att, prf)
  }

  get attenuations(): Attenuations {
    return this.#recap.att
  }

  get proofs(): readonly string[] {
    return this.#recap.prf
  }

  get statement(): string {
    return recapStatement(this.#recap)
  }

  encodeAsSiweResource(): string {
    return encodeRecap(this.#recap)
  }

  /** @throws SessionError `recap-invalid` */
  addAttenuation(resource: string, namespace = '*', name = '*', restriction: Caveat = {}): void {
    const att = { [resource]: { [`${namespace}/${name}`]: [restriction] } }
    this.#recap = mergeRecaps(this.#recap, new RecapSessionCapabilityObject(att).#recap)
  }

  /** @throws SessionError `ability-unknown`, `resource-…`, `recap-invalid` */
  addCapabilityForResource(resource: LitResource, ability: string, data?: unknown): void {
    const [namespace, name] = recapAbilityFor(keyOf(resource), ability).split('/')
    this.addAttenuation(keyOf(resource), namespace, name, (data ?? {}) as Caveat)
  }

  addAllCapabilitiesForResource(resource: LitResource): void {
    this.addAttenuation(keyOf(resource))
  }

  verifyCapabilitiesForResource(resource: LitResource, ability: string): boolean {
    return isRecapGranted(this.#recap, keyOf(resource), ability)
  }

  /** Adds this to the message's resources and statement, joined with the ReCap that it has already. The message itself is changed, and returned. */
  addToSiweMessage<M extends RecapCarrier>(message: M): M {
    const { resources = [], statement } = message
    const last = resources.at(-1)?.startsWith('urn:recap:') ? RecapSessionCapabilityObject.extract(message) : undefined
    const own = last ? statement?.slice(0, -last.statement.length).trim() : statement
    const joined = new RecapSessionCapabilityObject()
    joined.#recap = last ? mergeRecaps(last.#recap, this.#recap) : this.#recap
    message.statement = [own, joined.statement].filter(Boolean).join(' ')
    message.resources = [...(last ? resources.slice(0, -1) : resources), joined.encodeAsSiweResource()]
    return message
  }
}

/** An empty one, or one with what is given. */
export function newSessionCapabilityObject(attenuations?: Attenuations, proofs?: readonly string[]): RecapSessionCapabilityObject {
  return new RecapSessionCapabilityObject(attenuations, proofs)
}
