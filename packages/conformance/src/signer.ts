import { createSessionClient, isSessionError, type Signer } from '@session-sigs/core'
import { recoverWallet, verifySessionSig } from '@session-sigs/core/verify'
import { assert, rejection, type TestFunction } from './assert.ts'

export interface SignerSubject {
  /** A signer over a wallet with an ordinary account that signs whatever it is asked. Called for each test. */
  create(): Signer | Promise<Signer>
  /** A signer whose person refuses every signature, where the adapter's wallet can be made to. */
  createRefusing?(): Signer | Promise<Signer>
}

const node = 'https://node.example:7470'
const domain = 'app.example'
const texts: Readonly<Record<string, string>> = {
  'plain text': 'Sign in',
  'several lines': 'first\n\nthird\n- fourth',
  'text outside ASCII': 'Größe 🥵 ¥',
  'a text that looks like hex': '0xdeadbeef',
  'a long text': 'x'.repeat(5000),
}

/**
 * The contract of the `Signer` port as tests, for any adapter: `testSigner(test, { create })`.
 */
export function testSigner(test: TestFunction, subject: SignerSubject): void {
  test('signer: account() names an address and a chain, and the same ones again', async () => {
    const signer = await subject.create()
    const [first, second] = [await signer.account(), await signer.account()]
    assert(/^0x[0-9a-fA-F]{40}$/.test(first.address), `not an address: ${first.address}`)
    assert(Number.isSafeInteger(first.chainId) && first.chainId >= 0, `not a chain id: ${first.chainId}`)
    assert(first.address === second.address && first.chainId === second.chainId, 'two calls named two accounts')
  })

  for (const [kind, text] of Object.entries(texts)) {
    test(`signer: signMessage() is personal_sign over the UTF-8 of ${kind}`, async () => {
      const signer = await subject.create()
      const account = await signer.account()
      const recovered = await recoverWallet(text, await signer.signMessage(text, account))
      assert(
        recovered?.toLowerCase() === account.address.toLowerCase(),
        `the signature is by ${recovered ?? 'nobody'}, not by ${account.address}`,
      )
    })
  }

  test('signer: signMessage() does not sign for another account', async () => {
    const signer = await subject.create()
    const other = { ...(await signer.account()), address: '0x000000000000000000000000000000000000dEaD' } as const
    await rejection(signer.signMessage('hello', other), 'it signed, though it was asked for another account')
  })

  test('signer: one message is enough for a session that a server accepts', async () => {
    const signer = await subject.create()
    const client = createSessionClient({ nodes: [node], signer, domain })
    const sigs = await client.getSessionSigs({ resources: ['litAction://*'] })
    const session = await verifySessionSig(sigs[node], { audience: node, domains: [domain], resource: 'litAction://QmExample' })
    assert(session.address.toLowerCase() === (await signer.account()).address.toLowerCase(), 'the session is by another wallet')
  })

  if (!subject.createRefusing) return
  const createRefusing = subject.createRefusing.bind(subject)
  test('signer: a person’s refusal is known as one', async () => {
    const client = createSessionClient({ nodes: [node], signer: await createRefusing(), domain })
    const error = await rejection(client.getSessionSigs(), 'it signed, though the person refused')
    assert(isSessionError(error, 'wallet-refused'), `not recognised as a refusal: ${String(error)}`)
    assert(client.get().status === 'signed-out', 'the refusal left a session behind')
  })
}
