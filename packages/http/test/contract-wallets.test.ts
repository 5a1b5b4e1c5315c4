import { createSessionClient, formatSiweMessage, type Hex, toChecksumAddress } from '@session-sigs/core'
import { createVerifyWallet } from '@session-sigs/viem-signer/verify'
import { createPublicClient, createTestClient, http, toHex } from 'viem'
import { anvil } from 'viem/chains'
import { afterEach, expect, it } from 'vitest'
import { type Anvil, startAnvil } from '../../../test/servers/anvil.ts'
import { createSessionFetch, readProblem } from '../src/index.ts'
import { createRequestVerifier, memoryNonces, type RequestVerifierOptions } from '../src/verify.ts'

const origin = 'https://api.example'
const resource = 'litPKP://42'
const wallet = toChecksumAddress(toHex(0xc0de, { size: 20 }))
/** A contract that answers every question of EIP-1271 with this word. */
const answering = (word: string): Hex => `0x7f${word.padEnd(64, '0')}60005260206000f3`

const running: Anvil[] = []
afterEach(async () => {
  for (const chain of running.splice(0)) await chain.stop()
})

/** A client that a contract wallet has delegated to, whose requests go to a verifier with these options. */
function sessionWith(options: Partial<RequestVerifierOptions>): (path: string) => Promise<Response> {
  const verifier = createRequestVerifier({ origin, domains: ['app.example'], nonces: memoryNonces(), ...options })
  const client = createSessionClient({ domain: 'app.example' })
  const answer = async (request: RequestInfo | URL): Promise<Response> => {
    try {
      const { address } = await verifier.verify(request as Request, { resource })
      return Response.json({ address })
    } catch (error) {
      return verifier.respond(error)
    }
  }
  const authNeededCallback = async ({ uri, expiration, resources }: { uri: string; expiration: string; resources: readonly string[] }) => {
    const times = { issuedAt: new Date().toISOString(), expirationTime: expiration }
    const nonce = crypto.randomUUID().replaceAll('-', '')
    const about = { domain: 'app.example', address: wallet, uri, version: '1', chainId: anvil.id, nonce, ...times, resources } as const
    return { sig: `0x${'12'.repeat(65)}`, derivedVia: 'EIP1271', signedMessage: formatSiweMessage(about), address: wallet }
  }
  const signing = createSessionFetch(client, { fetch: answer, request: { resources: [resource], authNeededCallback } })
  return (path) => signing(origin + path)
}

it("a contract wallet's session is let through while its chain says so, and is nobody's fault while nobody can ask", async () => {
  const chain = await startAnvil()
  running.push(chain)
  const transport = http(chain.url, { retryCount: 0 })
  const rpc = createTestClient({ chain: anvil, mode: 'anvil', transport })
  await rpc.setCode({ address: wallet, bytecode: answering('1626ba7e') })
  const verifyWallet = createVerifyWallet(createPublicClient({ chain: anvil, transport }))
  const send = sessionWith({ verifyWallet })

  const good = await send('/a')
  expect([good.status, await good.json()]).toEqual([200, { address: wallet }])
  // Asked every time: what the wallet takes back is of no more use at once.
  await rpc.setCode({ address: wallet, bytecode: answering('ffffffff') })
  expect((await readProblem(await send('/b')))?.code).toBe('wallet-signature-invalid')

  await chain.stop()
  running.length = 0
  const down = await send('/c')
  expect([down.status, down.headers.get('retry-after'), (await readProblem(down))?.code]).toEqual([503, '1', 'verifier-unavailable'])
})

it('error: wallet-unsupported where nobody was given who could ask', async () => {
  const refused = await sessionWith({})('/')
  expect([refused.status, (await readProblem(refused))?.code]).toEqual([401, 'wallet-unsupported'])
})
