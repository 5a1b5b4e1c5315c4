/** The results of a run as tables for people. */

const number = (value) => value.toLocaleString('en-US')
const row = (cells) => `| ${cells.join(' | ')} |`
const table = (head, rows) => [row(head), `|${'---|'.repeat(head.length)}`, ...rows.map(row)].join('\n')

function otherwise(said) {
  const parts = Object.entries(said).toSorted(([, a], [, b]) => b - a)
  return (
    parts.map(([what, count]) => `${what.includes(' ') && !/^\d/.test(what) ? what : `\`${what}\``} ${number(count)}`).join(', ') ||
    'nothing'
  )
}

const seconds = ({ median, longest }) => (longest === 0 ? 'at once' : `${median} s, at most ${longest} s`)

/** What nobody ordered: other programs of the machine took its time. */
const ofBusy = ({ times, answers, otherwise: said }) => [
  '*the machine busy with other programs*',
  times,
  number(answers),
  otherwise(said),
  '',
  '',
]

function faultTable({ faults, busy }) {
  const rows = faults.map((fault) => [
    ...[fault.name, fault.times, number(fault.answers), otherwise(fault.otherwise)],
    ...[seconds(fault.recoverySeconds), `${(fault.slowestMs / 1000).toFixed(1)} s`],
  ])
  if (busy.times > 0) rows.push(ofBusy(busy))
  return table(['fault', 'times', 'answers', 'otherwise than without it', 'right again after its end', 'slowest answer'], rows)
}

/** How they were without a verdict, as far as each was noted. */
function inWords(unavailable) {
  const said = {}
  for (const one of unavailable) said[one.said] = (said[one.said] ?? 0) + 1
  return unavailable.length === 0 ? '' : ` (${otherwise(said)})`
}

function totalTable({ totals, kinds, ledger, unfounded, complaints, heldBack, unavailable }) {
  const rows = [
    [`answers, of ${Object.keys(kinds).length} kinds, each with a known right one`, totals.answers],
    ['right', totals.right],
    ['`503` or none while a fault was felt, as it must be', totals.excused],
    ['wrong: something bad accepted, something good refused as bad, another error', totals.wrong],
    [`\`503\` or none while no fault explained it${inWords(unavailable)}`, totals.unavailable],
    ['accepted, by the handlers’ own count', ledger.accepted],
    ['accepted more than once', ledger.replays],
    ['bad ones accepted', ledger.bad],
    ['answered 200 without a handler', unfounded],
    ['warnings, unhandled rejections and the like in the servers', complaints.length],
    ['not sent, as too many were waiting', heldBack],
  ]
  return table(
    ['what', 'how many'],
    rows.map(([what, count]) => [what, number(count)]),
  )
}

function memoryTable(memory) {
  const cells = ({ framework, heapMB, externalMB, rssMB, sockets, files }) => [
    ...[framework, heapMB.toFixed(1), externalMB.toFixed(1), rssMB.toFixed(0), sockets, files],
  ]
  const rows = memory.map(({ minute, servers, redis }) => [minute, ...servers.flatMap(cells), redis.usedMB.toFixed(1)])
  const of = (name) => [name, 'heap', 'external', 'rss', 'sockets', 'files']
  return table(['minute', ...of('first'), ...of('second'), 'Redis'], rows)
}

/** What stands between the marks in the documents. */
export function tablesOf(results) {
  const { date, commit, machine, settings, seconds: took } = results
  const { processor, cores, node, redis } = machine
  const what = `${date}, commit \`${commit}\`: ${Math.round(took / 60)} minutes, ${settings.rate} requests a second, a fault every ${settings.every} s, seed ${settings.seed}.`
  const where = `${cores} cores of ${processor}, Node ${node.slice(1)}, Redis ${redis}.`
  return [
    `${what} ${where}`,
    totalTable(results),
    faultTable(results),
    'Memory in MB, after a collection. The first server lives as long as the run, with a new session each second, of which it remembers what fits into its bounds; the second is another process, of another framework, after each kill. The last line is after the load had ended:',
    memoryTable(results.memory),
  ].join('\n\n')
}
