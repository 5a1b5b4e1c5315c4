/** Any session signature, looked into. */
import { type AuthSig, createSessionClient, generateSessionKeyPair, issueSessionSig, type SessionSig } from '@session-sigs/core'
import { checkNames } from '@session-sigs/core/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { describeVectors, loadVectors } from '../../../packages/core/test/vectors.ts'
import { createInspector, type InspectorView } from '../src/index.ts'

const [node, other] = ['https://node-1.example', 'https://node-2.example']
const account = privateKeyToAccount(generatePrivateKey())
const client = createSessionClient({ nodes: [node, other], domain: 'app.example', signer: viemSigner(account) })

async function look(text: string): Promise<InspectorView> {
  const inspector = createInspector()
  await inspector.setText(text)
  return inspector.get()
}

const textFor = async (request: Parameters<typeof client.getSessionSigs>[0]): Promise<string> =>
  JSON.stringify((await client.getSessionSigs(request))[node])

const failedIn = ({ result }: InspectorView) => result?.checks.filter(({ status }) => status === 'failed').map(({ name }) => name)

describe('a good signature', () => {
  it('says who delegated what to which key until when, and that every check passes', async () => {
    const { result, audience, resource, resources, problem, isBusy } = await look(
      await textFor({ resources: ['litAction://*', 'litPKP://42'] }),
    )
    expect({ audience, resource, resources, problem, isBusy }).toEqual({
      audience: node,
      resource: 'litAction://*',
      resources: ['litAction://*', 'litPKP://42'],
      problem: undefined,
      isBusy: false,
    })
    expect(result).toMatchObject({
      ok: true,
      node,
      verdict: expect.stringMatching(/^Good\. 0x.* may use litAction:\/\/\* at https:\/\/node-1/),
    })
    expect(result?.checks.map(({ name, status }) => [name, status])).toEqual(checkNames.map((name) => [name, 'passed']))
    const state = client.get()
    if (state.status !== 'signed-in') return expect.fail('Nobody is signed in.')
    expect(result?.delegations).toMatchObject([
      {
        address: account.address,
        site: 'app.example',
        key: state.sessionKey,
        until: state.expiresAt,
        powers: [
          { capability: 'litActionCapability://*', words: 'Run any registered action in your name' },
          { capability: 'litPKPCapability://42', words: 'Sign with the network’s key number 42' },
        ],
      },
    ])
    expect(result?.delegations[0]?.message).toMatch(/^app\.example wants you to sign in/)
  })

  it('every check is explained, each in words of its own', async () => {
    const { result } = await look(await textFor({ resources: ['litAction://*'] }))
    const explanations = result?.checks.map(({ explanation }) => explanation) ?? []
    expect(new Set(explanations).size).toBe(16)
    for (const explanation of explanations) expect(explanation).toMatch(/^[A-Z].{30,}\.$/)
  })

  it('of the second form', async () => {
    const request = { resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }
    const view = await look(await textFor({ resourceAbilityRequests: [request] }))
    expect(view).toMatchObject({ resource: 'lit-pkp://1 pkp-signing', problem: undefined, result: { ok: true } })
    expect(view.result?.delegations[0]?.powers[0]?.words).toMatch(/^I further authorize/)
  })

  it('is found in all that getSessionSigs gives, and between blanks', async () => {
    const sigs = await client.getSessionSigs({ resources: ['litAction://*'] })
    expect((await look(JSON.stringify(sigs, null, 2))).result).toMatchObject({ ok: true, node })
    expect((await look(`\n ${JSON.stringify(sigs[other])} \n`)).result).toMatchObject({ ok: true, node: other })
  })
})

describe('asked as something else', () => {
  it('another node, another resource, and back', async () => {
    const inspector = createInspector()
    await inspector.setText(await textFor({ resources: ['litAction://*'] }))
    await inspector.setAudience(other)
    expect(failedIn(inspector.get())).toEqual(['audience'])
    expect(inspector.get().result?.delegations).toHaveLength(1)
    await inspector.setAudience(node)
    await inspector.setResource('litAction://QmOne')
    expect(inspector.get().result?.ok).toBe(true)
    await inspector.setResource('litPKP://1')
    expect(failedIn(inspector.get())).toEqual(['resource'])
    expect(inspector.get().result?.checks.find(({ status }) => status === 'failed')?.hint).toContain('litPKP://1')
    // Of another signature nothing was said yet.
    await inspector.setText(await textFor({ resources: ['litPKP://42'] }))
    expect(inspector.get()).toMatchObject({ audience: node, resource: 'litPKP://42', result: { ok: true } })
  })

  it.each(['', 'litPKP', 'litPKP://', 'litPkp://1', 'litPKPCapability://1', 'lit-pkp://1', 'lit-pkp://1 fly', 'a b c'])(
    '%j is no question, and that is told',
    async (resource) => {
      const inspector = createInspector()
      await inspector.setText(await textFor({ resources: ['litAction://*'] }))
      await inspector.setResource(resource)
      expect(inspector.get()).toMatchObject({ resource, problem: expect.stringMatching(/^.{10,}\.$/), result: undefined, isBusy: false })
    },
  )

  it('no node is no question either', async () => {
    const inspector = createInspector()
    await inspector.setText(await textFor({ resources: ['litAction://*'] }))
    await inspector.setAudience('')
    expect(inspector.get()).toMatchObject({ audience: '', problem: 'Write which node it is sent to.', result: undefined })
  })
})

describe('a signature that was tampered with', () => {
  async function tampered(change: (sig: SessionSig) => SessionSig): Promise<InspectorView> {
    return look(JSON.stringify(change(JSON.parse(await textFor({ resources: ['litAction://*'] })) as SessionSig)))
  }

  it('in what was signed', async () => {
    const view = await tampered((sig) => ({ ...sig, signedMessage: sig.signedMessage.replaceAll('litAction://', 'litPKP://') }))
    expect(failedIn(view)).toEqual(['session-signature'])
    expect(view.result).toMatchObject({ ok: false, verdict: expect.stringMatching(/^Refused\. The session key did not sign/) })
    expect(view.result?.checks).toHaveLength(16)
    // What it claims can be read all the same.
    expect(view).toMatchObject({ resource: 'litPKP://*', audience: node })
    expect(view.result?.delegations[0]?.address).toBe(account.address)
  })

  it('in its shape', async () => {
    const view = await tampered((sig) => ({ ...sig, extra: 1 }) as SessionSig)
    expect(failedIn(view)).toEqual(['shape'])
    expect(view).toMatchObject({ audience: '', resource: '', resources: [], problem: undefined })
    expect(view.result?.delegations).toEqual([])
  })

  it('by a thief who has the delegation and not its key', async () => {
    const sig = JSON.parse(await textFor({ resources: ['litAction://*'] })) as SessionSig
    const { capabilities } = JSON.parse(sig.signedMessage) as { capabilities: AuthSig[] }
    const [issuedAt, expiration] = [0, 60_000].map((ahead) => new Date(Date.now() + ahead).toISOString()) as [string, string]
    const stolen = await issueSessionSig(await generateSessionKeyPair(), {
      resources: ['litAction://*'],
      capabilities,
      issuedAt,
      expiration,
      nodeAddress: node,
    })
    expect(failedIn(await look(JSON.stringify(stolen)))).toEqual(['delegation.key'])
  })
})

describe('anything at all', () => {
  it.each([
    'hello',
    '{',
    '{}',
    '[]',
    'null',
    '5',
    '"text"',
    '{"sig":1}',
    '{"https://node.example":{"sig":"00"}}',
    '{"sig":"","derivedVia":"","signedMessage":"","address":"","algo":""}',
    `{"sig":"00","derivedVia":"litSessionSignViaNacl","signedMessage":"{}","address":"${'0'.repeat(64)}","algo":"ed25519"}`,
    '{"a":'.repeat(2000),
    'x'.repeat(300_000),
    '\u0000\ud800',
  ])('gives a report: %.60j', async (text) => {
    const { result, problem, isBusy } = await look(text)
    expect({ problem, isBusy }).toEqual({ problem: undefined, isBusy: false })
    expect(result?.verdict).toMatch(/^Refused\. ./)
    expect(result?.checks).toHaveLength(16)
  })

  it.each(['', ' \n\t'])('but nothing gives nothing: %j', async (text) => {
    expect(await look(text)).toMatchObject({ text, result: undefined, problem: undefined, isBusy: false })
  })
})

it('of several questions at once only the last is answered', async () => {
  const inspector = createInspector()
  const good = await textFor({ resources: ['litAction://*'] })
  const shown: (boolean | undefined)[] = []
  inspector.subscribe(({ result }) => void shown.push(result?.ok))
  await Promise.all([inspector.setText('{}'), inspector.setText(good), inspector.setText('hello'), inspector.setText(good)])
  expect(inspector.get()).toMatchObject({ text: good, isBusy: false, result: { ok: true } })
  expect(shown).not.toContain(false)
  await Promise.all([inspector.setText(good), inspector.setText('')])
  expect(inspector.get()).toMatchObject({ text: '', result: undefined, isBusy: false })
})

describeVectors('vectors/lit', () => {
  interface Sample {
    readonly name: string
    readonly sessionSigs: Readonly<Record<string, SessionSig>>
  }

  for (const file of ['v2/samples-2.1.161', 'v2/samples-2.2.63', 'v7/samples-7.4.0']) {
    it(`${file}: what other software signed is read; long over, it is refused for its time alone`, async () => {
      for (const { name, sessionSigs } of loadVectors<{ samples: Sample[] }>(`lit/${file}.json`).samples) {
        const view = await look(JSON.stringify(sessionSigs))
        expect(view.problem, name).toBeUndefined()
        expect(failedIn(view)?.[0], name).toBe('time')
        expect(view.audience, name).toBe(Object.keys(sessionSigs)[0])
        expect(view.result?.delegations.length, name).toBeGreaterThan(0)
      }
    })
  }

  it('v7/mutations: whatever was changed, there is a report', async () => {
    const { cases } = loadVectors<{ cases: { id: string; sessionSig?: unknown; raw?: string }[] }>('lit/v7/mutations.json')
    for (const { id, sessionSig, raw } of cases) {
      const { result, problem } = await look(raw ?? JSON.stringify(sessionSig))
      expect(result?.ok ?? problem, id).toSatisfy((said) => said === false || typeof said === 'string')
    }
  })
})
