/** Whether an answer is right, what a fault excuses, and how long it goes on doing so. */

/** What is no answer to whether a request is good: the service was not there. */
const isUnavailable = (said) => said === 'no answer' || said.startsWith('503 ')

const samples = 50
const late = ['503 verifier-unavailable']
/** How long after a process was late others may be, in milliseconds. */
const lateness = 3000

const newWindow = (name, allows) => ({ name, allows, from: Date.now(), until: 0, answers: 0, said: {}, last: 0, slowest: 0 })

/** `graceSeconds` is how long after its end a fault may still be felt. */
export function createJudge({ graceSeconds, log }) {
  const kinds = {}
  let times = 0
  /** Everything else that this machine does: where a process is not given its turn, Redis seems to be late. */
  const busy = newWindow('the machine busy with something else', { store: late, chain: late })
  const windows = [busy]
  const wrong = []
  const unavailable = []
  const totals = { answers: 0, right: 0, excused: 0, wrong: 0, unavailable: 0 }

  const allowedBy = ({ allows }, needs) => ['any', ...needs].flatMap((need) => allows[need] ?? [])

  /** Faults that were felt at any moment between then and now. */
  const felt = (since) => windows.filter(({ until }) => until + graceSeconds * 1000 >= since)

  // What was ordered here comes before what merely came with it.
  const byEnd = (a, b) => Number(b === busy) - Number(a === busy)

  function note(list, entry) {
    if (list.length < samples) list.push(entry)
    log(`! ${JSON.stringify(entry)}`)
  }

  /** `needs` is what an answer depends on besides the server: 'store', 'chain'. `sent` is when, in milliseconds since 1970. */
  function judge(kind, { said, expected, needs = [], sent }) {
    const now = Date.now()
    kinds[kind] ??= { answers: 0, right: 0, excused: 0 }
    const counts = kinds[kind]
    const around = felt(sent)
    counts.answers += 1
    totals.answers += 1
    for (const window of around) window.answers += 1
    for (const window of around) window.slowest = Math.max(window.slowest, now - sent)
    if ([expected].flat().includes(said)) {
      counts.right += 1
      totals.right += 1
      return
    }
    const excuse = around.toSorted(byEnd).findLast((window) => allowedBy(window, needs).includes(said))
    if (excuse) {
      counts.excused += 1
      totals.excused += 1
      excuse.said[said] = (excuse.said[said] ?? 0) + 1
      excuse.last = Math.max(excuse.last, sent)
      return
    }
    const entry = { at: new Date(sent).toISOString(), kind, said, expected, took: now - sent, faults: around.map(({ name }) => name) }
    const isAway = isUnavailable(said)
    totals[isAway ? 'unavailable' : 'wrong'] += 1
    note(isAway ? unavailable : wrong, entry)
  }

  /** A process was late by so many milliseconds. */
  function stumble(by) {
    const now = Date.now()
    // A fault that stops a process makes it late.
    if (felt(now - by).some((window) => window !== busy)) return
    times += now - by > busy.until + graceSeconds * 1000 ? 1 : 0
    busy.until = now + lateness - graceSeconds * 1000
  }

  return {
    stumble,
    busy: () => ({ times, answers: busy.answers, otherwise: busy.said }),
    ...{ kinds, windows, wrong, unavailable, totals, judge },
    /** From now on this is on, until `end`. */
    begin({ name, allows = {} }) {
      const window = { ...newWindow(name, allows), until: Number.POSITIVE_INFINITY }
      windows.push(window)
      return {
        end() {
          window.until = Date.now()
        },
        /** Seconds from the fault's end until the last request was sent that was answered otherwise than it should be. */
        recovery: () => Math.max(0, window.last - window.until) / 1000,
        window,
      }
    },
  }
}
