import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it, vi } from 'vitest'
import { listFiles } from './files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = `${root}docs/examples/`
const examples = readdirSync(folder)
const pages = listFiles(root).filter((path) => path.endsWith('.md'))

/** The parts of the examples that documents show. */
const shown = examples.flatMap((file) =>
  [...readFileSync(folder + file, 'utf8').matchAll(/^\/\/ begin.*\n([\s\S]*?)^\/\/ end$/gm)].map((match) => match[1]?.trim()),
)
const blocks = pages.flatMap((page) =>
  [...readFileSync(root + page, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map((match) => ({ page, code: match[1]?.trim() })),
)

afterEach(() => {
  vi.restoreAllMocks()
})

for (const file of examples) {
  it(`docs/examples/${file} runs`, async () => {
    vi.spyOn(console, 'log').mockImplementation(() => undefined)
    await import(/* @vite-ignore */ folder + file)
  })
}

it('every example in a document is one that runs', () => {
  expect(blocks.length).toBeGreaterThan(10)
  for (const { page, code } of blocks) expect(shown, `${page}: ${code?.slice(0, 200)}`).toContain(code)
})

it('every example that runs is in a document', () => {
  for (const code of shown)
    expect(
      blocks.map((block) => block.code),
      code?.slice(0, 200),
    ).toContain(code)
})
