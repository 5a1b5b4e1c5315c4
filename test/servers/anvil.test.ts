import { expect, it } from 'vitest'
import { startAnvil } from './anvil.ts'

async function chainIdAt(url: string): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] })
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })
  return ((await answer.json()) as { result: unknown }).result
}

it('each is a node of its own, and gone when it was stopped', async () => {
  const nodes = await Promise.all([startAnvil(), startAnvil({ chainId: 10 })])
  try {
    expect(await Promise.all(nodes.map(({ url }) => chainIdAt(url)))).toEqual(['0x7a69', '0xa'])
  } finally {
    await Promise.all(nodes.map((node) => node.stop()))
  }
  for (const { url, stop } of nodes) {
    await expect(chainIdAt(url)).rejects.toThrow(TypeError)
    await stop()
  }
})

it('error: one that cannot start says why', async () => {
  await expect(startAnvil({ chainId: Number.NaN })).rejects.toThrow("invalid value 'NaN'")
})
