/** An RPC in front of a real node, which answers as a test wants it to. */
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/** What came in, and the node's own answer to it. */
export interface Asked {
  readonly id: number
  readonly method: string
  readonly params: readonly unknown[]
  readonly forward: () => Promise<string>
}

export interface Rpc {
  readonly url: string
  /** Everything that it was asked. */
  readonly asked: readonly Asked[]
  stop(): Promise<void>
}

export async function startRpc(nodeUrl: string, answer: (response: ServerResponse, asked: Asked) => unknown): Promise<Rpc> {
  const asked: Asked[] = []
  const server = createServer(async (request, response) => {
    const body = await text(request)
    const forward = async (): Promise<string> =>
      (await fetch(nodeUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text()
    const question: Asked = { ...JSON.parse(body || '{}'), forward }
    asked.push(question)
    await answer(response, question)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const stop = async (): Promise<void> => {
    server.close()
    server.closeAllConnections()
    await once(server, 'close')
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, stop }
}
