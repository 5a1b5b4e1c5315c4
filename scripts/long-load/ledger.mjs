/** What the servers accepted, request by request, as their handlers saw it; and what they may accept. */

/** More requests than any run makes. */
const most = 20_000_000

export function createLedger() {
  let last = 0
  /** How often each was accepted, by its number. */
  const times = new Uint8Array(most)
  const never = new Uint8Array(most)
  const seen = new Uint8Array(most)
  const found = { accepted: 0, replays: 0, bad: 0, nonsense: 0 }
  return {
    found,
    /** A number for a request that may be accepted once, or never. */
    next(may) {
      last += 1
      if (may === 'never') never[last] = 1
      return last
    },
    /** A handler was called for it. */
    accepted(number) {
      const at = Number(number)
      if (!(at >= 1 && at <= last)) {
        found.nonsense += 1
        return
      }
      found.accepted += 1
      times[at] = Math.min(255, times[at] + 1)
      if (never[at] === 1) found.bad += 1
      else if (times[at] > 1) found.replays += 1
    },
    /** Whoever sent it was told that it was accepted. */
    told(number) {
      seen[number] = 1
    },
    /** How many were said to be accepted by a server whose handler never saw them. */
    unfounded() {
      let count = 0
      for (let at = 1; at <= last; at += 1) if (seen[at] === 1 && times[at] === 0) count += 1
      return count
    },
  }
}
