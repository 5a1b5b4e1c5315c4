import { createHash } from 'node:crypto'
import { mnemonicToAccount } from 'viem/accounts'
import { afterEach, describe, expect, it, vi } from 'vitest'
import vector from '../../../vectors/first-form.json' with { type: 'json' }
import { issueSessionSig } from '../src/session-sig.ts'
import { formatSiweMessage, type SiweMessage } from '../src/siwe.ts'
import { verifySessionSig } from '../src/verify.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('the fixed vector of the first form, byte for byte', () => {
  for (const platform of ['native', 'software']) {
    it(platform, async () => {
      if (platform === 'software') vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) })
      const wallet = mnemonicToAccount(vector.wallet.mnemonic)
      expect(wallet.address).toBe(vector.wallet.address)
      const signedMessage = formatSiweMessage(vector.siwe as SiweMessage)
      const sig = await wallet.signMessage({ message: signedMessage })
      expect(sig).toBe(vector.walletSignature)

      const { resources, issuedAt, expiration, nodeAddress, length, sha256 } = vector.payload
      const capabilities = [{ sig, derivedVia: 'web3.eth.personal.sign', signedMessage, address: wallet.address }]
      const issued = await issueSessionSig(vector.sessionKey, { resources, capabilities, issuedAt, expiration, nodeAddress })
      expect(issued.signedMessage.length).toBe(length)
      expect(createHash('sha256').update(issued.signedMessage).digest('hex')).toBe(sha256)
      expect(issued).toEqual({
        sig: vector.sessionSignature,
        derivedVia: 'litSessionSignViaNacl',
        signedMessage: issued.signedMessage,
        address: vector.sessionKey.publicKey,
        algo: 'ed25519',
      })
      const options = {
        audience: nodeAddress,
        domains: ['localhost:3000'],
        resource: 'litAction://Qm',
        now: new Date('2023-05-08T00:01:00Z'),
      }
      await expect(verifySessionSig(issued, options)).resolves.toMatchObject({ address: wallet.address, expiresAt: expiration })
    })
  }
})
