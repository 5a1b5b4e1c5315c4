import { formatPkpResource, recapAbilityFor } from '@session-sigs/core'
import { LIT_RESOURCE_PREFIX } from './constants.ts'

/** A resource of the later form, as `resourceAbilityRequests` names it. */
export interface LitResource {
  readonly resource: string
  readonly resourcePrefix: string
}

/** What is asked for, as Lit apps write it; `data` is a restriction. */
export interface LitResourceAbilityRequest {
  readonly resource: LitResource
  readonly ability: string
  readonly data?: unknown
}

class ResourceBase implements LitResource {
  readonly resource: string
  readonly resourcePrefix: string

  constructor(resource: string, resourcePrefix: string) {
    this.resource = resource
    this.resourcePrefix = resourcePrefix
  }

  isValidLitAbility(ability: string): boolean {
    try {
      return recapAbilityFor(`${this.resourcePrefix}://*`, ability) !== ''
    } catch {
      return false
    }
  }

  getResourceKey(): string {
    return `${this.resourcePrefix}://${this.resource}`
  }

  toString(): string {
    return this.getResourceKey()
  }
}

/** An action, by its IPFS id; `*` is all of them. */
export class LitActionResource extends ResourceBase {
  constructor(resource: string) {
    super(resource, LIT_RESOURCE_PREFIX.LitAction)
  }
}

/**
 * A PKP, by its token id; hex is padded to 64 digits, as the network writes it.
 *
 * @throws SessionError `resource-malformed` for more than 64 digits
 */
export class LitPKPResource extends ResourceBase {
  constructor(resource: string) {
    super(formatPkpResource(resource), LIT_RESOURCE_PREFIX.PKP)
  }
}

/** A rate limit increase (capacity credits), by its token id. */
export class LitRLIResource extends ResourceBase {
  constructor(resource: string) {
    super(resource, LIT_RESOURCE_PREFIX.RLI)
  }
}

/** An access control condition, by its hash. */
export class LitAccessControlConditionResource extends ResourceBase {
  constructor(resource: string) {
    super(resource, LIT_RESOURCE_PREFIX.AccessControlCondition)
  }
}
