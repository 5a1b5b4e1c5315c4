/** Attacks as those would try them who are named in docs/security.md, where no other test plays them from end to end. */
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { createSessionClient } from '../src/session.ts'
import { issueSessionSig } from '../src/session-sig.ts'
import type { Signer } from '../src/signer.ts'
import { memoryStorage, type SessionStorage } from '../src/storage.ts'
import { generateStoredKey, loadStoredKey } from '../src/stored-key.ts'
import { createVerifier, inspectSessionSig, recoverWallet, verifySessionSig } from '../src/verify.ts'
import { alice, authSigFor, bob, countingSigner, domain, nodes } from './wallet.ts'

const [node = '', otherNode = ''] = nodes
const place = 'session-sigs:lit'
const resource = 'litAction://Qm1'
const granted = { resources: [resource] } as const
const options = { audience: node, domains: [domain], resource }
const minute = 60_000
const iso = (fromNow: number): string => new Date(Date.now() + fromNow).toISOString()

const newClient = (storage: SessionStorage = memoryStorage(), signer: Signer = countingSigner()) =>
  createSessionClient({ nodes, domain, signer, storage })

async function signatureAt(address: string, client = newClient()) {
  return (await client.getSessionSigs(granted))[address] ?? expect.fail('There is no signature.')
}

it('a node that was sent a session signature can use it nowhere else, for nothing else, and not later', async () => {
  const seen = await signatureAt(node)
  await verifySessionSig(seen, options)
  const uses = [
    [{ audience: otherNode }, 'audience-mismatch'],
    [{ resource: 'litAction://Qm2' }, 'resource-not-requested'],
    [{ now: new Date(Date.now() + 7 * minute) }, 'session-sig-expired'],
  ] as const
  for (const [change, code] of uses) await expect(verifySessionSig(seen, { ...options, ...change })).rejects.toMatchObject({ code })
  for (const [from, to] of [
    [node, otherNode],
    [resource, 'litAction://Qm2'],
    [JSON.parse(seen.signedMessage).expiration, iso(60 * minute)],
  ] as const) {
    const changed = { ...seen, signedMessage: seen.signedMessage.replace(from, to) }
    expect(changed.signedMessage).not.toBe(seen.signedMessage)
    const { error } = await inspectSessionSig(changed, { ...options, audience: nodes })
    expect(error?.code).toBe('session-signature-invalid')
  }
})

it('a node that takes the delegation out of a session signature cannot use it with a key of its own', async () => {
  const { capabilities } = JSON.parse((await signatureAt(node)).signedMessage)
  const own = await loadStoredKey(await generateStoredKey('handle'))
  const content = { ...granted, capabilities, issuedAt: iso(0), expiration: iso(minute), nodeAddress: otherNode }
  const forged = await issueSessionSig(own, content)
  await expect(verifySessionSig(forged, { ...options, audience: otherNode })).rejects.toMatchObject({ code: 'delegation-key-mismatch' })
})

it('what a phishing site had signed, under its own name, is refused', async () => {
  const phishing = createSessionClient({ nodes, domain: 'app.example.evil', signer: countingSigner() })
  const sig = await signatureAt(node, phishing)
  await expect(verifySessionSig(sig, options)).rejects.toMatchObject({ code: 'domain-mismatch' })
  await verifySessionSig(sig, { ...options, domains: '*' })
})

it('a wallet that signs another text than it was asked to is refused, by a client that is given verifyWallet as well', async () => {
  const signer: Signer = { ...countingSigner(), signMessage: (text) => alice.signMessage({ message: text.replace('Qm1', '*') }) }
  const sig = await signatureAt(node, newClient(memoryStorage(), signer))
  await expect(verifySessionSig(sig, options)).rejects.toMatchObject({ code: 'wallet-signature-invalid' })
  const verifyWallet = async ({ message, signature, address }: { message: string; signature: string; address: string }) =>
    (await recoverWallet(message, signature)) === address
  const careful = createSessionClient({ nodes, domain, signer, verifyWallet })
  await expect(careful.getSessionSigs(granted)).rejects.toMatchObject({ code: 'wallet-signature-invalid' })
})

it('a session that a script left in the storage is accepted by nobody: the wallet never signed for its key', async () => {
  const key = await generateStoredKey('handle')
  const { publicKey } = await loadStoredKey(key)
  const params = { chain: undefined, uri: `lit:session:${publicKey}`, expiration: iso(60 * minute), resources: ['litActionCapability://*'] }
  const planted = { ...(await authSigFor(params, { address: alice.address }, bob)), address: alice.address }
  const storage = memoryStorage()
  const id = `1:${alice.address}`
  await storage.set(place, { v: 1, current: id, sessions: { [id]: { key, delegations: [planted], createdAt: iso(0) } } })
  const signer = countingSigner()
  const sig = await signatureAt(node, newClient(storage, signer))
  expect([sig.address, signer.signed]).toEqual([publicKey, []])
  await expect(verifySessionSig(sig, options)).rejects.toMatchObject({ code: 'wallet-signature-invalid' })
})

it('powers that a script wrote into a stored delegation are refused', async () => {
  const storage = memoryStorage()
  await newClient(storage).signIn(granted)
  const record = (await storage.get(place)) ?? expect.fail('Nothing is stored.')
  for (const session of Object.values(record.sessions))
    for (const delegation of session.delegations) delegation.signedMessage = delegation.signedMessage.replace('Qm1', '*')
  await storage.set(place, record)
  const signer = countingSigner()
  const sig = (await newClient(storage, signer).getSessionSigs({ resources: ['litAction://Qm2'] }))[node]
  expect(signer.signed).toEqual([])
  await expect(verifySessionSig(sig, { ...options, resource: 'litAction://Qm2' })).rejects.toMatchObject({
    code: 'wallet-signature-invalid',
  })
})

it('a device whose clock is set back cannot make a session last longer', async () => {
  const storage = memoryStorage()
  await newClient(storage).signIn(granted)
  const late = Date.now() + 25 * 60 * minute
  const setBack = createSessionClient({ nodes, domain, signer: countingSigner(), storage, now: () => new Date(late - 2 * 60 * minute) })
  const sig = await signatureAt(node, setBack)
  const verdict = verifySessionSig(sig, { ...options, now: new Date(late) })
  await expect(verdict).rejects.toMatchObject({ code: 'session-sig-expired' })
  const delegated = { ...options, now: new Date(late), clockToleranceSeconds: 86_400 }
  await expect(verifySessionSig(sig, delegated)).rejects.toMatchObject({ code: 'delegation-expired' })
})

it('who reads what a server logs of sessions and refusals finds nothing to send again', async () => {
  const verifier = createVerifier({ audience: node, domains: [domain] })
  const sig = await signatureAt(node)
  const refusals = await Promise.all(
    [sig, { ...sig, signedMessage: `${sig.signedMessage} ` }, { ...sig, algo: 'x' }, JSON.stringify(sig).slice(0, -1), [sig]].map(
      async (input, i) => verifier.verify(input, { resource: i === 0 ? 'litAction://Qm2' : resource }).catch((error: unknown) => error),
    ),
  )
  expect(refusals.every((refusal) => refusal instanceof Error)).toBe(true)
  const reports = await Promise.all(['litAction://Qm2', resource].map((asked) => verifier.inspect(sig, { resource: asked })))
  for (const logged of [await verifier.verify(sig, { resource }), ...refusals, ...reports]) {
    const text = `${JSON.stringify(logged)}${inspect(logged, { depth: 20 })}${String(logged)}`
    expect(text).not.toContain(sig.sig)
  }
})
