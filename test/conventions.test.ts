import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { listFiles } from './files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(root + path, 'utf8')
const tracked = listFiles(root)

/** Every code, read from the table itself: types are gone when tests run. */
const table = /interface SessionErrorTable \{([\s\S]*?)^\}/m.exec(read('packages/core/src/errors.ts'))?.[1] ?? ''
const codes = [...table.matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)].map((match) => match[1] ?? '')

const sources = tracked.filter((path) => /^(?:packages|apps)\/[^/]+\/src\/.*\.ts$/.test(path))

describe('docs/errors.md', () => {
  const page = read('docs/errors.md')
  const sections = [...page.matchAll(/^### `([^`]+)`$/gm)].map((match) => match[1])

  it('has a section for each code, and none for another', () => {
    expect(codes.length).toBeGreaterThan(40)
    expect(sections.toSorted()).toEqual(codes.toSorted())
  })

  it('says in each what happened and what to do', () => {
    for (const section of page.split(/^### /m).slice(1)) expect(section.split('\n').slice(1).join(' ').trim().length).toBeGreaterThan(60)
  })
})

describe('every source file', () => {
  it('there are some', () => expect(sources.length).toBeGreaterThan(30))

  it('has no `any`', () => {
    for (const path of sources) {
      const code = read(path).replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
      expect(code, path).not.toMatch(/\bas any\b|: any\b|<any\b|\bany\[\]/)
    }
  })

  it('has no suppression comment', () => {
    for (const path of sources) expect(read(path), path).not.toMatch(/@ts-(?:ignore|expect-error|nocheck)|biome-ignore|eslint-disable/)
  })
})

it('every code is thrown somewhere', () => {
  const all = sources
    .filter((path) => !/core\/src\/(?:errors|refusals|unfit)\.ts$/.test(path))
    .map(read)
    .join('\n')
  for (const code of codes) expect(all).toMatch(new RegExp(`(?:new SessionError|refusal|unfit|failure|requestError)\\('${code}'`))
})

it('every relative link in the documents leads to a file', () => {
  for (const path of tracked.filter((name) => name.endsWith('.md') && !name.startsWith('.changeset/'))) {
    for (const match of read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      const target = new URL(match[1] ?? '', `file://${root}${path}`)
      expect(existsSync(target), `${path} → ${match[1]}`).toBe(true)
    }
  }
})

/** The anchors of a page's headings, as forges make them. */
function anchorsOf(page: string): string[] {
  const text = read(page).replace(/^```[\s\S]*?^```$/gm, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

it('every link to a heading leads to one', () => {
  for (const path of tracked.filter((name) => name.endsWith('.md') && !name.startsWith('.changeset/'))) {
    for (const match of read(path).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)) {
      const target = match[1] ? new URL(match[1], `file://${root}${path}`).pathname.slice(root.length) : path
      expect(anchorsOf(target.endsWith('.md') ? target : `${target}/README.md`), `${path} → ${match[0]}`).toContain(match[2])
    }
  }
})

it('the lock file carries no download addresses', () => {
  expect(read('pnpm-lock.yaml')).not.toMatch(/https?:\/\//)
})
