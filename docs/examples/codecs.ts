// begin siwe
import { formatSiweMessage, parseSiweMessage } from '@session-sigs/core'

const text = formatSiweMessage({
  domain: 'app.example',
  address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  uri: 'https://app.example/login',
  version: '1',
  chainId: 1,
  nonce: 'k5Jx0q2Z',
  issuedAt: new Date().toISOString(),
})
console.log(parseSiweMessage(text).nonce, formatSiweMessage(parseSiweMessage(text)) === text)
// end

// begin recap
import { decodeRecap, encodeRecap, isRecapGranted, recapAbilityFor, recapStatement } from '@session-sigs/core'

const uri = encodeRecap({ att: { 'lit-litaction://*': { 'Threshold/Execution': [{}] } } })
const recap = decodeRecap(uri)
console.log(recapStatement(recap))
console.log(isRecapGranted(recap, 'lit-litaction://QmExample', 'lit-action-execution'))
console.log(recapAbilityFor('lit-litaction://*', 'lit-action-execution')) // Threshold/Execution: the ReCap's word for it
// end

// begin resources
import { capabilityFor, isGranted, parseResource } from '@session-sigs/core'

console.log(parseResource('litPKP://42')) // { kind: 'resource', type: 'PKP', id: '42' }
console.log(capabilityFor('litPKP://42')) // litPKPCapability://42
console.log(isGranted(['litPKPCapability://*'], 'litPKP://42'))
// end

// begin issue
import { generateSessionKeyPair, issueSessionSig, sessionKeyUri } from '@session-sigs/core'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const wallet = privateKeyToAccount(generatePrivateKey())
const key = await generateSessionKeyPair()
const issuedAt = new Date().toISOString()
const expiration = new Date(Date.now() + 5 * 60 * 1000).toISOString()
const signedMessage = formatSiweMessage({
  domain: 'app.example',
  address: wallet.address,
  uri: sessionKeyUri(key.publicKey),
  version: '1',
  chainId: 1,
  nonce: 'k5Jx0q2Z',
  issuedAt,
  expirationTime: expiration,
  resources: ['litActionCapability://*'],
})
const sig = await wallet.signMessage({ message: signedMessage })
const capabilities = [{ sig, derivedVia: 'web3.eth.personal.sign', signedMessage, address: wallet.address }]
const resources = ['litAction://QmExample']
const issued = await issueSessionSig(key, { resources, capabilities, issuedAt, expiration, nodeAddress: 'https://node.example' })
// end

console.log(issued.algo)
