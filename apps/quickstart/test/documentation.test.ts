import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { isSessionError, LIT_NETWORKS } from '@session-sigs/lit'
import { SigningKey, Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { call } from '../src/call.ts'
import { documented, type ExampleOptions, runExample } from '../src/example.ts'

const ours = readFileSync(documented, 'utf8')
const pages = fileURLToPath(new URL('../../../../shared/seeds/', import.meta.url))

describe('the file', () => {
  if (!existsSync(pages)) {
    console.warn('SKIPPED "the file is the documentation’s": the documentation is not at ../shared/seeds')
    it.skip('left out: there is no ../shared/seeds', () => undefined)
    return
  }

  it('default: it is the first code block of the documentation, but for imports, network and exports', () => {
    const [page = expect.fail('There is no page.')] = readdirSync(pages).filter((name) => name.endsWith('.txt'))
    const [, block = ''] = /^```\w*\n([\s\S]*?)^```$/m.exec(readFileSync(pages + page, 'utf8')) ?? []
    const theirs = "import { LitNodeClient } from '@lit-protocol/lit-node-client';\n"
    expect(block.startsWith(theirs)).toBe(true)
    expect(block.split('litNetwork: "serrano"')).toHaveLength(2)
    const imports = [
      "import { LitNodeClient } from '@session-sigs/lit';",
      "import { Wallet } from 'ethers';",
      "import { SiweMessage } from 'siwe';",
      '',
    ].join('\n')
    const example = imports + block.slice(theirs.length).replace('litNetwork: "serrano"', 'litNetwork: "localhost"')
    expect(ours).toBe(`${example}\nexport { authNeededCallback, litNodeClient, sessionSigs };\n`)
  })
})

describe('the example, run', () => {
  const { privateKey, address } = Wallet.createRandom()
  let network: Network
  let options: ExampleOptions

  beforeAll(async () => {
    network = await startNetwork({ count: 3 })
    options = { file: documented, litNetwork: 'localhost', nodes: network.urls, privateKey }
  })
  afterAll(() => network.close())

  /** What the run may change, and has to give back. */
  const around = (): unknown[] => [
    { ...LIT_NETWORKS },
    process.env['YOUR_PRIVATE_KEY'],
    console.log,
    SigningKey.prototype.sign,
    process.env['YOUR_PRIVATE_KEY'] === undefined,
  ]

  async function expectGreetings(sessionSigs: Awaited<ReturnType<typeof runExample>>['sessionSigs']): Promise<void> {
    expect(Object.keys(sessionSigs)).toHaveLength(3)
    for (const [url, sig] of Object.entries(sessionSigs)) {
      const { status, body } = await call(url, '/action', { id: network.actions.greet, params: 1 }, sig)
      expect([status, body['result']]).toEqual([200, `Hello from ${address}, who sent 1.`])
    }
  }

  it('default: one wallet signature, and none for the same again', async () => {
    const before = around()
    const { sessionSigs, asked, askedAgain } = await runExample(options)
    expect([asked, askedAgain]).toEqual([1, 0])
    await expectGreetings(sessionSigs)
    expect(around()).toEqual(before)
  })

  it('behavior: with "serrano", as the documentation prints it, and that name pointed at this machine', async () => {
    const file = new URL(`./serrano-${process.pid}.mjs`, documented)
    writeFileSync(file, ours.replace('litNetwork: "localhost"', 'litNetwork: "serrano"'), { flag: 'wx' })
    try {
      expect(readFileSync(file, 'utf8')).toContain('litNetwork: "serrano"')
      const nodes = network.urls.map((url) => url.replace('127.0.0.1', 'localhost'))
      const { sessionSigs, asked, askedAgain } = await runExample({ ...options, file, litNetwork: 'serrano', nodes })
      expect([asked, askedAgain]).toEqual([1, 0])
      expect(Object.keys(sessionSigs).toSorted()).toEqual(nodes.toSorted())
      await expectGreetings(sessionSigs)
    } finally {
      rmSync(file)
    }
  })

  it('behavior: it says what it does, and no secret', async () => {
    const { sessionSigs, printed } = await runExample(options)
    expect(printed.join('\n')).toContain('3 nodes')
    const [{ address: sessionKey } = expect.fail('There is no session signature.')] = Object.values(sessionSigs)
    const long = printed.flatMap((line) => line.match(/[0-9a-f]{40,}/gi) ?? [])
    expect(new Set(long)).toEqual(new Set([sessionKey]))
  })

  it('error: with its nodes down it ends, and leaves nothing changed', async () => {
    const gone = await startNetwork({ count: 2 })
    await gone.close()
    const before = around()
    const failure = await runExample({ ...options, nodes: gone.urls }).catch((error: unknown) => error)
    expect(isSessionError(failure, 'nodes-unreachable')).toBe(true)
    expect(around()).toEqual(before)
  })
})
