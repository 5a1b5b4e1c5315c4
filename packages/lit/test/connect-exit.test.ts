/** Nothing of a client keeps Node running: each case is a program of its own, which has to end by itself well before anything times out. */
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type LitModule, litModule } from './bundled.ts'
import { type Answer, closeAll, closedUrl, serve, silence } from './connect-rig.ts'

let module: LitModule
let network: Network

beforeAll(async () => {
  module = await litModule()
  network = await startNetwork({ count: 2 })
}, 60_000)
afterEach(closeAll)
afterAll(async () => {
  module.remove()
  await network.close()
})

/** A node may take 20 seconds by default, and a connection that nobody ends lasts longer. */
const patience = 12_000

async function expectEnd(urls: readonly string[], program: string): Promise<void> {
  const text = `
    const { LitNodeClient, disconnectWeb3, isSessionError } = await import(litModule)
    const client = new LitNodeClient({ litNetwork: 'custom', bootstrapUrls: ${JSON.stringify(urls)} })
    const failed = (error) => { if (!isSessionError(error, 'nodes-unreachable')) throw error }
    ${program}
    console.log('done')`
  expect(await module.run(text, patience)).toEqual({ stdout: 'done\n', stderr: '' })
}

/** Says that it cannot, and never comes to the end of saying so. */
const brokenWithoutEnd: Answer = (response) => {
  response.writeHead(500)
  const timer = setInterval(() => response.write(' '), 10)
  response.once('close', () => clearInterval(timer))
}

it('default: connected and disconnected', () => expectEnd(network.urls, 'await client.connect(); await client.disconnect()'))

it('behavior: after the whole way', () =>
  expectEnd(
    network.urls,
    `await client.connect()
    // Nothing can be signed, as there is neither a callback nor a page.
    await client.getSessionSigs().then(() => process.exit(1), () => undefined)
    await disconnectWeb3()
    await client.disconnect()`,
  ))

it('behavior: a script that never disconnects', () => expectEnd(network.urls, 'await client.connect()'))

it('behavior: disconnected while one node still keeps it waiting', async () => {
  const slow = await serve(silence)
  await expectEnd([...network.urls, slow.url], 'await client.connect(); await client.disconnect()')
  expect(slow.asked.length).toBe(1)
})

it('behavior: disconnected while connecting', async () => {
  const nodes = [await serve(silence), await serve(silence)]
  await expectEnd(
    nodes.map(({ url }) => url),
    'const connecting = client.connect(); await client.disconnect(); await connecting; if (client.ready) process.exit(1)',
  )
})

it('behavior: connected twice, then disconnected', () =>
  expectEnd(network.urls, 'await client.connect(); await client.connect(); await client.disconnect()'))

it('behavior: nobody is there', async () => {
  const urls = [await closedUrl(), await closedUrl()]
  await expectEnd(urls, 'await client.connect().then(() => process.exit(1), failed)')
})

it('behavior: those who are there never come to an end', async () => {
  const nodes = [await serve(brokenWithoutEnd), await serve(brokenWithoutEnd)]
  await expectEnd(
    nodes.map(({ url }) => url),
    'await client.connect().then(() => process.exit(1), failed)',
  )
})

it('behavior: one that was left out never comes to an end', async () => {
  const broken = await serve(brokenWithoutEnd)
  await expectEnd([...network.urls, broken.url], 'await client.connect(); await client.disconnect()')
})
