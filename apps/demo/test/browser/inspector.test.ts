/** The inspector: whatever is pasted is read as a verifier would, and explained. */
import { createSessionClient, type Resource } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { alice } from '../../../../packages/core/test/wallet.ts'
import { describeApps } from './app.ts'
import { button, card, expectVerdicts, press, says, see, signIn } from './steps.ts'

const node = 'https://node.example'
const pasted = (tab: Page): Locator => tab.getByRole('textbox', { name: 'Session signature, as JSON' })
const checks = (tab: Page): Locator => card(tab, 'Checks').locator('ol > li')

/** A signature that has nothing to do with the demo. */
async function foreignSignature(resources: readonly Resource[] = ['litPKP://42']): Promise<Readonly<Record<string, string>>> {
  const client = createSessionClient({ nodes: [node], signer: viemSigner(alice), domain: 'app.example' })
  return { ...(await client.getSessionSigs({ resources })) }[node] as unknown as Record<string, string>
}

async function expectChecks(tab: Page, passed: number): Promise<void> {
  const all = (): Promise<(string | undefined)[]> =>
    checks(tab).evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset['status']))
  const expected = Array.from({ length: 16 }, (_, i) => (i < passed ? 'passed' : i === passed ? 'failed' : 'not-reached'))
  await expect.poll(all, { timeout: 20_000 }).toEqual(expected)
}

describeApps('the inspector', ({ visit }) => {
  it('the signature of a call that was just made: who, what, whom, until when; and each check passed', async () => {
    const { open } = await visit()
    const tab = await open()
    await signIn(tab)
    await press(tab, 'Call all nodes')
    await expectVerdicts(tab, 'Nodes', ['Accepted', 'Accepted', 'Accepted'])
    await tab.getByRole('link', { name: 'Inspector' }).click()
    await press(tab, 'Use the last signature')
    await expectChecks(tab, 16)
    await says(card(tab, 'Verdict'), 'Accepted')
    await says(card(tab, 'Delegation'), alice.address)
    await says(card(tab, 'Delegation'), 'Run any registered action in your name')
    await card(tab, 'Delegation').locator('summary').click()
    await says(card(tab, 'Delegation').locator('pre'), /wants you to sign in with your Ethereum account/)
    for (const item of await checks(tab).all()) expect(((await item.textContent()) ?? '').length).toBeGreaterThan(40)
  })

  it('a signature from anywhere can be asked for another resource, and for another node', async () => {
    const { open } = await visit()
    const tab = await open('#inspector')
    await pasted(tab).fill(JSON.stringify(await foreignSignature(['litPKP://42', 'litAction://QmExample'])))
    await expectChecks(tab, 16)
    await says(card(tab, 'Delegation'), 'app.example')
    await tab
      .getByRole('combobox', { name: 'Resource' })
      .or(tab.getByRole('textbox', { name: 'Resource' }))
      .fill('litPKP://43')
    await expectChecks(tab, 4)
    await says(checks(tab).nth(4), 'litPKP://43 is not among the resources')
    await tab
      .getByRole('combobox', { name: 'Resource' })
      .or(tab.getByRole('textbox', { name: 'Resource' }))
      .fill('litAction://QmExample')
    await expectChecks(tab, 16)
    await tab.getByRole('textbox', { name: 'Node' }).fill('https://other.example')
    await expectChecks(tab, 6)
  })

  it('a changed signature fails where it was changed, and the rest is not reached', async () => {
    const { open } = await visit()
    const tab = await open('#inspector')
    const sig = await foreignSignature()
    await pasted(tab).fill(JSON.stringify({ ...sig, signedMessage: sig['signedMessage']?.replace('litPKP://42', 'litPKP://43') }))
    await expectChecks(tab, 2)
    await says(card(tab, 'Verdict'), 'Refused')
  })

  it.each([
    ['no JSON', 'hello'],
    ['another JSON', '[1, 2, 3]'],
    ['half of one', '{"sig":"00","derivedVia":"litSessionSignViaNacl"'],
    ['markup', '<img src=x onerror=alert(1)>'],
    ['a very long text', 'x'.repeat(400_000)],
  ])('%s: said, and nothing breaks', async (_, text) => {
    const { open } = await visit()
    const tab = await open('#inspector')
    await pasted(tab).fill(text)
    await see(card(tab, 'Verdict').or(tab.locator('#inspector-problem').filter({ hasText: /\w/ })))
    await pasted(tab).fill(JSON.stringify(await foreignSignature()))
    await expectChecks(tab, 16)
    await pasted(tab).fill('')
    await see(tab.getByText('Nothing to show yet.'))
  })

  it('it needs neither wallet nor session', async () => {
    const { open } = await visit()
    const tab = await open('#inspector')
    await see(tab.getByText('Sign in and call all nodes, and a signature can be looked at here.'))
    expect(await button(tab, 'Use the last signature').count()).toBe(0)
  })
})
