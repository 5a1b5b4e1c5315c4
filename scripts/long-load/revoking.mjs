/** Sessions that end early, by the key's word and by the wallet's: what they signed before is refused from then on. */
import { askRevocation } from '@session-sigs/core'
import { viemSigner } from '@session-sigs/viem-signer'
import { host } from './requests.mjs'
import { createAccount } from './sessions.mjs'
import { domain } from './settings.mjs'
import { ask } from './wire.mjs'

const each = 12

export function createRevoking({ random, crowd, ledger, portOf, judge }) {
  /** Requests that no server has seen, with all that they need. */
  const signSome = ({ sign, path }) => Promise.all(Array.from({ length: each }, () => sign(`${path}?n=${ledger.next('never')}`)))

  async function tell(kind, statement, parts) {
    const sent = Date.now()
    const body = Buffer.from(JSON.stringify(statement))
    const request = { method: 'POST', path: '/session/revoke', headers: { host }, body }
    const { said } = await ask(portOf(random.below(2)), request)
    judge.judge(kind, { said, expected: '204', needs: ['store'], sent })
    // Signed before it was told, and as old as that: what Redis forgets is not asked about.
    if (said === '204' && sent > crowd.forgotten()) for (const one of parts) crowd.revoked.put({ parts: one, at: sent })
  }

  return {
    async byKey() {
      const party = await crowd.newParty(random.pick(['first', 'second']))
      await party.send(`${party.path}?n=${ledger.next('once')}`).catch(() => undefined)
      const parts = await signSome(party)
      await tell('revocation by the key', await party.end(), parts)
    },
    async byWallet() {
      const account = createAccount()
      const parties = [await crowd.newParty('first', { account }), await crowd.newParty('second', { account })]
      const parts = (await Promise.all(parties.map(signSome))).flat()
      await tell('revocation by the wallet', await askRevocation(viemSigner(account), { domain }), parts)
    },
  }
}
