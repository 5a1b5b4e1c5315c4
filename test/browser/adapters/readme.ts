/** A package's README shows what is tested. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The README has one example, in a block of that language, and it is the fixture. */
export function testReadme(readme: URL, language: string, fixture: URL): void {
  const blocks = readFileSync(readme, 'utf8').matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))
  const shown = Array.from(blocks, (match) => match[1])

  it('the example of the README is the one that is tested', () => {
    expect(shown).toEqual([readFileSync(fixture, 'utf8')])
  })

  it('and has 15 lines at most', () => {
    const lines = shown
      .join('')
      .split('\n')
      .filter((line) => line.trim() !== '')
    expect(lines.length).toBeLessThanOrEqual(15)
  })
}
