/** Values that no JSON has, written as JSON: `{"$": "throws"}` stands for an object whose every property throws. */
import type { Json } from './parser.ts'

class Faces {
  #looks = 0
  /** Another face at every look. */
  look(): unknown {
    this.#looks += 1
    return this.#looks % 2 === 0 ? 'second' : 'first'
  }
}

function cycle(): object {
  const object: Record<string, unknown> = { sig: '0x' }
  object['self'] = object
  return object
}

const kinds: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  symbol: () => Symbol('s'),
  bigint: () => 10n ** 30n,
  nan: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  function: () => () => 'x',
  date: () => new Date(0),
  invalid: () => new Date(Number.NaN),
  map: () => new Map([['sig', 'x']]),
  bytes: () => new Uint8Array(64),
  text: () => Object('text'),
  bare: () => Object.assign(Object.create(null), { sig: 'x' }),
  cycle,
  inherits: () => Object.create({ sig: 'x', signedMessage: 'y', address: 'z', derivedVia: 'w', algo: 'ed25519' }),
  throws: () =>
    new Proxy(
      {},
      {
        get: () => {
          throw new RangeError('looked at')
        },
        ownKeys: () => {
          throw new RangeError('listed')
        },
        getOwnPropertyDescriptor: () => {
          throw new RangeError('described')
        },
      },
    ),
  getter: () => ({
    get sig(): string {
      throw new RangeError('looked at')
    },
    get code(): string {
      throw new RangeError('looked at')
    },
  }),
  proxy: () => new Proxy({ sig: 'x', signedMessage: '{}' }, {}),
  faces: () => {
    const faces = new Faces()
    return { toString: () => faces.look(), toJSON: () => faces.look(), valueOf: () => faces.look() }
  },
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {})
    revoke()
    return proxy
  },
  sparse: () => Object.assign(new Array<unknown>(5), { 3: 'x' }),
}

/** The same, for what no stranger can hand over: there, values that run code are a programmer's own. */
export function plainOf(input: Json): unknown {
  return JSON.parse(JSON.stringify(input))
}

/** The value that an input stands for. Plain parts of it are frozen: who writes to them throws. */
export function hostileOf(input: Json): unknown {
  if (typeof input !== 'object' || input === null) return input
  if (Array.isArray(input)) return Object.freeze(input.map(hostileOf))
  const kind = (input as { readonly $?: Json }).$
  if (typeof kind === 'string' && Object.hasOwn(kinds, kind)) return kinds[kind]?.()
  const object: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(input))
    Object.defineProperty(object, name, { value: hostileOf(item), enumerable: true, writable: true, configurable: true })
  return Object.freeze(object)
}
