/**
 * The nodes of the peers that want to talk to some before they sign: servers of this machine. Only the network is made up:
 * all that is measured is the published package at its work, after it has connected.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'

const point = `02${'11'.repeat(32)}`

/** What a node says of itself and of its network when it is greeted. */
const facts = {
  serverPublicKey: point,
  subnetPublicKey: point,
  networkPublicKey: point,
  networkPublicKeySet: point,
  hdRootPubkeys: [point, point],
  latestBlockhash: `0x${'22'.repeat(32)}`,
}

/** What it asks beyond this machine is how the latest block is called; it is told, and nothing leaves. Anything else is refused. */
export function keepToThisMachine() {
  const { fetch } = globalThis
  globalThis.fetch = async (input, init) => {
    const { hostname, pathname } = new URL(input instanceof Request ? input.url : input)
    if (/^(?:localhost|127(?:\.\d+){3})$/.test(hostname)) return fetch(input, init)
    if (!pathname.includes('blockhash') && !pathname.includes('valid_block')) throw new Error(`${hostname} is beyond this machine.`)
    return Response.json({ blockhash: facts.latestBlockhash, timestamp: Math.floor(Date.now() / 1000) })
  }
}

async function startNode() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(JSON.stringify(facts)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  server.unref()
  return `http://127.0.0.1:${server.address().port}`
}

/** So many of them; gives their URLs. */
export const startNodes = (count) => Promise.all(Array.from({ length: count }, startNode))
