/** What goes wrong, and the button that leads out of it. */
import type { BrowserContext, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { describeApps, type Visit } from './app.ts'
import {
  button,
  card,
  ended,
  expectVerdicts,
  messageIn,
  narrow,
  notice,
  powers,
  press,
  read,
  row,
  says,
  see,
  sessionKey,
  signIn,
  unsee,
} from './steps.ts'

const allAccepted = ['Accepted', 'Accepted', 'Accepted']

/** The page's clock differs from the nodes' by so much; it goes on. */
function shiftClock(context: BrowserContext, minutes: number): Promise<unknown> {
  return context.addInitScript((milliseconds) => {
    const RealDate = Date
    const now = (): number => RealDate.now() + milliseconds
    // biome-ignore lint/suspicious/noGlobalAssign: what a clock that is off does to a page
    Date = class extends RealDate {
      constructor(...args: [] | [string | number | Date]) {
        super(...((args.length === 0 ? [now()] : args) as [number]))
      }
      static override now = now
    } as DateConstructor
  }, minutes * 60_000)
}

/** As where a person has forbidden the site to store anything. */
function disableStorage(context: BrowserContext): Promise<unknown> {
  return context.addInitScript(() => {
    const refuse = (): never => {
      throw new DOMException('Storage is disabled.', 'SecurityError')
    }
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) Object.defineProperty(window, name, { get: refuse })
  })
}

async function signedIn({ open }: Visit): Promise<Page> {
  const tab = await open()
  await signIn(tab)
  return tab
}

describeApps('trouble', ({ visit }) => {
  it('the wallet refuses: to sign in, to renew, to grant more; asked again, it signs', async () => {
    const { open, profile } = await visit()
    const { wallet } = profile
    const tab = await open()
    await read(tab)
    for (const ask of ['Sign in', 'Renew', 'Ask the wallet']) {
      wallet.answer = 'refuse'
      const asked = wallet.signRequests.length
      await press(tab, ask)
      await says(notice(tab), 'Nothing was signed, and everything is as it was.')
      expect(wallet.signRequests.length).toBe(asked + 1)
      wallet.answer = 'sign'
      const key = ask === 'Sign in' ? '' : await sessionKey(tab)
      await press(notice(tab), 'Ask again')
      await see(card(tab, 'Session'))
      await unsee(notice(tab))
      await expect.poll(() => wallet.signRequests.length).toBe(asked + 2)
      if (ask === 'Renew') await expect.poll(() => sessionKey(tab)).not.toBe(key)
    }
    await says(card(tab, 'What the key may do').locator('ul'), /any.*any/)
  })

  it('what went wrong can be put away', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await read(tab)
    profile.wallet.answer = 'refuse'
    await press(tab, 'Sign in')
    await see(notice(tab))
    await press(notice(tab), 'Dismiss')
    await unsee(notice(tab))
    await see(messageIn(tab))
  })

  it('while the wallet is asked, the button says so, and nothing else can be pressed by mistake', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await read(tab)
    profile.wallet.answer = 'hold'
    await press(tab, 'Sign in')
    await see(button(tab, 'Waiting for the wallet…'))
    await button(tab, 'Waiting for the wallet…').click({ force: true })
    await profile.wallet.whenAsked(1)
    profile.wallet.release()
    await see(card(tab, 'Session'))
    expect(profile.wallet.signRequests.length).toBe(1)
  })

  it('a node down: the others answer, and the button brings it back', async () => {
    const visited = await visit()
    const [, node = ''] = visited.site.network.urls
    const tab = await signedIn(visited)
    await press(tab, `Stop ${node}`)
    await see(button(tab, `Start ${node}`))
    await press(tab, 'Call all nodes')
    await expectVerdicts(tab, 'Nodes', ['Accepted', 'No answer', 'Accepted'])
    await says(notice(tab), `${node} is down`)
    await press(notice(tab), 'Start it again')
    await expectVerdicts(tab, 'Nodes', allAccepted)
    await unsee(notice(tab))
  })

  it('all nodes down: said, and mended by one button', async () => {
    const visited = await visit()
    const { network } = visited.site
    const tab = await signedIn(visited)
    for (const url of network.urls) await network.stop(url)
    await press(tab, 'Call all nodes')
    await expectVerdicts(tab, 'Nodes', ['No answer', 'No answer', 'No answer'])
    await says(notice(tab), '3 nodes did not answer')
    await press(notice(tab), 'Start them again')
    await expectVerdicts(tab, 'Nodes', allAccepted)
  })

  it('the node that the five powers are used at is down: another is used once that is known', async () => {
    const visited = await visit()
    const tab = await signedIn(visited)
    await visited.site.network.stop(visited.site.network.urls[0] ?? '')
    await press(tab, 'Use all five powers')
    await says(notice(tab), 'A node did not answer')
    await press(tab, 'Use all five powers')
    await expectVerdicts(tab, 'Five powers', ['Refused', 'Refused', 'Refused', 'Refused', 'Accepted'])
  })

  it('a signature that has ended is refused, with all its checks, and new ones are made at a button', async () => {
    const visited = await visit({ clockToleranceSeconds: 0 })
    const tab = await signedIn(visited)
    await tab.getByRole('combobox', { name: 'Each lives for' }).selectOption('10 seconds')
    await press(tab, 'Call all nodes')
    await expectVerdicts(tab, 'Nodes', allAccepted)
    const until = Date.parse((await card(tab, 'Signatures').locator('time').getAttribute('datetime')) ?? '')
    await expect.poll(() => Date.now(), { timeout: 15_000, interval: 200 }).toBeGreaterThan(until)
    await press(tab, 'Send the same again')
    await expectVerdicts(tab, 'Nodes', ['Refused', 'Refused', 'Refused'])
    await says(notice(tab), 'The signatures have ended')
    const first = row(tab, 'Nodes', visited.site.network.urls[0] ?? '')
    await first.locator('summary').click()
    const failed = first.locator('ol > li[data-status="failed"]')
    await says(failed, 'time')
    await says(failed, 'ended')
    await press(notice(tab), 'Sign new ones')
    await expectVerdicts(tab, 'Nodes', allAccepted)
    expect(visited.profile.wallet.signRequests.length).toBe(1)
  })

  it('a session that has ended says so, and begins anew at a button', async () => {
    const { open, profile } = await visit()
    const tab = await open()
    await tab.clock.install()
    await signIn(tab, { lifetime: '1 minute' })
    await says(card(tab, 'Session'), 'Ends soon')
    await tab.clock.fastForward('01:05')
    await says(ended(tab), 'The session has ended')
    await press(tab, 'Sign in again')
    await see(card(tab, 'Session'))
    expect(profile.wallet.signRequests.length).toBe(2)
  })

  it('storage disabled: everything works, and lasts as long as the page', async () => {
    const { open, profile } = await visit()
    await disableStorage(profile.context)
    const tab = await open()
    await signIn(tab, { powers: [powers.action, powers.pkp] })
    await says(card(tab, 'Session'), 'only in this page')
    await press(tab, 'Call all nodes')
    await expectVerdicts(tab, 'Nodes', allAccepted)
    await press(tab, 'Renew')
    await expect.poll(() => profile.wallet.signRequests.length).toBe(2)
    await press(tab, 'Sign out')
    await see(ended(tab))
    await tab.reload()
    await see(card(tab, 'What may the session key do?'))
  })

  const clocks = [-10, 10].flatMap((minutes) => (['Nodes', 'Five powers'] as const).map((first) => [minutes, first] as const))
  it.each(clocks)(
    'the clock %i minutes off: the nodes say so, the client learns it, and the calls succeed, %s first',
    async (minutes, first) => {
      const visited = await visit()
      const { wallet } = visited.profile
      await shiftClock(visited.profile.context, minutes)
      const tab = await signedIn(visited)
      const calls = {
        Nodes: { button: 'Call all nodes', verdicts: allAccepted },
        'Five powers': { button: 'Use all five powers', verdicts: ['Refused', 'Refused', 'Refused', 'Refused', 'Accepted'] },
      }
      for (const part of [first, first === 'Nodes' ? 'Five powers' : 'Nodes'] as const) {
        await press(tab, calls[part].button)
        await expectVerdicts(tab, part, calls[part].verdicts)
        // A delegation that begins in ten minutes is of no use yet: the wallet is asked once more.
        expect(wallet.signRequests.length).toBe(minutes > 0 ? 2 : 1)
      }
    },
  )

  it('a site that knows no nodes says how to start them, and looks again', async () => {
    const { complaints, open, site } = await visit()
    site.tellsOfNetwork = false
    const tab = await open()
    await says(card(tab, 'No nodes found'), 'npm run dev')
    await press(tab, 'Try again')
    await see(card(tab, 'No nodes found'))
    expect(complaints.splice(0)).toEqual(Array(2).fill(expect.stringContaining('404')))
    site.tellsOfNetwork = true
    await press(tab, 'Try again')
    await see(card(tab, 'What may the session key do?'))
  })

  it('signed out in another tab while this one signs: said, and in again at a button', async () => {
    const visited = await visit()
    const tab = await signedIn(visited)
    const other = await visited.open()
    await see(card(other, 'Session'))
    visited.profile.wallet.answer = 'hold'
    await press(tab, 'Renew')
    await visited.profile.wallet.whenAsked(2)
    await press(other, 'Sign out')
    await see(ended(tab))
    visited.profile.wallet.release()
    visited.profile.wallet.answer = 'sign'
    await see(ended(tab))
    await press(ended(tab), 'Sign in again')
    await see(card(tab, 'Session'))
    await see(card(other, 'Session'))
  })

  it('one more power, with an id that cannot be one: told beside the field, and the wallet is left alone', async () => {
    const visited = await visit()
    const tab = await signedIn(visited)
    await narrow(card(tab, 'What the key may do').getByRole('group', { name: /^How much of/ }), 'two words')
    await says(card(tab, 'What the key may do'), 'An id has no space in it.')
    expect(await button(tab, 'Ask the wallet').getAttribute('aria-disabled')).toBe('true')
    expect(visited.profile.wallet.signRequests.length).toBe(1)
  })
})
