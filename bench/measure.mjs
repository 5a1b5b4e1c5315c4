/**
 * Times by turns: each round runs a batch of every side, one after the other, and in the opposite order the next time. What slows the machine for a while slows all sides, and
 * the ratio of a round does not mind it. A batch lasts long enough for the clock, and what a side does once (compiling, caches) is done before the first round counts.
 */

/** `quick` is for developing the bench itself: three rounds are too few to say anything. */
export function paceOf({ quick = false } = {}) {
  return quick ? { rounds: 3, batch: 25, warm: 50 } : { rounds: 11, batch: 120, warm: 400 }
}

const sorted = (values) => values.toSorted((a, b) => a - b)

/** The middle one, and between which two the middle half lies. */
export function spreadOf(values) {
  const all = sorted(values)
  const at = (part) => all[Math.round((all.length - 1) * part)]
  return { median: at(0.5), from: at(0), to: at(1) }
}

/** Milliseconds that one call takes, over so many calls. What is synchronous is not awaited: that would cost a turn of its own. */
async function timeOf({ run, isAsync }, calls) {
  const start = performance.now()
  if (isAsync) for (let i = 0; i < calls; i += 1) await run()
  else for (let i = 0; i < calls; i += 1) run()
  return (performance.now() - start) / calls
}

/** Runs a side until it is warm, and says how many calls make a batch. */
async function prepare(run, { batch, warm }) {
  const first = run()
  const side = { run, isAsync: first instanceof Promise, calls: 1 }
  await first
  const end = performance.now() + warm
  let each = await timeOf(side, 1)
  let calls = 1
  while (performance.now() < end && each * calls < batch * 8) {
    each = await timeOf(side, calls)
    if (each * calls < batch) calls *= 2
  }
  return { ...side, calls: Math.max(1, Math.round(batch / each)) }
}

/**
 * Measures all sides of one comparison: name → function, called over and over, awaited where it gives a promise. Gives for each the time of a call in milliseconds, by round, in
 * the same order of rounds.
 */
export async function measure(sides, pace) {
  const prepared = []
  for (const [name, run] of Object.entries(sides)) prepared.push({ name, ...(await prepare(run, pace)) })
  const times = Object.fromEntries(prepared.map(({ name }) => [name, []]))
  for (let round = 0; round < pace.rounds; round += 1) {
    for (const side of round % 2 === 0 ? prepared : prepared.toReversed()) times[side.name].push(await timeOf(side, side.calls))
  }
  return times
}

/** How many times as long `a` takes as `b`: by round, and then the middle of those. */
export function ratioOf(a, b) {
  return spreadOf(a.map((value, i) => value / b[i]))
}
