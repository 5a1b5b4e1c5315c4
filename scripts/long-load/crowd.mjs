/** All who send: sessions that come and go, and the requests that are kept to be sent again, or too late. */
import { toChecksumAddress } from '@session-sigs/core'
import { ownedBy } from './chain.mjs'
import { createAccount, createParty } from './sessions.mjs'

const sizes = { first: 40, second: 20, contract: 6 }
const ownAccounts = 12
/** How old a request may be that is sent again, in milliseconds: well within its signature's life, also where a server stands still meanwhile. */
const fresh = 30_000
const longest = 3000
/** How long servers may take to find a Redis that is back, in milliseconds: its memory begins when they ask. */
const reconnecting = 3000

/** Contract wallets that have an owner, and what the chain has to know of them. */
export function createContracts() {
  const list = Array.from({ length: sizes.contract }, (_, i) => {
    const owner = createAccount()
    return { owner, address: toChecksumAddress(`0x${(0xc0de0000 + i).toString(16).padStart(40, '0')}`) }
  })
  return { list, code: Object.fromEntries(list.map(({ owner, address }) => [address, ownedBy(owner.address)])) }
}

/** The newest of what was put there, each no longer than it is fresh. */
function createShelf(random, ripeAfter = 0) {
  let list = []
  return {
    put(item) {
      list.push({ ...item, at: item.at ?? Date.now() })
      if (list.length > longest) list = list.slice(-longest / 2)
    },
    /** One by chance, which stays. */
    pick: () => random.pick(list.filter(({ at }) => at > Date.now() - fresh).slice(-500)),
    /** The oldest, once it is too old, which is gone. */
    ripe: () => (list[0] && list[0].at < Date.now() - ripeAfter ? list.shift() : undefined),
    /** The oldest that is fresh, which is gone. */
    take() {
      list = list.filter(({ at }) => at > Date.now() - fresh)
      return list.shift()
    },
    clear: () => {
      list = []
    },
  }
}

/** `portOf(at)` is the port of a server by its number. */
/** `ripeAfter` is how long after it was signed for a second a request is too late, in milliseconds. */
export async function createCrowd({ random, contracts, portOf, ripeAfter }) {
  const accounts = Array.from({ length: ownAccounts }, createAccount)
  const parties = { first: [], second: [], contract: [] }

  /** Most requests of a session go to one server, as behind most balancers, and some do not. */
  function route() {
    const own = random.below(2)
    return () => portOf(random.next() < 0.9 ? own : 1 - own)
  }

  function newParty(kind, options = {}) {
    const { owner: account, address: contract } = random.pick(contracts)
    const whose = kind === 'contract' ? { account, contract } : { account: random.pick(accounts), form: kind }
    return createParty({ ...whose, portOf: route(), ...options })
  }

  for (const [kind, size] of Object.entries(sizes)) while (parties[kind].length < size) parties[kind].push(await newParty(kind))

  const special = {
    stranger: await newParty('first', { site: 'elsewhere.example' }),
    forged: await newParty('first', { isForged: true }),
    /** Says that it owns the first contract, and does not. */
    pretender: await newParty('contract', { account: createAccount(), contract: contracts[0].address }),
    hidden: await newParty('first'),
  }
  await special.hidden.signNamed('/first')
  const kinds = random.shuffled([...Array(6).fill('first'), ...Array(3).fill('second'), 'contract'])
  const revoked = createShelf(random)
  let turn = 0
  let forgotten = 0
  let lost = 0
  return {
    ...{ special, newParty },
    accepted: createShelf(random),
    unanswered: createShelf(random),
    late: createShelf(random, ripeAfter),
    revoked,
    /** What Redis forgets is good again: from here on only later revocations are asked about. */
    forget() {
      forgotten = Date.now()
      revoked.clear()
    },
    forgotten: () => forgotten,
    /** Redis was away, or says that it cannot be sure of what was signed until now, in milliseconds since 1970. */
    lose() {
      lost = Date.now()
    },
    remembers: () => lost + reconnecting,
    party: (kind) => random.pick(parties[kind]),
    /** One comes, and another goes. */
    async renew() {
      const kind = kinds[turn % kinds.length]
      turn += 1
      parties[kind][random.below(parties[kind].length)] = await newParty(kind)
    },
  }
}
