/** What the documents say of speed and size is what was measured, and what has to be reached was. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { chartsOf, fillPage } from '../bench/document.mjs'
import { reasonOf } from '../bench/explained.mjs'
import { peerVersions } from '../bench/machine.mjs'
import { isReached, type Results, type Row } from '../bench/rows.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(root + path, 'utf8')
const results: Results = JSON.parse(read('bench/results.json'))
const rows = results.groups.flatMap((group) => group.rows)

/** What has to be reached: the rows it is asked of, how many these are, and what. Written down a second time, so that no bound gets lower, or lost, unnoticed. */
const bounds: readonly (readonly [what: RegExp, peer: RegExp, count: number, must: Row['must']])[] = [
  [/^getSessionSigs, delegation at hand, 100? nodes$/, /^Lit SDK/, 4, { of: 'ratio', atLeast: 100 }],
  [/^getSessionSigs, delegation at hand, 100? nodes?$/, /^bare signatures$/, 2, { of: 'ratio', atMost: 1.25 }],
  [/^getSessionSigs, delegation at hand, 1 node$/, /^bare signatures$/, 1, { of: 'ratio', atMost: 1.25 }],
  [/^First getSessionSigs, 1 node, (?:viem|ethers|RPC)$/, /^the wallet alone$/, 3, { of: 'ratio', atMost: 1.3 }],
  [/^First getSessionSigs, (?:1 node|10 nodes), viem$/, /^(?:Lit SDK|did-session|@dfinity)/, 8, { of: 'ratio', atLeast: 1 }],
  [/^verify, delegation cached, (?:one at a time|16 in flight)$/, /^bare crypto\.verify$/, 2, { of: 'ratio', atLeast: 0.85 }],
  [/^verify, delegation cached, one at a time$/, /^dids|^Lit SDK/, 2, { of: 'ratio', atLeast: 1 }],
  [/^verify, .* on two cores$/, /^ours on one core$/, 1, { of: 'ratio', atLeast: 1.8 }],
  [/^verify, .* with sodium-native$/, /^openssl speed/, 1, { of: 'ratio', atLeast: 1.6 }],
  [/^verify, cold delegation, JavaScript alone$/, /^siwe/, 1, { of: 'ratio', atLeast: 1.5 }],
  [/^verify, cold delegation, with secp256k1 \(native\)$/, /^siwe/, 1, { of: 'ratio', atLeast: 6 }],
  [/^SIWE, /, /^siwe/, 3, { of: 'ratio', atLeast: 80 }],
  [/^SIWE, /, /^viem\/siwe/, 3, { of: 'ratio', atLeast: 1 }],
  [/^A verified request .* 1 thread /, /^one bare crypto\.verify$/, 1, { of: 'ratio', atLeast: 0.85 }],
  [/^Client bundle, minified and gzipped$/, /^Lit SDK|^did-session/, 3, { of: 'ours', atMost: 13_000 }],
  [/^Verifier bundle, minified and gzipped$/, /./, 3, { of: 'ours', atMost: 30_000 }],
  [/^Installed size/, /./, 6, { of: 'ours', atMost: 3_000_000 }],
  [/^Packages installed/, /./, 6, { of: 'ours', atMost: 4 }],
  [/^Import time, (?:client|verifier)$/, /./, 6, { of: 'ours', atMost: 15 }],
  [/^Memory of all that a verifier remembers/, /^$/, 1, { of: 'ours', atMost: 80_000_000 }],
  [/^Growth of getSessionSigs with nodes, 1 to 1000$/, /^$/, 1, { of: 'ours', atMost: 1.15 }],
  [/^Growth of (?:getSessionSigs|verify, cached|verify, cold) with capabilities, 1 to 32$/, /^$/, 3, { of: 'ours', atMost: 1.15 }],
  [/^Growth of (?:getSessionSigs|verify, cached|verify, cold) with resources, 1 to 1000$/, /^$/, 3, { of: 'ours', atMost: 1.15 }],
  [/^Growth of .* with kilobytes of the message, 0\.3 to 64$/, /^$/, 5, { of: 'ours', atMost: 1.15 }],
]

describe('bench/results.json', () => {
  it('is of a whole run, of the versions that are in bench/package.json', () => {
    expect(results.isWhole).toBe(true)
    expect(results.peers).toEqual(peerVersions())
  })

  it.each(bounds)('%s, beside %s: %i rows', (what, peer, count, must) => {
    const found = rows.filter((row) => what.test(row.what) && peer.test(row.peer ?? ''))
    expect(found.map((row) => row.must)).toEqual(Array.from({ length: count }, () => must))
  })

  it('says whether what has to be reached is, as the numbers do, and explains each that is not', () => {
    for (const row of rows) {
      if (row.must === undefined) continue
      const value = row.must.of === 'ours' ? row.ours.median : (row.ratio?.median ?? Number.NaN)
      expect({ row, reached: row.reached }).toEqual({ row, reached: isReached(value, row.must) })
      if (!row.reached) expect(reasonOf(row), `${row.what}, beside ${row.peer}`).toMatch(/^[A-Z].{50,}\.$/)
    }
  })

  it('has seven rounds or more wherever time was measured', () => {
    const timed = rows.filter((row) => row.unit === 'ms')
    expect(timed.length).toBeGreaterThan(40)
    for (const { what, rounds } of timed) expect(rounds, what).toBeGreaterThanOrEqual(7)
  })
})

describe('what is shown of it', () => {
  it('docs/performance.md is what the bench writes', () => {
    const page = read('docs/performance.md')
    expect(fillPage(page, results)).toBe(page)
  })

  it.each(Object.entries(chartsOf(results)))('%s is what the bench draws', (path, text) => {
    expect(read(path)).toBe(text)
  })
})
