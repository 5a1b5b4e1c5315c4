import { createHash } from 'node:crypto'
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import {
  createSessionClient,
  generateSessionKeyPair,
  issueSessionSig,
  memoryStorage,
  parseSiweMessage,
  type Resource,
  type SessionClient,
  type SessionKeyPair,
  type SessionSig,
  type SessionSigContent,
  type SessionStorage,
  type Signer,
} from '@session-sigs/core'
import { recoverWallet } from '@session-sigs/core/verify'
import { createSessionFetch, revocationSender } from '@session-sigs/http'
import { viemSigner } from '@session-sigs/viem-signer'
import { Wallet } from 'ethers'
import type { Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { type Answer, call, posting, read } from './call.ts'
import { documentedFlow } from './documented.ts'
import { documented, runExample } from './example.ts'
import type { Screen } from './screen.ts'

const domain = 'localhost:3000'
const short = (text: string): string => (text.length > 20 ? `${text.slice(0, 10)}…${text.slice(-6)}` : text)
const verdictOf = ({ status, refused }: Answer): string => (status === 200 ? '200 accepted' : `${status} refused: ${refused}`)

/** A viem signer that counts how often it signs. */
function counting(signer: Signer): Signer & { readonly asked: () => number } {
  let asked = 0
  return {
    ...signer,
    signMessage(message, account) {
      asked += 1
      return signer.signMessage(message, account)
    },
    asked: () => asked,
  }
}

function verdicts(network: Network, answers: readonly Answer[]): string[][] {
  return network.urls.map((url, i) => [url, answers[i] ? verdictOf(answers[i]) : 'no answer'])
}

/** One wallet signature, and every node accepts what the session key signs after it. */
async function showDocumented(screen: Screen, network: Network, wallet: Wallet, storage: SessionStorage): Promise<number> {
  screen.heading('1  The documented flow: an ethers wallet signs once, every node accepts')
  const { sessionSigs, message, asked } = await documentedFlow(wallet, network.urls, storage)
  screen.say('The wallet was shown this, and signed it:')
  screen.say()
  for (const line of message.split('\n')) screen.say(`  │ ${line}`)
  screen.say()
  const { address, resources = [], uri, expirationTime = 'for ever' } = parseSiweMessage(message)
  screen.facts([
    ['who delegated', address],
    ['what', resources.map((resource) => `${resource} (grants ${resource.replace('Capability://', '://')})`).join(', ')],
    ['to which key', uri],
    ['until', expirationTime],
    ['wallet asked', `${asked} time`],
  ])
  screen.say()
  const id = network.actions.greet
  const answers = await Promise.all(network.urls.map((url) => call(url, '/action', { id, params: { hello: 'node' } }, sessionSigs[url])))
  const words = answers.map(({ body }) => String(body['result']).replace(/0x[0-9a-fA-F]{40}/, short))
  screen.table(
    ['node', 'verdict', 'answer'],
    verdicts(network, answers).map((row, i) => [...row, words[i] ?? '']),
  )
  screen.say()
  screen.expect('the wallet was asked exactly once', asked === 1)
  screen.expect(
    `all ${network.urls.length} nodes accepted`,
    answers.every(({ status }) => status === 200),
  )
  return asked
}

/** The same session by another library: nothing is asked. */
async function showAgain(screen: Screen, network: Network, client: SessionClient, asked: () => number): Promise<void> {
  screen.heading('2  The same again with viem: the delegation is there, the wallet is not asked')
  const sessionSigs = await client.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'] })
  const id = network.actions.greet
  const answers = await Promise.all(network.urls.map((url) => call(url, '/action', { id, params: {} }, sessionSigs[url])))
  screen.table(['node', 'verdict'], verdicts(network, answers))
  screen.say()
  screen.expect('the wallet was not asked again', asked() === 0)
  screen.expect(
    `all ${network.urls.length} nodes accepted`,
    answers.every(({ status }) => status === 200),
  )
}

interface Use {
  readonly resource: Resource
  readonly path: string
  readonly fields: Readonly<Record<string, unknown>>
  /** Says in words what came back, or `undefined` where it is not what it should be. */
  readonly read: (answer: Answer) => string | undefined | Promise<string | undefined>
}

/** What each of the five resource types is good for, at one node. */
async function fiveUses(network: Network, node: string, address: string): Promise<Use[]> {
  const secret = 'The key is under the mat.'
  const { body: sealed } = await call(node, '/seal', { note: secret, for: address })
  const resourceId = { baseUrl: 'app.example', path: '/private', role: 'reader' }
  const condition = createHash('sha256').update(JSON.stringify(resourceId)).digest('hex')
  const message = 'signed by a PKP'
  return [
    {
      resource: String(sealed['resource']) as Resource,
      path: '/open',
      fields: { encryptedKey: sealed['encryptedKey'], ciphertext: sealed['ciphertext'] },
      read: ({ body }) => (body['note'] === secret ? `opened: "${secret}"` : undefined),
    },
    {
      resource: `litSigningCondition://${condition}`,
      path: '/attest',
      fields: { resourceId },
      read: ({ body }) => (String(body['statement']).includes(address) ? `attested: ${short(String(body['signature']))}` : undefined),
    },
    {
      resource: 'litPKP://42',
      path: '/pkp',
      fields: { tokenId: '42', message },
      read: async ({ body }) =>
        (await recoverWallet(message, String(body['signature']))) === body['address']
          ? `signed by ${short(String(body['address']))}`
          : undefined,
    },
    {
      resource: 'litRLI://7',
      path: '/limited',
      fields: { tokenId: '7' },
      read: ({ body }) => (body['limit'] === 'lifted' ? 'limit lifted' : undefined),
    },
    {
      resource: `litAction://${network.actions.greet}`,
      path: '/action',
      fields: { id: network.actions.greet, params: { five: 5 } },
      read: ({ body }) => (String(body['result']).includes('{"five":5}') ? 'the registered action ran' : undefined),
    },
  ]
}

async function showFive(screen: Screen, uses: readonly Use[], node: string, client: SessionClient, asked: () => number): Promise<void> {
  screen.heading('3  Each of the five resource types, used')
  const before = asked()
  const sigs = await client.getSessionSigs({ resources: uses.map(({ resource }) => resource) })
  const free = await Promise.all([1, 2, 3, 4].map(() => call(node, '/limited', {})))
  const results: [string, string, string][] = []
  for (const { resource, path, fields, read } of uses) {
    const answer = await call(node, path, fields, sigs[node])
    const [type = '', id = ''] = resource.split('://')
    results.push([`${type}://${short(id)}`, verdictOf(answer), (answer.status === 200 && (await read(answer))) || '—'])
  }
  screen.table(['resource', 'verdict', 'what came of it'], results)
  screen.say()
  screen.expect(
    'all five were used, and did what they should',
    results.every(([, , outcome]) => outcome !== '—'),
  )
  screen.expect('without the RLI, the fourth request of a minute was refused', free.filter(({ status }) => status === 429).length === 1)
  screen.expect('the five powers cost one more signature, because they were more', asked() - before === 1)
}

interface Forbidden {
  readonly what: string
  readonly answer: Answer
  readonly code: string
  readonly status: number
}

function showForbidden(screen: Screen, { what, answer, code, status }: Forbidden): void {
  const { checks } = answer
  screen.say(`${what}:`)
  for (const check of checks) {
    if (check.status === 'failed') {
      screen.say(`    ✗ ${check.name}${check.path ? ` at ${check.path}` : ''}`)
      screen.say(`      ${check.hint ?? ''}`)
    }
  }
  const count = (wanted: string): number => checks.filter((check) => check.status === wanted).length
  screen.say(`      ${count('passed')} checks passed before it, ${count('not-reached')} were not reached`)
  screen.expect(`as it should be: ${status} ${code}`, answer.status === status && answer.refused === code && count('failed') === 1)
}

/** A session signature that claims more than its delegation grants, as a dishonest app could make it. */
function overreach(pair: SessionKeyPair, honest: SessionSig, nodeAddress: string): Promise<SessionSig> {
  const { capabilities, ...times } = JSON.parse(honest.signedMessage) as SessionSigContent
  const now = Date.now()
  const issuedAt = new Date(now).toISOString()
  return issueSessionSig(pair, {
    ...times,
    resources: ['litPKP://43'],
    capabilities,
    issuedAt,
    expiration: new Date(now + 60_000).toISOString(),
    nodeAddress,
  })
}

async function showRefusals(screen: Screen, network: Network, client: SessionClient, signer: Signer): Promise<void> {
  screen.heading('4  What is refused, and what the node says about it')
  const [node = '', other = ''] = network.urls
  // A client whose clock stands ten minutes back makes the signatures that it would have made then.
  const past = createSessionClient({ nodes: network.urls, signer, domain, now: () => new Date(Date.now() - 10 * 60_000) })
  const pair = await generateSessionKeyPair()
  const { [node]: old } = await past.getSessionSigs({ resources: ['litPKP://42'], sessionKey: pair })
  if (!old) throw new Error('There is no signature for the first node.')

  const wider = await call(node, '/pkp', { tokenId: '43', message: 'not mine' }, await overreach(pair, old, node))
  showForbidden(screen, { what: 'A PKP that the wallet did not grant', answer: wider, code: 'delegation-scope', status: 403 })

  screen.say()
  const id = network.actions.greet
  const action = await client.getSessionSigs({ resources: [`litAction://${id}`] })
  const elsewhere = await call(other, '/action', { id }, action[node])
  showForbidden(screen, { what: 'One node’s signature sent to another node', answer: elsewhere, code: 'audience-mismatch', status: 401 })

  screen.say()
  const late = await call(node, '/pkp', { tokenId: '42', message: 'too late' }, old)
  showForbidden(screen, { what: 'A signature made ten minutes ago', answer: late, code: 'session-sig-expired', status: 401 })
}

/** What somebody has who reads along: the request, byte for byte. */
interface Overheard {
  readonly url: string
  readonly init: RequestInit
}

/** Each request is signed by itself, and good once. */
async function showRequests(screen: Screen, node: string, id: string, client: SessionClient, asked: () => number): Promise<void> {
  screen.heading('5  Requests that the session key signs: a fetch like any other, and each is good once')
  const before = asked()
  const overheard: Overheard[] = []
  const send = createSessionFetch(client, {
    request: { resources: [`litAction://${id}`] },
    async fetch(input, init) {
      const request = new Request(input, init)
      const { url, method, headers } = request
      overheard.push({ url, init: { method, headers: new Headers(headers), body: await request.clone().arrayBuffer() } })
      return fetch(request)
    },
  })
  const first = await read(await send(`${node}/action`, posting({ id, params: { once: true } })))
  const [{ url, init } = { url: node, init: {} }] = overheard
  const again = await read(await fetch(url, init))
  const changed = await read(await fetch(url, { ...init, body: JSON.stringify({ id, params: { once: false } }) }))
  screen.table(
    ['request', 'verdict'],
    [
      ['signed by fetch', verdictOf(first)],
      ['the same bytes once more', verdictOf(again)],
      ['with another body', verdictOf(changed)],
    ],
  )
  screen.say()
  screen.expect('a signed request was accepted, and the wallet not asked', first.status === 200 && asked() === before)
  screen.expect(
    'who read along can use it neither again nor for anything else',
    again.refused === 'nonce-used' && changed.refused === 'body-mismatch',
  )
}

/** The key says its own end to every node: nothing that it signed, or signs, is good any more. */
async function showRevoked(screen: Screen, network: Network, id: string, client: SessionClient): Promise<void> {
  screen.heading('6  Revoked: signing out tells every node, and a copy of the key is of no more use')
  const resources: Resource[] = [`litAction://${id}`]
  const sigs = await client.getSessionSigs({ resources })
  const stolen = await client.getDelegation({ resources })
  const useAll = (): Promise<Answer[]> => Promise.all(network.urls.map((url) => call(url, '/action', { id }, sigs[url])))
  const before = await useAll()
  await client.signOut({ revoke: true })
  const after = await useAll()
  const steal = createSessionFetch({ ...client, getDelegation: async () => stolen })
  const thief = await read(await steal(`${network.urls[0]}/action`, posting({ id })))
  screen.table(
    ['what the key signed', 'before', 'after'],
    [
      ...network.urls.map((url, i) => [`for ${url}`, before[i] ? verdictOf(before[i]) : '—', after[i] ? verdictOf(after[i]) : '—']),
      ['a new request, with the stolen key', '', verdictOf(thief)],
    ],
  )
  screen.say()
  screen.expect(
    'what was accepted before is refused by every node',
    before.every(({ status }) => status === 200) && after.every(({ refused }) => refused === 'revoked'),
  )
  screen.expect('whoever stole the key can do nothing with it', thief.refused === 'revoked')
}

/** What the documentation prints is run as it is, and stands on nodes of ours. */
async function showExample(screen: Screen, network: Network, privateKey: string): Promise<number> {
  screen.heading('7  The documentation’s example: a Lit app with one import changed')
  const { sessionSigs, asked, askedAgain, printed } = await runExample({
    file: documented,
    litNetwork: 'localhost',
    nodes: network.urls,
    privateKey,
  })
  screen.say('documentation/getting-session-sigs.mjs is its code block, with other imports and litNetwork: "localhost".')
  screen.say('It has debug: true, and said:')
  screen.quote(printed.map((line) => line.replace(/[0-9a-f]{64}/g, short)))
  screen.say()
  const id = network.actions.greet
  const answers = await Promise.all(network.urls.map((url) => call(url, '/action', { id }, sessionSigs[url])))
  screen.table(['node', 'verdict'], verdicts(network, answers))
  screen.say()
  screen.expect(
    `the wallet signed once, and all ${network.urls.length} nodes accepted`,
    asked === 1 && answers.every(({ status }) => status === 200),
  )
  screen.expect('a second getSessionSigs asked it zero times', askedAgain === 0)
  return asked + askedAgain
}

/** Runs the whole path, and says whether every expectation held. */
export async function run(screen: Screen, start: typeof startNetwork = startNetwork): Promise<boolean> {
  const network = await start({ count: 3, domains: [domain] })
  try {
    const storage = memoryStorage()
    const wallet = new Wallet(Wallet.createRandom().privateKey)
    const byEthers = await showDocumented(screen, network, wallet, storage)

    const signer = counting(viemSigner(privateKeyToAccount(wallet.privateKey as Hex)))
    const sendRevocation = revocationSender(network.urls.map((url) => `${url}/session/revoke`))
    const client = createSessionClient({ nodes: network.urls, signer, domain, storage, sendRevocation })
    await showAgain(screen, network, client, signer.asked)
    const [node = ''] = network.urls
    await showFive(screen, await fiveUses(network, node, wallet.address), node, client, signer.asked)
    await showRefusals(screen, network, client, signer)
    await showRequests(screen, node, network.actions.greet, client, signer.asked)
    await showRevoked(screen, network, network.actions.greet, client)
    const byExample = await showExample(screen, network, wallet.privateKey)
    screen.heading('How often the wallet was asked')
    screen.facts([
      ['by ethers, in section 1', String(byEthers)],
      ['by viem, in sections 3 and 4', String(signer.asked())],
      ['by the example, in section 7', String(byExample)],
    ])
    screen.expect(
      'four times in all: litAction://* (1), five more powers (3), the key that overreached (4), an app of its own (7)',
      byEthers + signer.asked() + byExample === 4,
    )
  } finally {
    await network.close()
  }
  const { all, held } = screen.count()
  screen.heading(held === all ? `All ${all} expectations held.` : `${all - held} of ${all} expectations did not hold.`)
  screen.say('Next: README.md, docs/client.md, docs/servers.md')
  return held === all
}
