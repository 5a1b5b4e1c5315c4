import { askRevocation, createSessionClient, isSessionError, type RevocationStatement } from '@session-sigs/core'
import { createVerifier, isRevokedBy, memoryRevocations, verifyRevocation } from '@session-sigs/core/verify'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const render = (text: string): void => console.log(text)
const account = privateKeyToAccount(generatePrivateKey())
const signer = viemSigner(account)
const nodes = ['https://api.example']
const ethereum = { request: async () => [], on: () => undefined, removeListener: () => undefined }
const button = { onclick: (): unknown => undefined }
const domains = ['app.example']
const sendLater = (_text: string): void => undefined

// begin server
const revocations = memoryRevocations() // for one process
const verifier = createVerifier({ audience: 'https://api.example', domains, isRevoked: isRevokedBy(revocations) })

async function heard(text: string): Promise<void> {
  const revocation = await verifyRevocation(text, { domains })
  await revocations.revoke(revocation.subject, revocation)
}
// end

/** A server of one's own, and a way to it. */
const api = {
  async post(body: { authSig: unknown }): Promise<string> {
    const report = await verifier.inspect(body.authSig, { resource: 'litAction://QmExample' })
    const failed = report.checks.find((check) => check.status === 'failed')
    if (failed) throw { code: failed.code, message: failed.hint, time: report.now }
    return 'done'
  },
  revoke: heard,
}

// begin start
const client = createSessionClient({ nodes, signer, domain: 'app.example', storage: indexedDbStorage() })

const end = client.subscribe((state) => {
  if (state.status === 'signed-out') return render(`signed out: ${state.reason}`)
  render(`${state.address} until ${state.expiresAt}, key ${state.protection}`)
  if (state.endsSoon) render('Renew?')
})
await client.restore() // when the page loads: what the storage kept; never touches the wallet
await client.signIn({ resources: ['litAction://*'] }) // when the person says so
// end

// begin renew
await client.renew() // the same powers again, for 24 hours from now, to a fresh key
await client.renew({ expiration: new Date(Date.now() + 3_600_000).toISOString() })
// end

// begin require
await client.require(['litAction://QmExample', 'litPKP://42']) // the wallet is asked for litPKP://42 alone
// end

// begin send
const answer = await client.send({ resources: ['litAction://QmExample'] }, (sigs) => {
  return api.post({ authSig: sigs['https://api.example'] }) // throws what the server refused with: { code, time }
})
render(answer)
// end

// begin follow
const unfollow = client.follow(ethereum) // window.ethereum, or the provider that the person chose
// end

// begin signout
await client.signOut() // destroys key and delegations: here, in the storage, in every tab
// end

// begin revoke
const sendRevocation = (statement: RevocationStatement) => api.revoke(JSON.stringify(statement))
const revoking = createSessionClient({ nodes, signer, domain: 'app.example', sendRevocation })
await revoking.signIn({ resources: ['litAction://*'] })
try {
  await revoking.signOut({ revoke: true })
} catch (error) {
  if (!isSessionError(error, 'revocation-failed')) throw error
  sendLater(error.details.statement)
}
// end

// begin ask
const statement = await askRevocation(signer, { domain: 'app.example' }) // all until now; or { before }, or { sessionKey }
await api.revoke(JSON.stringify(statement))
// end

// begin prepare
const message = await client.prepare({ resources: ['litAction://*'] }) // connects the wallet: on a tap of its own
render(message ?? 'nobody has to be asked')
button.onclick = () => client.signIn() // calls the wallet at once
// end

await button.onclick()

// begin minimum
const careful = createSessionClient({ nodes, signer, domain: 'app.example', storage: indexedDbStorage(), minimumProtection: 'memory' })
await careful.restore()
console.log(careful.protection) // 'non-extractable' or 'memory', never 'extractable'
// end

unfollow()
end()
