import { isSessionError, litVocabulary, parseResource, type Resource } from '@session-sigs/core'
import { attestedId, key, token } from './uses.ts'
import type { Power, PowerChoice } from './view.ts'

type Type = (typeof litVocabulary.types)[number]

interface Words {
  readonly title: string
  readonly text: string
  readonly example: string
  readonly any: string
  readonly one: (id: string) => string
}

const words: Readonly<Record<Type, Words>> = {
  EncryptionCondition: {
    title: 'Open sealed notes',
    text: 'Have the nodes decrypt what was sealed for you.',
    example: 'edb465624291e4053c6c5ea4b7eb320dec773e10a57d26b95dcf0564f8e310f8',
    any: 'Open any note that was sealed for you',
    one: (id) => `Open what is sealed under ${id}`,
  },
  SigningCondition: {
    title: 'Get attestations',
    text: 'Have the nodes confirm, in writing, what you may use.',
    example: attestedId,
    any: 'Get any attestation about you',
    one: (id) => `Get the attestation ${id}`,
  },
  PKP: {
    title: 'Sign with network keys',
    text: 'Have the nodes sign messages with keys that they keep for you.',
    example: key,
    any: 'Sign with every key that the network keeps for you',
    one: (id) => `Sign with the network’s key number ${id}`,
  },
  RLI: {
    title: 'Lift the rate limit',
    text: 'Send more requests than are free, on your tokens.',
    example: token,
    any: 'Lift the rate limit with any of your tokens',
    one: (id) => `Lift the rate limit with the token number ${id}`,
  },
  Action: {
    title: 'Run actions',
    text: 'Have the nodes run code that is registered with them, in your name.',
    example: 'QmExample',
    any: 'Run any registered action in your name',
    one: (id) => `Run the action ${id} in your name`,
  },
}

function isType(type: string): type is Type {
  return Object.hasOwn(words, type)
}

/** The five, and none wanted. */
export const powerChoices: readonly PowerChoice[] = litVocabulary.types.map((type) => {
  const { title, text, example } = words[type]
  return { type, title, text, example, isWanted: false, extent: 'any', id: '', problem: undefined }
})

export function resourceOf({ type, extent, id }: PowerChoice): Resource {
  // The type is one of the five, because the choice was made from these.
  return `lit${type}://${extent === 'any' ? '*' : id.trim()}` as Resource
}

/** What cannot be in an id, by the first such character. */
function strangerProblem(id: string): string {
  const [stranger] = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]/u.exec(id) ?? []
  if (stranger === undefined) return 'This cannot be an id.'
  return `An id has no ${stranger.trim() === '' ? 'space' : `“${stranger}”`} in it.`
}

function problemOf(choice: PowerChoice): string | undefined {
  const id = choice.id.trim()
  if (!choice.isWanted || choice.extent === 'any') return undefined
  if (id === '') return 'Write which one.'
  if (id === '*') return 'For all of them, choose “Any”.'
  try {
    parseResource(resourceOf(choice))
    return undefined
  } catch (error) {
    if (isSessionError(error, 'resource-wildcard')) return 'An id has no “*” in it.'
    return strangerProblem(id)
  }
}

/** A choice with a change made, and whether it can be used. */
export function withChange(choice: PowerChoice, change: Partial<PowerChoice>): PowerChoice {
  const changed = { ...choice, ...change }
  return { ...changed, problem: problemOf(changed) }
}

/** What one capability, or one resource, means in plain words. */
export function wordsFor(capability: string): string {
  try {
    const { type, id } = parseResource(capability)
    if (isType(type)) return id === '*' ? words[type].any : words[type].one(id)
  } catch {
    // Said below.
  }
  return 'Nothing that these nodes know'
}

/** What was granted, beside what that means. */
export function powersOf(capabilities: readonly string[]): readonly Power[] {
  return capabilities.map((capability) => ({ capability, words: wordsFor(capability) }))
}

/** The resources that capabilities grant; what grants none of the five is left out. */
export function resourcesOf(capabilities: readonly string[]): readonly Resource[] {
  const read = (capability: string): Resource[] => {
    try {
      const { type, id } = parseResource(capability)
      return [`lit${type}://${id}` as Resource]
    } catch {
      return []
    }
  }
  return [...new Set(capabilities.flatMap(read))]
}

/** The first type that is not granted at all; where all are, the first. */
export function firstMissing(capabilities: readonly string[]): string {
  const granted = resourcesOf(capabilities).map((resource) => resource.slice('lit'.length, resource.indexOf('://')))
  return litVocabulary.types.find((type) => !granted.includes(type)) ?? litVocabulary.types[0] ?? ''
}
