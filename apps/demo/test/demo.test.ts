/** What a person does on the page, with real nodes and a real account behind the wallet. */
import { observeSession } from '@session-sigs/core'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  closePages,
  createWallet,
  noticeOn,
  openWith,
  type Site,
  signedIn,
  signIn,
  startSite,
  statuses,
  takeWayOut,
  until,
} from './site.ts'

let site: Site

beforeAll(async () => {
  site = await startSite()
})
afterEach(() => {
  closePages()
  vi.useRealTimers()
})
afterAll(() => site.close())

describe('reading the message', () => {
  it('shows exactly what the wallet is then asked to sign, and what it says', async () => {
    const wallet = createWallet()
    const { demo, actions } = await openWith(site, wallet)
    demo.choosePower('PKP', { isWanted: true, extent: 'one', id: ' 42 ' })
    demo.chooseLifetime('1-hour')
    await demo.read()
    const { message } = demo.get()
    expect(message).toMatchObject({ site: site.location.host, address: wallet.accounts[0], key: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(message?.powers).toEqual([
      { capability: 'litPKPCapability://42', words: 'Sign with the network’s key number 42' },
      { capability: 'litActionCapability://*', words: 'Run any registered action in your name' },
    ])
    expect(Date.parse(message?.until ?? '') - Date.now()).toBeGreaterThan(3_590_000)
    expect(Date.parse(message?.until ?? '') - Date.now()).toBeLessThanOrEqual(3_600_000)
    expect(wallet.asked).toEqual([])

    await demo.signIn(actions)
    expect(wallet.asked).toEqual([message?.text])
    expect(demo.get().message).toBeUndefined()
  })

  it('calls the wallet in the same turn as the button', async () => {
    const wallet = createWallet()
    const { demo, actions } = await openWith(site, wallet)
    await demo.read()
    const done = demo.signIn(actions)
    expect(wallet.asked).toHaveLength(1)
    await done
  })

  it('is the one that the wallet is asked for, also long after it was read', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const wallet = createWallet()
    const shown: (string | undefined)[] = []
    const request: typeof wallet.request = (args) => {
      if (args.method === 'personal_sign') shown.push(page.demo.get().message?.text)
      return wallet.request(args)
    }
    const page = await openWith(site, { ...wallet, request })
    page.demo.chooseStorage('memory')
    await page.demo.read()
    const { message } = page.demo.get()
    // The client has given the question back, so that other tabs can ask.
    vi.advanceTimersByTime(61_000)
    await page.demo.signIn(observeSession(page.demo.get().client ?? page.client).actions)
    expect(shown).toEqual(wallet.asked)
    expect(shown).not.toEqual([message?.text])
  })

  it('is not written for choices that were changed, nor is it told what went wrong with it', async () => {
    const wallet = createWallet()
    let person = (_: { readonly refuse: () => void }): void => undefined
    const asked = new Promise<{ readonly refuse: () => void }>((resolve) => {
      person = resolve
    })
    const request: typeof wallet.request = () =>
      new Promise((_, reject) => person({ refuse: () => reject(Object.assign(new Error('User rejected the request.'), { code: 4001 })) }))
    const page = await openWith(site, { ...wallet, request })
    const reading = page.demo.read()
    const { refuse } = await asked
    page.demo.chooseLifetime('1-hour')
    refuse()
    await reading
    expect(page.demo.get()).toMatchObject({ isReading: false, message: undefined, notice: undefined })
  })

  it('is dropped when something else is chosen, also while it is being written', async () => {
    const { demo } = await openWith(site, createWallet())
    await demo.read()
    demo.chooseLifetime('7-days')
    expect(demo.get().message).toBeUndefined()
    const reading = demo.read()
    expect(demo.get().isReading).toBe(true)
    demo.choosePower('RLI', { isWanted: true })
    expect(demo.get().isReading).toBe(false)
    await reading
    expect(demo.get().message).toBeUndefined()
    await demo.read()
    expect(demo.get().message?.powers.map(({ capability }) => capability)).toEqual(['litRLICapability://*', 'litActionCapability://*'])
    demo.discard()
    expect(demo.get().message).toBeUndefined()
  })

  it('is dropped when the wallet goes to another account, and not when it only connects', async () => {
    const wallet = createWallet()
    const { demo } = await openWith(site, wallet)
    await demo.read()
    wallet.select(0)
    expect(demo.get().message).toBeDefined()
    wallet.select(1)
    expect(demo.get().message).toBeUndefined()
  })

  it('says why it cannot be read yet', async () => {
    const { demo } = await openWith(site, createWallet())
    expect(demo.get().problem).toBeUndefined()
    demo.choosePower('Action', { isWanted: false })
    expect(demo.get().problem).toBe('Choose at least one power.')
    demo.choosePower('PKP', { isWanted: true, extent: 'one' })
    expect(demo.get().problem).toBe('One of the powers is not complete yet.')
    const problemWith = (id: string) => {
      demo.choosePower('PKP', { id })
      return demo.get().powers.find(({ type }) => type === 'PKP')?.problem
    }
    expect(['', '*', '4*', '4 2', '42'].map(problemWith)).toEqual([
      'Write which one.',
      'For all of them, choose “Any”.',
      'An id has no “*” in it.',
      'An id has no space in it.',
      undefined,
    ])
    expect(demo.get().problem).toBeUndefined()
  })

  it('asks nobody where the wallet is on an account whose session grants it all', async () => {
    const wallet = createWallet()
    const { demo, client } = await signedIn(site, wallet)
    wallet.select(1)
    await until(client, ({ status }) => status === 'signed-out')
    await demo.read()
    expect(demo.get().message?.address).toBe(wallet.accounts[1])
    demo.discard()
    wallet.select(0)
    await until(client, ({ status }) => status === 'signed-in')
    await demo.read()
    expect(demo.get()).toMatchObject({ message: undefined, isReading: false, notice: undefined })
    expect(wallet.asked).toHaveLength(1)
  })
})

describe('calling', () => {
  it('all nodes accept, each its own signature, and nobody is asked', async () => {
    const wallet = createWallet()
    const { demo, actions } = await signedIn(site, wallet)
    const rows: (readonly string[])[] = []
    demo.subscribe(({ nodeCalls }) => void rows.push(statuses(nodeCalls)))
    await demo.callNodes(actions)
    const { nodeCalls, isCalling, kept } = demo.get()
    expect(nodeCalls.map(({ id, status, words }) => [id, status, words])).toEqual(
      site.network.urls.map((url) => [url, 'accepted', expect.stringMatching(/^Hello from 0x.{4}….{4}, who sent/)]),
    )
    expect(rows).toContainEqual(['busy', 'busy', 'busy'])
    expect(isCalling).toBe(false)
    expect(Date.parse(kept?.until ?? '')).toBeGreaterThan(Date.now())
    expect(wallet.asked).toHaveLength(1)
  })

  it('all five powers are used with what was granted for all of them', async () => {
    const page = await openWith(site, createWallet())
    for (const { type } of page.demo.get().powers) page.demo.choosePower(type, { isWanted: true })
    await page.demo.read()
    await page.demo.signIn(page.actions)
    await page.demo.callPowers(page.actions)
    expect(page.demo.get().powerCalls.map(({ id, status, words }) => [id, status, words])).toEqual([
      ['EncryptionCondition', 'accepted', 'Opened: “The key is under the mat.”'],
      ['SigningCondition', 'accepted', expect.stringContaining('Attested')],
      ['PKP', 'accepted', expect.stringMatching(/^Signed by 0x/)],
      ['RLI', 'accepted', 'The limit is lifted.'],
      ['Action', 'accepted', expect.stringContaining('Hello from')],
    ])
  })

  it('the ids that the form shows as examples are those that the nodes ask for', async () => {
    const page = await openWith(site, createWallet())
    for (const { type, example } of page.demo.get().powers) page.demo.choosePower(type, { isWanted: true, extent: 'one', id: example })
    await page.demo.read()
    await page.demo.signIn(page.actions)
    await page.demo.callPowers(page.actions)
    // Every sealed note has an id of its own.
    expect(statuses(page.demo.get().powerCalls)).toEqual(['refused', 'accepted', 'accepted', 'accepted', 'accepted'])
  })

  it('what was not granted is refused, with every check and the one that failed', async () => {
    const page = await signedIn(site, createWallet())
    await page.demo.callPowers(page.actions)
    const { powerCalls } = page.demo.get()
    expect(statuses(powerCalls)).toEqual(['refused', 'refused', 'refused', 'refused', 'accepted'])
    const pkp = powerCalls.find(({ id }) => id === 'PKP')
    expect(pkp).toMatchObject({ code: 'delegation-scope', resource: 'litPKP://42' })
    expect(pkp?.checks.map(({ name, status }) => [name, status])).toEqual([
      ['request', 'passed'],
      ['delegation.shape', 'passed'],
      ['delegation.message', 'passed'],
      ['delegation.domain', 'passed'],
      ['delegation.time', 'passed'],
      ['delegation.key', 'passed'],
      ['delegation.recap', 'passed'],
      ['delegation.grant', 'failed'],
      ['delegation.signature', 'not-reached'],
      ['revocation', 'not-reached'],
    ])
    expect(pkp?.checks[7]).toMatchObject({ explanation: expect.stringMatching(/\.$/), hint: expect.stringContaining('litPKP://42') })
    expect(noticeOn(page)).toBeUndefined()
  })

  it.each([
    [-1, 1],
    [1, 2],
  ])('a clock that is %i hours off is put right, whatever is called, and what was signed is signed again', async (hours, asked) => {
    for (const [call, rows] of [
      ['callNodes', 'nodeCalls'],
      ['callPowers', 'powerCalls'],
    ] as const) {
      const wallet = createWallet()
      const page = await openWith(site, wallet, { now: () => new Date(Date.now() + hours * 3_600_000) })
      for (const { type } of page.demo.get().powers) page.demo.choosePower(type, { isWanted: true })
      await signIn(page)
      await page.demo[call](page.actions)
      expect(new Set(statuses(page.demo.get()[rows]))).toEqual(new Set(['accepted']))
      expect(Math.abs(page.client.now().getTime() - Date.now())).toBeLessThan(5_000)
      // A delegation that begins in an hour is of no use yet.
      expect(wallet.asked).toHaveLength(asked)
      expect(noticeOn(page)).toBeUndefined()
    }
  })

  it('a signed request is good once, and what a node says to it the second time is explained', async () => {
    const page = await signedIn(site, createWallet())
    await page.demo.callPowers(page.actions)
    expect(page.demo.get().kept).toMatchObject({ isOnce: true })
    await page.demo.resend()
    const { powerCalls } = page.demo.get()
    expect(powerCalls.map(({ code }) => code)).toEqual([...Array(4).fill('delegation-scope'), 'nonce-used'])
    expect(powerCalls.at(-1)?.checks).toMatchObject([
      { name: 'nonce-used', status: 'failed', explanation: expect.stringMatching(/good once/), hint: expect.stringContaining('before') },
    ])
    expect(noticeOn(page)).toMatchObject({ title: 'Each was good once', remedy: { name: 'call-powers' } })
    await takeWayOut(page)
    expect(page.demo.get().powerCalls.at(-1)?.status).toBe('accepted')
    expect(noticeOn(page)).toBeUndefined()
  })

  it('the last signature stays to be looked into when requests were signed after it', async () => {
    const page = await signedIn(site, createWallet())
    await page.demo.callPowers(page.actions)
    expect(page.demo.lastSignature()).toBeUndefined()
    await page.demo.callNodes(page.actions)
    const sig = page.demo.lastSignature()
    await page.demo.callPowers(page.actions)
    expect(page.demo.lastSignature()).toBe(sig)
  })

  it('gives the last signature to look into', async () => {
    const page = await signedIn(site, createWallet())
    expect(page.demo.lastSignature()).toBeUndefined()
    await page.demo.callNodes(page.actions)
    expect(JSON.parse(page.demo.lastSignature() ?? '')).toMatchObject({ derivedVia: 'litSessionSignViaNacl' })
  })
})
