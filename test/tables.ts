/** The rows of a document's table, read by tests that hold the document to what it says. */

/** A heading and what stands below it, up to the next one of any level. */
export function sectionOf(page: string, heading: string): string {
  const part = page.split(/^(?=#{1,6} )/m).find((text) => text.replace(/^#+ /, '').split('\n', 1)[0] === heading)
  if (part === undefined) throw new Error(`There is no heading "${heading}".`)
  return part
}

function cellsOf(line: string): string[] {
  return line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}

/** Each row of all tables in a text by the names of its columns. A row with a cell too many or too few is an error: it would not be shown as it was meant. */
export function rowsOf(text: string): Record<string, string>[] {
  let names: string[] | undefined
  const rows: Record<string, string>[] = []
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (!line.startsWith('|')) names = undefined
    else if (!names) names = cellsOf(line)
    else if (!/^[|\s:-]+$/.test(line)) {
      const cells = cellsOf(line)
      if (cells.length !== names.length) throw new Error(`${cells.length} cells for ${names.length} columns: ${line}`)
      rows.push(Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ''])))
    }
  }
  return rows
}
