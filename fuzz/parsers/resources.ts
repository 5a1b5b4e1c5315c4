/** Names of resources, in both forms, and URLs of nodes. */
import { checkNodes } from '../../packages/core/src/request.ts'
import { capabilityFor, formatPkpResource, isGranted, parseResource, recapAbilityFor } from '../../packages/core/src/resource.ts'
import { hostileOf } from '../hostile.ts'
import { fieldsOf, textOf } from '../inputs.ts'
import { accepted, attempt, outcomeOf } from '../judge.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'

const types = ['EncryptionCondition', 'SigningCondition', 'PKP', 'RLI', 'Action']
const form = new RegExp(`^lit(${types.join('|')})(Capability)?://(.+)$`, 's')

/** An id of characters of a URI, `*` only alone. */
function isId(id: string): boolean {
  const isUriText = /^[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+$/.test(id) && !/%(?![0-9A-Fa-f]{2})/.test(id)
  return isUriText && !id.includes('://') && (id === '*' || !id.includes('*'))
}

function readFirst(input: Json): Outcome {
  const text = hostileOf(input) as string
  const ours = attempt(() => parseResource(text))
  if (typeof text !== 'string') return outcomeOf(ours)
  const [, type, capability, id = ''] = form.exec(text) ?? []
  must((ours.error === undefined) === (type !== undefined && isId(id)), 'resource: exactly the ten types with an id', text)
  const asked = attempt(() => capabilityFor(text))
  must((asked.error === undefined) === (ours.value?.kind === 'resource'), 'resource: a capability cannot be asked for', text)
  if (asked.value !== undefined) {
    must(
      asked.value === `lit${type}Capability://${id}` && ours.value?.id === id && ours.value.type === type,
      'resource: nothing is changed',
      text,
    )
    must(isGranted([asked.value], text) && isGranted([`lit${type}Capability://*`], text), 'resource: its own capability grants it', text)
    must(!isGranted([text, `${asked.value}x`, 'litCapability://*', '*'], text), 'resource: nothing else does', text)
  }
  must(!ours.value || (ours.value.kind === 'capability') === (capability !== undefined), 'resource: a capability is one', text)
  return outcomeOf(ours)
}

export const resources: Parser = {
  name: 'resource',
  reads: 'resources of the first form: `parseResource`, `capabilityFor`, `isGranted`',
  weight: 4,
  seeds: () => [
    'litAction://Qm1',
    'litPKPCapability://*',
    'litRLI://a*',
    'litAction://a://b',
    'litPkp://1',
    'litAction://%zz',
    'acmeInvoice://1',
  ],
  generate: (random) =>
    `lit${random.pick(types)}${random.pick(['', '', 'Capability'])}://${random.pick(['*', 'Qm1', '%41', "a:b/c?d#e[f]@!$&'()+,;=", '1*'])}`,
  speed: { run: (input) => parseResource(hostileOf(input) as string), busy: (length) => `litAction://${'%41b'.repeat(length / 4)}` },
  read: readFirst,
}

const abilities: Readonly<Record<string, readonly string[]>> = {
  'lit-accesscontrolcondition': ['access-control-condition-decryption', 'access-control-condition-signing'],
  'lit-pkp': ['pkp-signing'],
  'lit-ratelimitincrease': ['rate-limit-increase-auth'],
  'lit-litaction': ['lit-action-execution'],
}

function readSecond(input: Json): Outcome {
  const [resource, ability] = ['resource', 'ability'].map((name) => textOf(fieldsOf(input)[name])) as [string, string]
  const ours = attempt(() => recapAbilityFor(resource, ability))
  const at = resource.indexOf('://')
  const known = Object.entries(abilities).some(([prefix, names]) => prefix === resource.slice(0, at) && names.includes(ability))
  const isOne = at >= 0 && known && isId(resource.slice(at + 3))
  must((ours.error === undefined) === isOne, 'resource: exactly the abilities of its prefix', input)
  attempt(() => formatPkpResource(resource))
  return outcomeOf(ours)
}

export const abilityRequests: Parser = {
  name: 'ability',
  reads: 'resources of the second form: `recapAbilityFor`, `formatPkpResource`',
  weight: 2,
  seeds: () => Object.entries(abilities).flatMap(([prefix, names]) => names.map((ability) => ({ resource: `${prefix}://1`, ability }))),
  generate: (random) => {
    const [prefix, names] = random.pick(Object.entries(abilities))
    return { resource: `${prefix}://${random.pick(['*', '1', 'a*'])}`, ability: random.pick([...names, '__proto__', 'toString', '']) }
  },
  read: readSecond,
}

export const nodeUrls: Parser = {
  name: 'node',
  reads: 'URLs of nodes: `checkNodes`',
  weight: 2,
  seeds: () => [
    'https://node.example:7470',
    'http://127.0.0.1:1/a?b#c',
    'https://u:p@node.example',
    'https:node.example',
    'HTTPS://NODE',
    'https://[::1]/',
  ],
  generate: (random) =>
    `${random.pick(['https://', 'http://', 'wss://', 'https:'])}${random.pick(['a.example', '[::1]', 'a@b', 'ä.example', ' '])}${random.pick(['', ':1', '/a', '?b', '\t'])}`,
  speed: { run: (input) => checkNodes([typeof input === 'string' ? input : '']), busy: (length) => `https://${'u@'.repeat(length / 2)}a/` },
  read(input) {
    const text = typeof input === 'string' ? input : JSON.stringify(input)
    const ours = attempt(() => checkNodes([text]))
    if (ours.error) return outcomeOf(ours)
    const url = new URL(text)
    must(/^https?:$/.test(url.protocol) && url.username === '' && url.password === '', 'node: of http and without a user', text)
    must(!/[\s\p{Cc}]/u.test(text), 'node: nothing that a URL would repair', text)
    return accepted
  },
}
