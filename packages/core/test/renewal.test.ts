/** Renewing beside other questions: nothing that the person has signed is lost. */
import { setImmediate as turn } from 'node:timers/promises'
import { createSessionClient, memoryStorage, parseSiweMessage, type SessionClient, type Signer } from '@session-sigs/core'
import { expect, it } from 'vitest'
// Loaded already, so that nothing here waits for a file.
import '../src/further.ts'
import '../src/renewal.ts'
import { alice, countingSigner, domain, nodes } from './wallet.ts'

/** A wallet whose person takes time: each answer is given when the test says so. */
function slowSigner(): { signer: Signer; signed: string[]; asked(count: number): Promise<void>; answer(): void } {
  const signed: string[] = []
  const waiting: (() => void)[] = []
  const asked = async (count: number): Promise<void> => {
    await expect.poll(() => signed.length).toBe(count)
  }
  return {
    signed,
    asked,
    answer: () => waiting.shift()?.(),
    signer: {
      account: async () => ({ address: alice.address, chainId: 1 }),
      async signMessage(message) {
        signed.push(message)
        await new Promise<void>((resolve) => void waiting.push(resolve))
        return alice.signMessage({ message })
      },
    },
  }
}

/** Two clients of one page, or one client twice, over a session that grants `litAction://a`. */
async function begin(isShared: boolean) {
  const storage = memoryStorage()
  await createSessionClient({ nodes, domain, storage, signer: countingSigner() }).signIn({ resources: ['litAction://a'] })
  const wallet = slowSigner()
  const create = (): SessionClient => createSessionClient({ nodes, domain, storage, signer: wallet.signer })
  const here = create()
  return { wallet, here, there: isShared ? create() : here }
}

/** What was called last has come as far as it can: everything but the wallet answers within a few turns. */
async function begun(): Promise<void> {
  for (let i = 0; i < 50; i++) await turn()
}

const granted = (client: SessionClient): readonly string[] => {
  const state = client.get()
  return state.status === 'signed-in' ? [...new Set(state.capabilities)].toSorted() : []
}
const both = ['litActionCapability://a', 'litPKPCapability://1']

for (const isShared of [false, true]) {
  const where = isShared ? 'another client' : 'the same client'

  it(`while ${where} asks for one more power: the renewed session has it, too`, async () => {
    const { wallet, here, there } = await begin(isShared)
    const requiring = here.require(['litPKP://1'])
    await wallet.asked(1)
    const renewing = there.renew()
    await begun()
    wallet.answer()
    await requiring
    await wallet.asked(2)
    wallet.answer()
    await renewing
    expect(parseSiweMessage(wallet.signed[1] ?? '').resources?.toSorted()).toEqual(both)
    await here.getSessionSigs({ resources: ['litAction://a', 'litPKP://1'] })
    expect([granted(here), granted(there)]).toEqual([both, both])
    expect(wallet.signed.length).toBe(2)
  })

  it(`one more power while ${where} renews: the renewed session is given it`, async () => {
    const { wallet, here, there } = await begin(isShared)
    const renewing = there.renew()
    await wallet.asked(1)
    const requiring = here.require(['litPKP://1'])
    await begun()
    wallet.answer()
    await renewing
    await wallet.asked(2)
    wallet.answer()
    await requiring
    await there.getSessionSigs({ resources: ['litAction://a', 'litPKP://1'] })
    expect([granted(here), granted(there)]).toEqual([both, both])
    expect(wallet.signed.length).toBe(2)
  })
}
