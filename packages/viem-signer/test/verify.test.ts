import { type Hex, isSessionError } from '@session-sigs/core'
import { createVerifier, verifySessionSig } from '@session-sigs/core/verify'
import { type ChainClient, createVerifyWallet } from '@session-sigs/viem-signer/verify'
import { createClient, createPublicClient, createTestClient, http, serializeErc6492Signature, toHex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { anvil, mainnet } from 'viem/chains'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Anvil, startAnvil } from '../../../test/servers/anvil.ts'
import { answersElsewhere, asking, clientFor, codeOf, contracts, door, putState, sessionOf, yesTo } from './contracts.ts'
import { type Rpc, startRpc } from './rpc.ts'

const owner = privateKeyToAccount('0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d')
const signature: Hex = `0x${'12'.repeat(65)}`
const message = 'any text'
/** A place for each contract; any will do. */
const placeOf = (name: keyof typeof contracts): Hex => toHex(0xc0de_0000 + Object.keys(contracts).indexOf(name), { size: 20 })
const yes = { address: placeOf('yes'), chainId: anvil.id, message, signature }

let chain: Anvil
let other: Anvil

beforeAll(async () => {
  ;[chain, other] = await Promise.all([startAnvil(), startAnvil({ chainId: 10 })])
  const state = Object.entries(contracts).map(([name, code]) => [placeOf(name as keyof typeof contracts), { code, storage: {} }])
  await putState(chain.url, Object.fromEntries(state))
})

afterAll(() => Promise.all([chain?.stop(), other?.stop()]))

async function rpc(answer: Parameters<typeof startRpc>[1], url = chain.url): Promise<Rpc> {
  const started = await startRpc(url, answer)
  onTestFinished(() => started.stop())
  return started
}

const faithful: Parameters<typeof startRpc>[1] = async (response, { forward }) => response.end(await forward())

describe('what a contract says', () => {
  for (const name of Object.keys(contracts) as (keyof typeof contracts)[]) {
    it(`behavior: a contract of the kind "${name}"`, async () => {
      const verifyWallet = createVerifyWallet(clientFor(chain.url))
      expect(await verifyWallet({ ...yes, address: placeOf(name) })).toBe(['yes', 'yesAndMore'].includes(name))
    })
  }

  it('behavior: it is asked about the hash of exactly this text', async () => {
    const address = toHex(0xbeef, { size: 20 })
    const text = 'ein Text, auch mit ü und 🔑\n'
    await putState(chain.url, { [address]: { code: yesTo(text), storage: {} } })
    const verifyWallet = createVerifyWallet(clientFor(chain.url))
    expect(await verifyWallet({ ...yes, address, message: text })).toBe(true)
    for (const near of ['', text.trim(), `${text}\n`, text.normalize('NFD')]) {
      expect(await verifyWallet({ ...yes, address, message: near })).toBe(false)
    }
  })

  it('behavior: an address without code has the signatures of its own key, as EIP-6492 has it, and no others', async () => {
    const verifyWallet = createVerifyWallet(clientFor(chain.url))
    const signed = { ...yes, address: owner.address, signature: await owner.signMessage({ message }) }
    expect(await verifyWallet(signed)).toBe(true)
    expect(await verifyWallet({ ...signed, message: 'another text' })).toBe(false)
    expect(await verifyWallet({ ...signed, address: placeOf('no') })).toBe(false)
    for (const wrong of ['0x', signature, `${signed.signature}00`, signed.signature.slice(0, -2)] as Hex[]) {
      expect(await verifyWallet({ ...signed, signature: wrong })).toBe(false)
    }
  })

  it('behavior: zero has no key, and is not asked about: recovery from nonsense gives it', async () => {
    const between = await rpc(faithful)
    const nonsense: Hex = `0x${'00'.repeat(64)}1b`
    expect(await createVerifyWallet(clientFor(between.url))({ ...yes, address: toHex(0, { size: 20 }), signature: nonsense })).toBe(false)
    expect(between.asked).toEqual([])
  })

  it('behavior: a contract sends nobody to another server (EIP-3668)', async () => {
    const elsewhere = await rpc((response) => response.end('{"data":"0x1626ba7e"}'))
    const address = toHex(0x3668, { size: 20 })
    await putState(chain.url, { [address]: { code: answersElsewhere(address, `${elsewhere.url}/{sender}/{data}`), storage: {} } })
    // That viem's own call would have gone there shows that the contract asks for it as it should.
    await expect(clientFor(chain.url).call({ to: address, data: '0x1626ba7e' })).rejects.toThrow()
    expect(elsewhere.asked.length).toBe(1)
    expect(await createVerifyWallet(clientFor(chain.url))({ ...yes, address })).toBe(false)
    expect(elsewhere.asked.length).toBe(1)
  })

  it('behavior: a wrapper (EIP-6492) cannot prepare a wallet that is there', async () => {
    const between = await rpc(faithful)
    const verifyWallet = createVerifyWallet(clientFor(between.url))
    const address = toHex(0xd00f, { size: 20 })
    await putState(chain.url, { [address]: { code: door, storage: {} } })
    const wrap = (inner: Hex) => serializeErc6492Signature({ address, data: '0x12345678', signature: inner })
    const wrapped = wrap(signature)
    // viem's own check opens the door first, which shows that the wrapper would.
    expect(await clientFor(chain.url).verifyMessage({ address, message, signature: wrapped })).toBe(true)
    for (const one of [signature, wrapped, wrap(wrapped), wrap(wrap(wrapped))]) {
      expect(await verifyWallet({ ...yes, address, signature: one })).toBe(false)
    }
    expect(await verifyWallet({ ...yes, signature: wrapped })).toBe(true)
    expect(new Set(between.asked.map(({ params }) => params[1]))).toEqual(new Set(['latest']))
    await createTestClient({ mode: 'anvil', transport: http(chain.url) }).setStorageAt({ address, index: 0, value: toHex(1, { size: 32 }) })
    expect(await verifyWallet({ ...yes, address, signature: wrapped })).toBe(true)
  })

  it('behavior: each time one eth_call at the latest block, whatever the client is set to, and nothing is remembered', async () => {
    const between = await rpc(faithful)
    const client = createClient({ account: owner, batch: { multicall: true }, chain: anvil, transport: http(between.url) })
    const verifyWallet = createVerifyWallet(client)
    const address = toHex(0xcafe, { size: 20 })
    const answers: boolean[] = []
    for (const code of [contracts.yes, contracts.no, contracts.yes]) {
      await putState(chain.url, { [address]: { code, storage: {} } })
      answers.push(await verifyWallet({ ...yes, address }))
    }
    expect(answers).toEqual([true, false, true])
    expect(between.asked.map(({ method, params }) => [method, Object.keys(Object(params[0])), params[1]])).toEqual(
      Array(3).fill(['eth_call', ['data'], 'latest']),
    )
  })

  it('behavior: what can be no signature is not sent', async () => {
    const between = await rpc(faithful)
    const verifyWallet = createVerifyWallet(clientFor(between.url))
    for (const wrong of [`0x${'12'.repeat(32_769)}`, '0x123', '0xzz', '12'.repeat(65), '', `0x${'12'.repeat(65)}\n`]) {
      expect(await verifyWallet({ ...yes, signature: wrong as Hex })).toBe(false)
    }
    expect(between.asked).toEqual([])
    expect(await verifyWallet({ ...yes, signature: `0x${'12'.repeat(32_768)}` })).toBe(true)
  })
})

describe('chains', () => {
  it('behavior: the question’s chain is the one that is asked', async () => {
    const address = toHex(0xabc, { size: 20 })
    await putState(other.url, { [address]: { code: contracts.yes, storage: {} } })
    const verifyWallet = createVerifyWallet([clientFor(chain.url), clientFor(other.url, { id: 10 })])
    expect(await verifyWallet({ ...yes, address, chainId: 10 })).toBe(true)
    expect(await verifyWallet({ ...yes, address })).toBe(false)
    expect(await verifyWallet(yes)).toBe(true)
    expect(await verifyWallet({ ...yes, chainId: 10 })).toBe(false)
  })

  it('error: a chain without a client is wallet-unsupported, which says what chain', async () => {
    const verifyWallet = createVerifyWallet(clientFor(chain.url))
    for (const chainId of [1, 10, 0, Number.NaN]) {
      const error = await Promise.resolve(verifyWallet({ ...yes, chainId })).catch((thrown: unknown) => thrown)
      expect(isSessionError(error, 'wallet-unsupported') && error.details.kind).toBe(`contract wallets on chain ${chainId}`)
      expect(error instanceof Error && error.message).toContain(`chain ${chainId} cannot be checked here`)
    }
  })

  it('error: an RPC of another chain than its client says gives neither yes nor no', async () => {
    const verifyWallet = createVerifyWallet(clientFor(chain.url, mainnet))
    await expect(verifyWallet({ ...yes, chainId: 1 })).rejects.toThrow('no answer of that chain')
    await expect(verifyWallet({ ...yes, chainId: 1, address: placeOf('no') })).rejects.toThrow('no answer of that chain')
  })

  it('error: clients that cannot be told apart, or are none, are TypeErrors', () => {
    const client = clientFor(chain.url)
    const chainless: ChainClient = createPublicClient({ transport: http(chain.url) })
    expect(() => createVerifyWallet(chainless)).toThrow(TypeError)
    expect(() => createVerifyWallet([client, clientFor(other.url)])).toThrow(new TypeError('There are two clients for chain 31337'))
    for (const wrong of [[], undefined, null, 'https://rpc.example', {}, [undefined], { chain: anvil }]) {
      expect(() => createVerifyWallet(wrong as never)).toThrow(TypeError)
    }
    for (const timeoutSeconds of [0, -1, 601, Number.NaN, Number.POSITIVE_INFINITY, '5' as never]) {
      expect(() => createVerifyWallet(client, { timeoutSeconds })).toThrow(TypeError)
    }
  })
})

/** Everything here would be a yes if only the RPC did its work. */
describe('an RPC that does not do its work', () => {
  const words = (...numbers: number[]): Hex => `0x${numbers.map((number) => number.toString(16).padStart(64, '0')).join('')}`
  const results: Record<string, unknown> = {
    null: null,
    true: true,
    'the number 1': 1,
    'an object': {},
    nothing: '0x',
    'a short yes': '0x1',
    'a byte': '0x01',
    'a yes without a chain': words(1),
    'a yes of another chain': words(1, 1),
    'EIP-1271’s own yes': `0x1626ba7e${'00'.repeat(28)}`,
    'a yes and more': words(anvil.id, 1, 1),
    'a yes that is cut': words(anvil.id, 1).slice(0, -1),
    'a two': words(anvil.id, 2),
    'another spelling of a yes': words(anvil.id, 1).toUpperCase(),
  }
  const errors: Record<string, unknown> = {
    'a limit': { code: -32005, message: 'limit exceeded' },
    'an internal error': { code: -32603, message: 'internal error' },
    'a method that is not there': { code: -32601, message: 'the method eth_call does not exist' },
    'no such block': { code: -32000, message: 'header not found' },
    'a time limit of its own': { code: -32000, message: 'execution aborted (timeout = 5s)' },
    'a revert': { code: 3, message: 'execution reverted', data: '0x' },
    'a revert with a yes in it': { code: 3, message: 'execution reverted', data: words(anvil.id, 1) },
  }
  const bodies: Record<string, Parameters<typeof startRpc>[1]> = {
    'an empty answer': (response) => response.end(),
    'a page': (response) => response.end('<h1>Welcome</h1>'),
    'a text': (response) => response.end('"yes"'),
    'null as JSON': (response) => response.end('null'),
    'an empty object': (response) => response.end('{}'),
    'a line that breaks': (response) => response.destroy(),
  }
  for (const [name, result] of Object.entries(results)) {
    bodies[`the result ${name}`] = (response, { id }) => response.end(JSON.stringify({ jsonrpc: '2.0', id, result }))
  }
  for (const [name, error] of Object.entries(errors)) {
    bodies[`the error ${name}`] = (response, { id }) => response.end(JSON.stringify({ jsonrpc: '2.0', id, error }))
  }
  for (const status of [301, 400, 401, 403, 404, 429, 500, 502, 503]) {
    bodies[`HTTP ${status}`] = (response) => response.writeHead(status).end()
    bodies[`HTTP ${status}, with an error in it`] = (response, { id }) =>
      response.writeHead(status).end(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: 'no' } }))
  }

  it('default: one that does is believed', async () => {
    expect(await createVerifyWallet(clientFor((await rpc(faithful)).url))(yes)).toBe(true)
  })

  for (const [name, answer] of Object.entries(bodies)) {
    it(`error: ${name}`, async () => {
      const verifyWallet = createVerifyWallet(clientFor((await rpc(answer)).url))
      await expect(verifyWallet(yes)).rejects.toThrow(Error)
      // That a key's signature could be judged without the chain must not matter.
      await expect(verifyWallet({ ...yes, address: owner.address, signature: await owner.signMessage({ message }) })).rejects.toThrow(Error)
    })
  }

  for (const code of [null, true, 'no code', '6492', {}]) {
    it(`error: ${JSON.stringify(code)} where it is asked whether a wallet is there`, async () => {
      const answer: typeof faithful = async (response, { id, method, forward }) =>
        response.end(method === 'eth_getCode' ? JSON.stringify({ jsonrpc: '2.0', id, result: code }) : await forward())
      const wrapped = serializeErc6492Signature({ address: placeOf('yes'), data: '0x', signature })
      const between = await rpc(answer)
      await expect(createVerifyWallet(clientFor(between.url))({ ...yes, signature: wrapped })).rejects.toThrow('gave no code')
    })
  }

  it('error: nobody listens', async () => {
    const gone = await startRpc(chain.url, faithful)
    await gone.stop()
    await expect(createVerifyWallet(clientFor(gone.url))(yes)).rejects.toThrow(Error)
  })

  it('error: it is slow, and the request is given up', async () => {
    let isGivenUp: Promise<unknown> = Promise.resolve()
    const slow = await rpc((response) => {
      isGivenUp = new Promise((resolve) => response.once('close', resolve))
    })
    const verifyWallet = createVerifyWallet(clientFor(slow.url), { timeoutSeconds: 1 })
    const start = performance.now()
    await expect(verifyWallet(yes)).rejects.toThrow('No answer within 1 s')
    // viem's own limit is 10 seconds.
    expect(performance.now() - start).toBeLessThan(5_000)
    expect(slow.asked.length).toBe(1)
    await isGivenUp
  })

  it('error: a client’s retries are within the time, too', async () => {
    const broken = await rpc((response) => response.writeHead(503).end())
    const client = createPublicClient({ chain: anvil, transport: http(broken.url, { retryCount: 1_000, retryDelay: 20 }) })
    await expect(createVerifyWallet(client, { timeoutSeconds: 1 })(yes)).rejects.toThrow('No answer within 1 s')
    expect(broken.asked.length).toBeGreaterThan(1)
  })
})

describe('a verifier with contract wallets', () => {
  const wallet = placeOf('yes')

  it('default: the delegation of a contract that says yes', async () => {
    const verifier = createVerifier({ ...verifierOptions(), verifyWallet: createVerifyWallet(clientFor(chain.url)) })
    const session = await verifier.verify(await sessionOf(wallet, () => signature), { resource: asking.resource })
    expect(session).toMatchObject({ address: expect.stringMatching(new RegExp(wallet, 'i')), chainId: anvil.id })
  })

  it('error: without it, a code that says so', async () => {
    const error = await codeOf(verifySessionSig(await sessionOf(wallet, () => signature), asking))
    expect(error).toBe('wallet-unsupported')
  })

  it('error: a chain that has no client, likewise', async () => {
    const verifyWallet = createVerifyWallet(clientFor(chain.url))
    const sig = await sessionOf(wallet, () => signature, { chainId: 10 })
    expect(await codeOf(verifySessionSig(sig, { ...asking, verifyWallet }))).toBe('wallet-unsupported')
  })

  it('error: a no is the wallet’s, an RPC that is down is not', async () => {
    const refused = await sessionOf(placeOf('no'), () => signature)
    const down = await rpc((response) => response.writeHead(500).end())
    const asked = { ...asking, verifyWallet: createVerifyWallet(clientFor(chain.url)) }
    expect(await codeOf(verifySessionSig(refused, asked))).toBe('wallet-signature-invalid')
    const unasked = { ...asking, verifyWallet: createVerifyWallet(clientFor(down.url)) }
    expect(await codeOf(verifySessionSig(refused, unasked))).toBe('verifier-unavailable')
    expect(await codeOf(verifySessionSig(await sessionOf(wallet, () => signature), unasked))).toBe('verifier-unavailable')
  })

  it('behavior: one verifier asks again each time', async () => {
    const between = await rpc(faithful)
    const verifier = createVerifier({ ...verifierOptions(), verifyWallet: createVerifyWallet(clientFor(between.url)) })
    const sig = await sessionOf(wallet, () => signature)
    for (let times = 1; times <= 3; times++) {
      await verifier.verify(sig, { resource: asking.resource })
      expect(between.asked.length).toBe(times)
    }
  })
})

function verifierOptions(): { audience: string; domains: readonly string[] } {
  const { audience, domains } = asking
  return { audience, domains }
}
