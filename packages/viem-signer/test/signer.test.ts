import { testSigner } from '@session-sigs/conformance'
import { viemSigner } from '@session-sigs/viem-signer'
import { createWalletClient, custom, type EIP1193Provider, type Hex } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'

const local = privateKeyToAccount('0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80')

/** A wallet in a page, as EIP-1193 has it: chain 10, and a person who says yes or no. It looks at `this`, as many do. */
function provider(says: 'yes' | 'no'): Pick<EIP1193Provider, 'request'> {
  const wallet = {
    says,
    async request({ method, params }: { method: string; params?: readonly unknown[] }): Promise<unknown> {
      if (method === 'eth_chainId') return '0xa'
      if (method === 'eth_requestAccounts') return [local.address.toLowerCase()]
      if (method !== 'personal_sign') throw new Error(`not asked for in this test: ${method}`)
      if (this.says === 'no') throw Object.assign(new Error('User rejected the request.'), { code: 4001 })
      if (String(params?.[1]).toLowerCase() !== local.address.toLowerCase()) throw Object.assign(new Error('Unauthorized'), { code: 4100 })
      return local.signMessage({ message: { raw: params?.[0] as Hex } })
    },
  }
  return wallet as Pick<EIP1193Provider, 'request'>
}

describe('a local account', () => {
  testSigner(it, { create: () => viemSigner(local) })

  it('behavior: the chain is the one given, or 1', async () => {
    expect((await viemSigner(local).account()).chainId).toBe(1)
    expect((await viemSigner(local, { chainId: 137 }).account()).chainId).toBe(137)
  })
})

describe('a wallet client without an account', () => {
  testSigner(it, {
    create: () => viemSigner(createWalletClient({ transport: custom(provider('yes')) })),
    createRefusing: () => viemSigner(createWalletClient({ transport: custom(provider('no')) })),
  })
})

describe('a wallet client with a local account', () => {
  testSigner(it, { create: () => viemSigner(createWalletClient({ account: local, transport: custom(provider('no')) })) })
})

describe('an EIP-1193 provider', () => {
  testSigner(it, { create: () => viemSigner(provider('yes')), createRefusing: () => viemSigner(provider('no')) })

  it('behavior: the chain is the wallet’s', async () => {
    expect((await viemSigner(provider('yes')).account()).chainId).toBe(10)
  })
})

it('error: what is no wallet is a TypeError that does not show it', () => {
  const secret = `0x${'ab'.repeat(32)}`
  for (const wrong of [secret, undefined, null, 5, {}]) {
    try {
      viemSigner(wrong as never)
      expect.fail('it was taken for a wallet')
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError)
      expect(error instanceof Error && error.message + error.stack).not.toContain(secret)
    }
  }
})
