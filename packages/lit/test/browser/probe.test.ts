import { it } from 'vitest'
import { describeLit, getSigs, greeting } from './rig.ts'

describeLit('probe', (lit) => {
  it('times', async () => {
    const profile = await lit.newProfile()
    const [here, there] = [await lit.newClient(profile), await lit.newClient(profile)]
    await getSigs(here)
    await getSigs(there)
    for (let i = 0; i < 4; i++) {
      const out = await here.evaluate(async () => {
        const t = performance.now()
        await window.lit.disconnectWeb3()
        return performance.now() - t
      })
      const time = (tab: typeof here) =>
        tab.evaluate(async (p) => {
          const t = performance.now()
          const a = await window.lit.outcome(window.litClient.getSessionSigs(p))
          return [performance.now() - t, 'code' in a ? a.message : 'ok']
        }, greeting)
      console.log(
        'signout',
        out,
        'first here',
        await time(here),
        'second here',
        await time(here),
        'there',
        await time(there),
        await time(there),
      )
    }
  })
  it('account switched after a reload', async () => {
    const { bob } = await import('../../../core/test/wallet.ts')
    const profile = await lit.newProfile()
    const tab = await lit.newClient(profile)
    await getSigs(tab)
    await tab.reload()
    await lit.start(tab)
    await getSigs(tab)
    await tab.evaluate(() => window.ethereum.request({ method: 'eth_requestAccounts' }))
    await profile.wallet.switchAccount(bob)
    for (let i = 0; i < 5; i++) {
      const a = await getSigs(tab)
      console.log(
        i,
        'value' in a ? JSON.parse(Object.values(a.value)[0]!.signedMessage).capabilities[0].address : a,
        bob.address,
        profile.wallet.signRequests.length,
      )
      await new Promise((r) => setTimeout(r, 100))
    }
  })
})
