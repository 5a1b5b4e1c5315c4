/** The one table: every row, with its group's name above it. */
import { inUnit, mustInWords, ratioInWords, reachedInWords, spreadInWords } from './words.mjs'

export const columns = ['what', 'ours', 'beside', 'theirs', 'ours is', 'rounds gave', 'must be', 'reached']

/** The cells of a row, in words. */
export function cellsOf(row) {
  const { what, unit, ours, peer = '', theirs, ratio } = row
  const compared = ratio ? [inUnit(unit, theirs), ratioInWords(ratio), spreadInWords(ratio)] : ['', '', '']
  return [what, inUnit(unit, ours), peer, ...compared, mustInWords(row), reachedInWords(row)]
}

/** For the terminal. */
export function printTable(groups) {
  const all = groups.flatMap(({ rows }) => rows.map(cellsOf))
  const widths = columns.map((name, i) => Math.max(name.length, ...all.map((cells) => cells[i].length)))
  const line = (cells) =>
    console.log(
      cells
        .map((cell, i) => (i === 1 || i === 3 ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join('  ')
        .trimEnd(),
    )
  line(columns)
  for (const { title, rows } of groups.filter((group) => group.rows.length > 0)) {
    console.log(`\n${title}`)
    for (const row of rows) line(cellsOf(row))
  }
}

/** What each side does, below the table. */
export function printNotes(groups) {
  for (const { title, notes = [] } of groups) for (const note of notes) console.log(`\n${title}. ${note}`)
}

/** For a document. */
export function markdownTable(groups) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  const lines = [line(columns), line(['---', '--:', '---', '--:', '---', '---', '---', '---'])]
  for (const { title, rows } of groups.filter((group) => group.rows.length > 0)) {
    lines.push(line([`**${title}**`, ...columns.slice(1).map(() => '')]))
    lines.push(...rows.map((row) => line(cellsOf(row))))
  }
  return lines.join('\n')
}

/** Where the time goes: a table for each thing that was profiled, with what takes at least a hundredth of it. */
export function stageTables(groups) {
  const tables = groups
    .flatMap(({ stages = [] }) => stages)
    .map(({ what, shares }) => {
      const [main, small] = [shares.filter(([, share]) => share >= 1), shares.filter(([, share]) => share < 1)]
      const rest = small.reduce((sum, [, share]) => sum + share, 0)
      const all = [...main, ...(rest >= 0.1 ? [['what takes less than a hundredth each', rest]] : [])]
      return [`| ${what} | part |`, '|---|--:|', ...all.map(([name, share]) => `| ${name} | ${share.toFixed(1)} % |`)].join('\n')
    })
  return tables.join('\n\n')
}

export function missedOf(groups) {
  return groups.flatMap(({ rows }) => rows).filter(({ reached }) => reached === false)
}
