import { createSessionClient } from '@session-sigs/core'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const render = (text: string): void => console.log(text)
const account = privateKeyToAccount(generatePrivateKey())
const tests: Promise<void>[] = []
const it = (_name: string, run: () => Promise<void>): void => void tests.push(run())

// begin signer
import type { Signer } from '@session-sigs/core'

function mySigner(): Signer {
  return {
    account: async () => ({ address: account.address, chainId: 1 }),
    async signMessage(message, asked) {
      if (asked.address.toLowerCase() !== account.address.toLowerCase()) throw new Error('That account is not here.')
      return account.signMessage({ message })
    },
  }
}
// end

// begin storage
import type { SessionStorage, StoredSessions } from '@session-sigs/core'

function myStorage(): SessionStorage {
  const records = new Map<string, StoredSessions>()
  return {
    keys: 'handle', // can keep a CryptoKey; 'seed' for what only keeps text, 'none' for what must keep no key
    get: (id) => structuredClone(records.get(id)),
    set: (id, value) => void records.set(id, structuredClone(value)),
    delete: (id) => void records.delete(id),
  }
}
// end

const client = createSessionClient({ nodes: ['https://api.example'], signer: mySigner(), storage: myStorage(), domain: 'app.example' })

// begin framework
import { observeSession } from '@session-sigs/core'

const session = observeSession(client)
const end = session.subscribe(({ address, secondsLeft, pending, error }) => {
  render(address ? `${address}, ${secondsLeft} s left` : 'signed out')
  render(error?.message ?? pending ?? '')
})
const isSignedIn = await session.actions.signIn({ resources: ['litAction://*'] })
end()
// end

if (!isSignedIn || session.get().secondsLeft < 86_390) throw new Error('signing in failed')

// begin conformance
import { testNonces, testRevocations, testSigner, testStorage } from '@session-sigs/conformance'
import { memoryNonces, memoryRevocations } from '@session-sigs/core/verify'

testSigner(it, { create: mySigner })
testStorage(it, { create: myStorage })
testNonces(it, { create: memoryNonces })
testRevocations(it, { create: memoryRevocations })
// end

await Promise.all(tests)
