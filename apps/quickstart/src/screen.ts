/** What a person sees: headings, facts, tables and verdicts, in colour where there is a terminal for it. */
export interface Screen {
  heading(text: string): void
  say(text?: string): void
  /** What somebody else says, set apart. */
  quote(lines: readonly string[]): void
  /** Names and what they are, in two columns. */
  facts(rows: readonly (readonly [string, string])[]): void
  table(head: readonly string[], rows: readonly (readonly string[])[]): void
  /** Says whether what should be is, and remembers if not. */
  expect(what: string, held: boolean): void
  /** Expectations so far: all, and those that held. */
  count(): { readonly all: number; readonly held: number }
}

const csi = '\u001b['
const codes = { bold: '1', dim: '2', red: '31', green: '32', cyan: '36' }

export function createScreen(print: (line: string) => void, colour: boolean): Screen {
  let [all, heldCount] = [0, 0]
  const paint = (style: keyof typeof codes, text: string): string => (colour ? `${csi}${codes[style]}m${text}${csi}0m` : text)

  function columns(rows: readonly (readonly string[])[]): string[][] {
    const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
    return rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
  }

  return {
    heading: (text) => print(`\n${paint('bold', text)}`),
    say: (text = '') => print(text && `  ${text}`),
    quote(lines) {
      for (const line of lines) print(`    ${paint('dim', `│ ${line}`)}`)
    },
    facts(rows) {
      for (const [name = '', value = ''] of columns(rows)) print(`  ${paint('dim', name)}  ${value.trimEnd()}`)
    },
    table(head, rows) {
      const [first = [], ...rest] = columns([head, ...rows])
      print(`  ${paint('dim', first.join('   ').trimEnd())}`)
      for (const row of rest) print(`  ${row.join('   ').trimEnd()}`)
    },
    expect(what, held) {
      all += 1
      if (held) heldCount += 1
      print(`  ${held ? paint('green', '✓') : paint('red', '✗')} ${what}`)
    },
    count: () => ({ all, held: heldCount }),
  }
}
