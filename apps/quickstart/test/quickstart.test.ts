import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startNetwork } from '@session-sigs/app-nodes'
import { expect, it } from 'vitest'
import { run } from '../src/run.ts'
import { createScreen } from '../src/screen.ts'

async function runAndRead(start?: typeof startNetwork): Promise<{ ok: boolean; text: string }> {
  const lines: string[] = []
  const ok = await run(
    createScreen((line) => lines.push(line), false),
    start,
  )
  return { ok, text: lines.join('\n') }
}

it('default: every expectation holds, against real nodes', async () => {
  const { ok, text } = await runAndRead()
  expect(text).not.toContain('✗ the')
  expect(text).toContain('All 17 expectations held.')
  expect(ok).toBe(true)
})

it('behavior: what a person wants to see is there', async () => {
  const { text } = await runAndRead()
  for (const piece of [
    'who delegated',
    'to which key',
    'until',
    'wallet asked',
    /litActionCapability:\/\/\*/,
    '200 accepted',
    'audience-mismatch',
    'nonce-used',
    'body-mismatch',
    /for http:\S+ +200 accepted +401 refused: revoked/,
    /with the stolen key +401 refused: revoked/,
    /│ \[lit\] ready, with 3 of 3 nodes/,
    /by the example, in section 7 +1/,
  ]) {
    expect(text).toMatch(piece)
  }
  expect(text).not.toContain('undefined')
})

it('error: against a node that accepts everything it says so, and is no success', async () => {
  const open = createServer((request, response) => {
    request.resume()
    response.setHeader('content-type', 'application/json').end('{"result":"yes","limit":"lifted"}')
  })
  await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve))
  const lenient = `http://127.0.0.1:${(open.address() as AddressInfo).port}`
  const { ok, text } = await runAndRead(async (options) => {
    const network = await startNetwork(options)
    return { ...network, urls: [network.urls[0] ?? '', lenient, network.urls[2] ?? ''] }
  })
  open.close()
  expect(ok).toBe(false)
  expect(text).toContain('✗ as it should be: 401 audience-mismatch')
  expect(text).toContain('✗ what was accepted before is refused by every node')
})

it('error: with a node down it ends, and is no success', async () => {
  const down = startNetwork({ count: 1 })
  const [gone = ''] = (await down).urls
  await (await down).close()
  await expect(
    runAndRead(async (options) => {
      const network = await startNetwork(options)
      return { ...network, urls: [gone, ...network.urls.slice(1)] }
    }),
  ).rejects.toThrow()
})
