/** A steady load: so many requests a second, each of a kind by chance, while sessions come and go. */
import { createKinds, weights } from './kinds.mjs'
import { createRevoking } from './revoking.mjs'

const tick = 25
/** How much later than it should this process may get its turn, in milliseconds. */
const turn = 300
/** So many may be under way: a server that stands still is not buried. */
const most = 3000

export function createLoad({ random, crowd, ledger, portOf, judge, rate }) {
  const kinds = createKinds({ random, crowd, ledger, portOf })
  const revoking = createRevoking({ random, crowd, ledger, portOf, judge })
  const upkeep = [
    { every: 1000, work: crowd.renew },
    { every: 3000, work: revoking.byKey },
    { every: 10_000, work: revoking.byWallet },
  ].map((one) => ({ ...one, last: Date.now() }))
  const underWay = new Set()
  const state = { factor: 1, heldBack: 0, broken: [] }

  function follow(work) {
    const done = work().then(
      () => underWay.delete(done),
      (error) => {
        underWay.delete(done)
        if (state.broken.length < 20) state.broken.push(error.stack)
      },
    )
    underWay.add(done)
  }

  async function one() {
    const kind = random.weighted(weights)
    const sent = Date.now()
    const outcome = await kinds[kind]()
    if (outcome) judge.judge(kind, { ...outcome, sent })
  }

  let owed = 0
  let before = performance.now()
  function play() {
    const now = performance.now()
    if (now - before > tick + turn) judge.stumble(now - before)
    // After a pause of this process itself a second is made up for, and no more.
    owed += (Math.min(now - before, 1000) / 1000) * rate * state.factor
    before = now
    for (; owed >= 1; owed -= 1) {
      if (underWay.size < most) follow(one)
      else state.heldBack += 1
    }
    for (const job of upkeep)
      if (Date.now() - job.last >= job.every) {
        job.last = Date.now()
        follow(job.work)
      }
  }
  const timer = setInterval(play, tick)

  return {
    state,
    follow,
    async stop() {
      clearInterval(timer)
      while (underWay.size > 0) await Promise.all(underWay)
    },
  }
}
