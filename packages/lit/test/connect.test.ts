/** `connect()` against real nodes, with others beside them that are down, slow, or answer badly. */
import { gzipSync } from 'node:zlib'
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { isSessionError, LitNodeClient, type LitNodeClientConfig, type SessionError } from '../src/index.ts'
import { answer as authNeededCallback } from './app.ts'
import {
  type Answer,
  closeAll,
  closedUrl,
  greetWell,
  held,
  type OddNode,
  said,
  sayJson,
  serve,
  serveBytes,
  silence,
} from './connect-rig.ts'

/** As long as something may take that comes by itself. A busy machine may take its time. */
const patience = { timeout: 15_000, interval: 10 }

let network: Network
const clients: LitNodeClient[] = []

beforeAll(async () => {
  network = await startNetwork({ count: 3 })
})
afterAll(() => network.close())
afterEach(async () => {
  for (const client of clients.splice(0)) await client.disconnect()
  await closeAll()
})

function clientFor(bootstrapUrls: readonly string[], more: Partial<LitNodeClientConfig> = {}): LitNodeClient {
  const client = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls, ...more })
  clients.push(client)
  return client
}

async function sign(client: LitNodeClient): Promise<string[]> {
  return Object.keys(await client.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'], authNeededCallback }))
}

async function failureOf(connecting: Promise<void>): Promise<SessionError<'nodes-unreachable'>> {
  const error = await connecting.then(
    () => expect.fail('it connected'),
    (reason: unknown) => reason,
  )
  return isSessionError(error, 'nodes-unreachable') ? error : expect.fail(`another error: ${error}`)
}

const twoUp = (): string[] => network.urls.slice(0, 2)

/** A server that counts who greets it at the same time, and answers nobody before `expected` do, at all servers together. */
function crowd(expected: number): { readonly answer: Answer; readonly most: () => number } {
  const waiting: (() => void)[] = []
  let most = 0
  return {
    answer(response) {
      waiting.push(() => sayJson(response, said))
      most = Math.max(most, waiting.length)
      if (waiting.length >= expected) for (const give of waiting.splice(0)) give()
    },
    most: () => most,
  }
}

describe('all nodes are up', () => {
  it('default: all are connected, and none failed', async () => {
    const client = clientFor(network.urls)
    expect([client.ready, client.connectedNodes.size, client.failedNodes.size]).toEqual([false, 0, 0])
    expect(await client.connect()).toBeUndefined()
    expect(client.ready).toBe(true)
    expect([...client.connectedNodes].toSorted()).toEqual(network.urls.toSorted())
    expect(client.failedNodes).toEqual(new Map())
    expect(await sign(client)).toEqual(expect.arrayContaining([...network.urls]))
  })

  it('behavior: the latest block that they name is the client’s', async () => {
    const client = clientFor(network.urls)
    await client.connect()
    // The nodes' block changes every half minute, perhaps just now.
    await vi.waitFor(async () => {
      await client.connect()
      const response = await fetch(`${network.urls[0]}/web/handshake`, { method: 'POST' })
      const { latestBlockhash } = (await response.json()) as { latestBlockhash: string }
      expect(await client.getLatestBlockhash()).toBe(latestBlockhash)
    }, patience)
  })

  it('behavior: they are greeted as Lit’s clients greet, with nothing that tells who asks', async () => {
    const nodes = [await serve(greetWell), await serve(greetWell)]
    await clientFor(nodes.map(({ url }) => url)).connect()
    const challenges = nodes.map(({ asked: [first, ...others] }) => {
      expect(others).toEqual([])
      expect([first?.method, first?.path]).toEqual(['POST', '/web/handshake'])
      expect(first?.headers['content-type']).toMatch(/^application\/json\b/)
      for (const name of ['cookie', 'authorization', 'origin', 'referer']) expect(first?.headers).not.toHaveProperty(name)
      const { challenge, ...rest } = JSON.parse(first?.body ?? '')
      expect(rest).toEqual({ clientPublicKey: 'test' })
      expect(challenge).toMatch(/^[0-9a-f]{64}$/)
      return challenge
    })
    expect(new Set(challenges).size).toBe(2)
  })

  it('behavior: all at the same time', async () => {
    const { answer, most } = crowd(10)
    const nodes = await Promise.all(Array.from({ length: 10 }, () => serve(answer)))
    const client = clientFor(nodes.map(({ url }) => url))
    await client.connect()
    expect([most(), client.connectedNodes.size]).toEqual([10, 10])
    for (const { asked } of nodes) expect(asked.length).toBe(1)
  })
})

/** Everything that a node may do instead of answering well, and the words that a person is to find in the reason. */
const tenMegabytes = 10 * 1024 * 1024
const say =
  (text: string | Buffer, status = 200, headers: Record<string, string> = {}): Answer =>
  (response) =>
    response.writeHead(status, headers).end(text)
const sayThat = (value: unknown): Answer => say(JSON.stringify(value), 200, { 'content-type': 'application/json' })

/** Sends a bit more whenever it can, for as long as somebody reads. */
const endless =
  (part: string, pause: number, status = 200): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    const timer = setInterval(() => response.write(part), pause)
    response.once('close', () => clearInterval(timer))
  }

const odd: [string, Answer, RegExp][] = [
  ['HTML', say('<!doctype html><title>Welcome</title>', 200, { 'content-type': 'text/html' }), /no JSON/],
  ['nothing', say(''), /no JSON/],
  ['no content', say('', 204), /no JSON/],
  ['half of its JSON', say(JSON.stringify(said).slice(0, -9)), /no JSON/],
  ['JSON of another shape', sayThat({ status: 'ok' }), /has no serverPublicKey/],
  ['an empty object', sayThat({}), /has no serverPublicKey/],
  ['null', sayThat(null), /has no serverPublicKey/],
  ['a list', sayThat([said]), /has no serverPublicKey/],
  ['a text', sayThat('ok'), /has no serverPublicKey/],
  ['a number', sayThat(1), /has no serverPublicKey/],
  ['one key too few', sayThat({ ...said, networkPublicKeySet: undefined }), /has no networkPublicKeySet/],
  ['a key that is no text', sayThat({ ...said, subnetPublicKey: 1 }), /has no subnetPublicKey/],
  ['500', say('{"error":"oops"}', 500), /500/],
  ['500 with all that is wanted', say(JSON.stringify(said), 500), /500/],
  ['404', say('not here', 404), /404/],
  ['401', say('', 401, { 'www-authenticate': 'Basic realm="node"' }), /401/],
  ['10 MB', sayThat({ ...said, filler: 'x'.repeat(tenMegabytes) }), /too much/],
  [
    '10 MB that are packed into 10 kB',
    say(gzipSync(' '.repeat(tenMegabytes) + JSON.stringify(said)), 200, { 'content-encoding': 'gzip' }),
    /too much/,
  ],
  ['without end', endless(' '.repeat(50_000), 1), /too much/],
  ['a reset', (response) => response.socket?.resetAndDestroy(), /reset|closed|hung up/i],
  [
    'a reset in the middle',
    (response) => void response.writeHead(200, { 'content-length': '999' }).write('{', () => response.socket?.resetAndDestroy()),
    /reset|closed|terminated|hung up/i,
  ],
]

/** What says nothing to a person who looks for the cause. */
const empty = /^$|^(?:fetch failed|\[object .*|undefined|Error|TypeError)$|UND_ERR|HPE_/

async function expectLeftOut(node: string, words: RegExp, more: Partial<LitNodeClientConfig> = {}): Promise<void> {
  const client = clientFor([...twoUp(), node], more)
  await client.connect()
  await vi.waitUntil(() => client.failedNodes.size > 0, patience)
  expect([...client.connectedNodes].toSorted()).toEqual(twoUp().toSorted())
  expect([...client.failedNodes.keys()]).toEqual([node])
  const reason = client.failedNodes.get(node)
  expect.soft(reason).toMatch(words)
  expect.soft(reason).not.toMatch(empty)
  // A line of a list, and of a log.
  expect.soft(reason).toMatch(/^.{1,200}$/)
  expect((await sign(client)).toSorted()).toEqual(twoUp().toSorted())
}

describe('a node is left out, and the others connect, where it', () => {
  it('is down', async () => expectLeftOut(await closedUrl(), /ECONNREFUSED|refused/))

  it.each(odd)('answers %s', async (_, answer, words) => {
    const node = await serve(answer)
    await expectLeftOut(node.url, words)
    expect(node.asked.length).toBe(1)
    // Nothing goes on in secret.
    await vi.waitUntil(() => node.open() === 0, patience)
  })

  it('answers 500 without end', async () => {
    const node = await serve(endless(' ', 10, 500))
    await expectLeftOut(node.url, /500/)
    await vi.waitUntil(() => node.open() === 0, patience)
  })

  it.each([301, 302, 303, 307, 308])('sends on (%s) to another, which is never asked', async (status) => {
    const target = await serve(greetWell)
    const node = await serve((response) => response.writeHead(status, { location: `${target.url}/web/handshake` }).end())
    await expectLeftOut(node.url, /redirect/i)
    expect([node.asked.length, target.asked.length]).toEqual([1, 0])
  })

  it('never sends a header', async () => {
    const node = await serve(silence)
    await expectLeftOut(node.url, /did not answer within 400 ms/, { connectTimeout: 400 })
    await vi.waitUntil(() => node.open() === 0, patience)
  })

  it('sends its body bit by bit, and never all', async () => {
    const node = await serve(endless(' ', 10))
    await expectLeftOut(node.url, /did not answer within 400 ms/, { connectTimeout: 400 })
    await vi.waitUntil(() => node.open() === 0, patience)
  })

  it('speaks another protocol', async () => {
    const { url } = await serveBytes('SSH-2.0-OpenSSH_9.6\r\n')
    await expectLeftOut(url, /\w{2,} \w{2,}/)
  })

  it('is named with https where it speaks http', async () => {
    const node = await serve(greetWell)
    await expectLeftOut(node.url.replace('http:', 'https:'), /SSL|TLS|EPROTO|packet length/i)
    expect(node.asked).toEqual([])
  })

  it.each([
    '',
    'nowhere',
    'http://',
    'http://127.0.0.1:99999',
    '127.0.0.1:7470',
    'ftp://127.0.0.1',
    'javascript:alert(1)',
    'http://[::1',
    '__proto__',
  ])('is no URL that could be asked: "%s"', async (url) => expectLeftOut(url, /URL|scheme|protocol/i))

  it('is named with a port that nobody may ask', async () => expectLeftOut('http://127.0.0.1:1', /port/i))

  it.each<[string, (url: string) => string]>([
    ['a space before it', (url) => ` ${url}`],
    ['a space after it', (url) => `${url} `],
    ['upper case', (url) => url.replace('http:', 'HTTP:')],
    ['a password', (url) => url.replace('//', '//me:open-sesame@')],
    ['backslashes', (url) => url.replace('//', '\\\\')],
  ])('is spelt in a way in which no session signature could name it: %s', async (_, spell) => {
    const node = await serve(greetWell)
    await expectLeftOut(spell(node.url), /URL/)
    expect(node.asked).toEqual([])
  })
})

describe('a node may answer', () => {
  const accepted: [string, Answer][] = [
    ['with more than is wanted', sayThat({ ...said, node: 'x', hdRootPubkeys: [], latestBlockhash: 5, attestation: null })],
    ['as plain text', say(JSON.stringify(said), 200, { 'content-type': 'text/plain' })],
    ['packed', say(gzipSync(JSON.stringify(said)), 200, { 'content-encoding': 'gzip' })],
    ['with room around it', say(`\n  ${JSON.stringify(said, null, 2)}\n`)],
    [
      'in two parts, a letter cut in two',
      (response) => {
        const bytes = Buffer.from(JSON.stringify({ city: 'Zürich', ...said }))
        const cut = bytes.indexOf('ü') + 1
        response.writeHead(200).write(bytes.subarray(0, cut), () => response.end(bytes.subarray(cut)))
      },
    ],
    ['just short of too much', sayThat({ filler: 'x'.repeat(60_000), ...said })],
    ['201', say(JSON.stringify(said), 201)],
  ]
  it.each(accepted)('%s', async (_, answer) => {
    const { url } = await serve(answer)
    const client = clientFor([url])
    await client.connect()
    expect([...client.connectedNodes]).toEqual([url])
  })

  it('with a block hash, which is taken only if it is one', async () => {
    const hash = `0x${'0f'.repeat(32)}`
    for (const [latestBlockhash, taken] of [
      [hash, hash],
      ['0x12', undefined],
      [`${hash}\n`, undefined],
      [hash.toUpperCase(), undefined],
    ]) {
      const { url } = await serve(sayThat({ ...said, latestBlockhash }))
      const client = clientFor([url])
      await client.connect()
      expect(await client.getLatestBlockhash()).toMatch(taken ? hash : /^[0-9a-zA-Z]{8,}$/)
    }
  })
})

describe('slow nodes', () => {
  it('behavior: are not waited for once enough have answered; they are added when they do', async () => {
    const { answer: slowly, release } = held(greetWell)
    const late = await serve(slowly)
    const client = clientFor([...twoUp(), late.url])
    const start = performance.now()
    await client.connect()
    // By default each may take 20 seconds.
    expect(performance.now() - start).toBeLessThan(10_000)
    expect([...client.connectedNodes].toSorted()).toEqual(twoUp().toSorted())
    expect([client.ready, client.failedNodes.size]).toEqual([true, 0])
    expect((await sign(client)).toSorted()).toEqual(twoUp().toSorted())

    release()
    await vi.waitUntil(() => client.connectedNodes.has(late.url), patience)
    expect((await sign(client)).toSorted()).toEqual([...twoUp(), late.url].toSorted())
    expect(late.asked.length).toBe(1)
  })

  it('behavior: fail later if they do', async () => {
    const { answer: slowly, release } = held(say('', 503))
    const late = await serve(slowly)
    const client = clientFor([...twoUp(), late.url])
    await client.connect()
    expect(client.failedNodes.size).toBe(0)
    release()
    await vi.waitUntil(() => client.failedNodes.size > 0, patience)
    expect([...client.failedNodes.entries()]).toEqual([[late.url, expect.stringContaining('503')]])
    expect([client.ready, client.connectedNodes.size]).toEqual([true, 2])
  })

  it('behavior: are waited for as long as they are needed', async () => {
    const { answer: slowly, release } = held(greetWell)
    const late = await serve(slowly)
    const client = clientFor([...twoUp(), late.url], { minNodeCount: 3 })
    let isConnected = false
    const connecting = client.connect().then(() => {
      isConnected = true
    })
    await vi.waitUntil(() => late.asked.length > 0, patience)
    expect([isConnected, client.ready]).toEqual([false, false])
    await expect(sign(client)).rejects.toThrow(TypeError)
    release()
    await connecting
    expect(client.connectedNodes.size).toBe(3)
  })

  it('behavior: one that is needed and then fails ends it', async () => {
    const { answer: slowly, release } = held(say('', 503))
    const late = await serve(slowly)
    const connecting = failureOf(clientFor([...twoUp(), late.url], { minNodeCount: 3 }).connect())
    await vi.waitUntil(() => late.asked.length > 0, patience)
    release()
    expect((await connecting).details.failed).toEqual([{ node: late.url, reason: expect.stringContaining('503') }])
  })

  it('behavior: all of them are waited for while there is time', async () => {
    const { answer: slowly, release } = held(greetWell)
    const [late, quick] = [
      await serve(slowly),
      await serve((response) => {
        sayJson(response, said)
        // Within the time in which the others may still come.
        release()
      }),
    ]
    const client = clientFor([quick.url, late.url], { minNodeCount: 1 })
    await client.connect()
    expect(client.connectedNodes).toEqual(new Set([quick.url, late.url]))
  })
})

describe('too few answer', () => {
  it('error: the details say who answered, how many are needed, and what was wrong with each other one', async () => {
    const [broken, down] = [await serve(say('', 502)), await closedUrl()]
    const [up = ''] = network.urls
    const client = clientFor([up, broken.url, down])
    const error = await failureOf(client.connect())
    expect(error.details).toEqual({
      connected: [up],
      needed: 2,
      failed: expect.arrayContaining([
        { node: broken.url, reason: expect.stringContaining('502') },
        { node: down, reason: expect.stringMatching(/ECONNREFUSED|refused/) },
      ]),
    })
    expect(error.details.failed.length).toBe(2)
    for (const { node, reason } of error.details.failed) {
      expect(error.message).toContain(node)
      expect(error.message).toContain(reason)
    }
    expect(error.message).toMatch(/^1 of 2 /)
    expect([client.ready, client.connectedNodes.size]).toEqual([false, 0])
    await expect(sign(client)).rejects.toThrow(TypeError)
  })

  it('error: none at all', async () => {
    const urls = [await closedUrl(), await closedUrl()]
    const { details, message } = await failureOf(clientFor(urls).connect())
    expect([details.connected, details.needed]).toEqual([[], 2])
    expect(details.failed.map(({ node }) => node).toSorted()).toEqual(urls.toSorted())
    for (const url of urls) expect(message).toContain(url)
  })

  it('error: those that did not answer in time are among them', async () => {
    const nodes = [await serve(silence), await serve(endless(' ', 10))]
    const start = performance.now()
    const { details } = await failureOf(
      clientFor(
        nodes.map(({ url }) => url),
        { connectTimeout: 600 },
      ).connect(),
    )
    const took = performance.now() - start
    expect([took >= 590, took < 15_000]).toEqual([true, true])
    expect(details.failed.map(({ reason }) => reason)).toEqual([expect.stringContaining('600 ms'), expect.stringContaining('600 ms')])
    for (const { open } of nodes) await vi.waitUntil(() => open() === 0, patience)
  })
})

describe('connect() again', () => {
  it('behavior: at once, it is the same connecting: one handshake a node', async () => {
    const nodes = [await serve(greetWell), await serve(greetWell)]
    const client = clientFor(nodes.map(({ url }) => url))
    await Promise.all([client.connect(), client.connect(), Promise.resolve().then(() => client.connect())])
    expect(nodes.map(({ asked }) => asked.length)).toEqual([1, 1])
    expect(client.connectedNodes.size).toBe(2)
  })

  it('behavior: at once, both are told of a failure', async () => {
    const node = await serve(say('', 500))
    const client = clientFor([node.url])
    const results = await Promise.allSettled([client.connect(), client.connect()])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(node.asked.length).toBe(1)
  })

  it('behavior: after a failure it asks anew', async () => {
    let isUp = false
    const node = await serve((response, asked) => (isUp ? greetWell : say('', 503))(response, asked))
    const client = clientFor([node.url])
    await failureOf(client.connect())
    isUp = true
    await client.connect()
    expect([client.ready, [...client.connectedNodes], client.failedNodes.size]).toEqual([true, [node.url], 0])
  })

  it('behavior: after a success it looks again who is there', async () => {
    const elsewhere = await startNetwork({ count: 3 })
    try {
      const [first = '', second = '', third = ''] = elsewhere.urls
      const client = clientFor(elsewhere.urls)
      await elsewhere.stop(third)
      await client.connect()
      expect([...client.failedNodes.keys()]).toEqual([third])
      await elsewhere.start(third)
      await elsewhere.stop(first)
      await client.connect()
      expect(client.connectedNodes).toEqual(new Set([second, third]))
      expect([...client.failedNodes.keys()]).toEqual([first])
    } finally {
      await elsewhere.close()
    }
  })

  it('behavior: where that fails, what was stays', async () => {
    let isUp = true
    const greeting = sayThat({ ...said, latestBlockhash: `0x${'0f'.repeat(32)}` })
    const whileUp: Answer = (response, asked) => (isUp ? greeting : say('', 503))(response, asked)
    const nodes = [await serve(whileUp), await serve(whileUp), await serve(say('', 500))]
    const client = clientFor(nodes.map(({ url }) => url))
    await client.connect()
    const before = { connected: client.connectedNodes, failed: new Map(client.failedNodes), block: await client.getLatestBlockhash() }
    isUp = false
    expect((await failureOf(client.connect())).details.failed.length).toBe(3)
    const after = { connected: client.connectedNodes, failed: client.failedNodes, block: await client.getLatestBlockhash() }
    expect(after).toEqual(before)
    expect(client.ready).toBe(true)
    expect((await sign(client)).length).toBe(2)
  })

  it('behavior: meanwhile what was is used', async () => {
    const { answer: slowly, release } = held(greetWell)
    let isSlow = false
    const node = await serve((response, asked) => (isSlow ? slowly : greetWell)(response, asked))
    const client = clientFor([node.url])
    await client.connect()
    isSlow = true
    const again = client.connect()
    expect(client.ready).toBe(true)
    expect(await sign(client)).toEqual([node.url])
    release()
    await again
  })

  it('behavior: an earlier connecting that still waits for a slow node has no more say', async () => {
    const { answer: slowly, release } = held(greetWell)
    let isFirst = true
    const slow = await serve((response, asked) => {
      const give = isFirst ? slowly : say('', 500)
      isFirst = false
      give(response, asked)
    })
    const client = clientFor([...twoUp(), slow.url])
    await client.connect()
    await client.connect()
    expect([...client.failedNodes.keys()]).toEqual([slow.url])
    await vi.waitUntil(() => slow.open() === 0, patience)
    release()
    expect(client.connectedNodes).toEqual(new Set(twoUp()))
  })
})

describe('disconnect()', () => {
  it('default: no nodes are left, and no session signatures are made until the next connect()', async () => {
    const client = clientFor(network.urls)
    await client.connect()
    await client.disconnect()
    expect([client.ready, client.connectedNodes.size]).toEqual([false, 0])
    await expect(sign(client)).rejects.toThrow(TypeError)
    await client.connect()
    expect((await sign(client)).length).toBe(3)
  })

  it('behavior: before connect(), and twice, it does nothing', async () => {
    const client = clientFor(network.urls)
    await client.disconnect()
    await client.disconnect()
    await client.connect()
    expect(client.ready).toBe(true)
  })

  it('behavior: while connecting, nobody is asked any longer, and the client is not connected', async () => {
    const nodes = [await serve(silence), await serve(silence)]
    const client = clientFor(nodes.map(({ url }) => url))
    const connecting = client.connect()
    for (const { asked } of nodes) await vi.waitUntil(() => asked.length > 0, patience)
    await client.disconnect()
    // An effect that is cleaned up has done nothing wrong.
    await connecting
    for (const { open } of nodes) await vi.waitUntil(() => open() === 0, patience)
    expect([client.ready, client.connectedNodes.size, client.failedNodes.size]).toEqual([false, 0, 0])
  })

  it('behavior: at once after connect(), nobody waits for nodes that do not answer', async () => {
    const nodes = [await serve(silence), await serve(silence)]
    const client = clientFor(nodes.map(({ url }) => url))
    const start = performance.now()
    const connecting = client.connect()
    await client.disconnect()
    await connecting
    // By default each may take 20 seconds.
    expect(performance.now() - start).toBeLessThan(10_000)
    for (const { open } of nodes) await vi.waitUntil(() => open() === 0, patience)
    expect(client.ready).toBe(false)
  })

  it('behavior: at once after connect(), and connect() again, as pages do that are drawn twice', async () => {
    const nodes = [await serve(greetWell), await serve(greetWell)]
    const client = clientFor(nodes.map(({ url }) => url))
    const first = client.connect()
    void client.disconnect()
    await client.connect()
    await first
    expect([client.ready, client.connectedNodes.size]).toEqual([true, 2])
    expect((await sign(client)).length).toBe(2)
  })

  it('behavior: while others are waited for though enough answered, the client is not connected either', async () => {
    const slow = await serve(silence)
    const client = clientFor([...twoUp(), slow.url])
    const connecting = client.connect()
    await vi.waitUntil(() => slow.asked.length > 0, patience)
    await client.disconnect()
    await connecting
    expect([client.ready, client.connectedNodes.size]).toEqual([false, 0])
  })

  it('behavior: connect() right after it connects', async () => {
    const { answer: slowly, release } = held(greetWell)
    const node = await serve(slowly)
    const client = clientFor([node.url])
    const first = client.connect()
    await vi.waitUntil(() => node.asked.length > 0, patience)
    const leaving = client.disconnect()
    const second = client.connect()
    release()
    await Promise.all([first, leaving, second])
    expect([client.ready, [...client.connectedNodes]]).toEqual([true, [node.url]])
  })

  it('behavior: who answers only after it is not added', async () => {
    const { answer: slowly, release } = held(greetWell)
    const late = await serve(slowly)
    const client = clientFor([...twoUp(), late.url])
    await client.connect()
    const connected = client.connectedNodes
    await client.disconnect()
    await vi.waitUntil(() => late.open() === 0, patience)
    release()
    expect([connected.has(late.url), client.connectedNodes.size, client.failedNodes.has(late.url)]).toEqual([false, 0, false])
  })

  it('behavior: in the middle of a second connecting, it ends both', async () => {
    let isSlow = false
    const node: OddNode = await serve((response, asked) => (isSlow ? silence : greetWell)(response, asked))
    const client = clientFor([node.url])
    await client.connect()
    isSlow = true
    const again = client.connect()
    await vi.waitUntil(() => node.asked.length === 2, patience)
    await client.disconnect()
    await again
    expect([client.ready, client.connectedNodes.size]).toEqual([false, 0])
  })
})
