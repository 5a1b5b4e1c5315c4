import { testSigner } from '@session-sigs/conformance'
import { ethersSigner } from '@session-sigs/ethers-signer'
import { BrowserProvider, Wallet } from 'ethers'
import { describe, expect, it } from 'vitest'

const wallet = new Wallet('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')

/** A wallet in a page, as EIP-1193 has it: chain 10, and a person who says yes or no. */
function browserProvider(says: 'yes' | 'no'): BrowserProvider {
  return new BrowserProvider({
    async request({ method, params }: { method: string; params?: unknown[] }) {
      if (method === 'eth_chainId') return '0xa'
      if (method === 'eth_accounts' || method === 'eth_requestAccounts') return [wallet.address.toLowerCase()]
      if (method !== 'personal_sign') throw new Error(`not asked for in this test: ${method}`)
      if (says === 'no') throw Object.assign(new Error('User rejected the request.'), { code: 4001 })
      return wallet.signMessage(Buffer.from(String(params?.[0]).slice(2), 'hex'))
    },
  })
}

describe('a Wallet', () => {
  testSigner(it, { create: () => ethersSigner(wallet) })

  it('behavior: without a provider the chain is the one given, or 1', async () => {
    expect((await ethersSigner(wallet).account()).chainId).toBe(1)
    expect((await ethersSigner(wallet, { chainId: 137 }).account()).chainId).toBe(137)
  })
})

describe('a BrowserProvider’s signer', () => {
  testSigner(it, {
    create: async () => ethersSigner(await browserProvider('yes').getSigner()),
    createRefusing: async () => ethersSigner(await browserProvider('no').getSigner()),
  })

  it('behavior: the chain is the wallet’s', async () => {
    expect((await ethersSigner(await browserProvider('yes').getSigner()).account()).chainId).toBe(10)
  })
})

it('error: what is no wallet is a TypeError that does not show it', () => {
  const secret = `0x${'ab'.repeat(32)}`
  for (const wrong of [secret, undefined, null, 5, {}]) {
    try {
      ethersSigner(wrong as never)
      expect.fail('it was taken for a wallet')
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      expect(error instanceof Error && error.message + error.stack).not.toContain(secret)
    }
  }
})
