/**
 * One row of the table: what was measured, ours, somebody else's, the ratio, and what it must be. A ratio is either how many times as fast ours is (`faster`, the more the
 * better) or how many times as much ours costs (`cost`, the less the better).
 */
import { ratioOf, spreadOf } from './measure.mjs'

/** Whether a number is as it must be; nothing where nothing is asked of it. */
export function isReached(value, must) {
  if (!must) return undefined
  return value >= (must.atLeast ?? -Infinity) && value <= (must.atMost ?? Infinity)
}

function finish(row, value) {
  const reached = isReached(value, row.must)
  return { ...row, ...(reached === undefined ? {} : { reached }) }
}

/** Of times by round, from `measure`. `times` names the two sides by their names there; `per` divides both, where a call did many; `must` is about the ratio unless it says otherwise. */
export function timeRow({ what, of, peer, times, ours = 'ours', kind = 'faster', must, per = 1 }) {
  const [a, b] = [times[ours], times[peer]]
  const ratio = kind === 'faster' ? ratioOf(b, a) : ratioOf(a, b)
  const each = (values) => spreadOf(values.map((value) => value / per))
  const row = { what, peer: of ?? peer, unit: 'ms', ours: each(a), theirs: each(b), ratio: { kind, ...ratio }, rounds: a.length }
  const wanted = must && { of: 'ratio', ...must }
  return finish({ ...row, ...(wanted ? { must: wanted } : {}) }, wanted?.of === 'ours' ? row.ours.median : ratio.median)
}

/** Of numbers that are simply so: bytes, packages. `must` is about ours. */
export function sizeRow({ what, peer, unit, ours, theirs, must }) {
  const exactly = (value) => ({ median: value, from: value, to: value })
  const compared = theirs === undefined ? {} : { theirs: exactly(theirs), ratio: { kind: 'smaller', ...exactly(theirs / ours) } }
  const row = {
    what,
    ...(peer ? { peer } : {}),
    unit,
    ours: exactly(ours),
    ...compared,
    ...(must ? { must: { of: 'ours', ...must } } : {}),
  }
  return finish(row, ours)
}
