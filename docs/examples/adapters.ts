import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

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

// begin conformance
import { testSigner, testStorage } from '@session-sigs/conformance'

testSigner(it, { create: mySigner })
testStorage(it, { create: myStorage })
// end

await Promise.all(tests)
