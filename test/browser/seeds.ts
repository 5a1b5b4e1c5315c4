/** Looking for a session key's seed in what an origin stores. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { BrowserContext, Page } from 'playwright-core'
import type { RawEntry } from './injected/dump.ts'
import { bundleScript } from './pages.ts'

export interface GeneratedKey {
  /** 64 lower-case hex digits. */
  readonly publicKey: string
  /** 32 bytes. */
  readonly seed: Buffer
}

/** An ed25519 key's PKCS #8 (RFC 8410 §7). */
export function pkcs8Of(seed: Buffer): Buffer {
  return Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed])
}

/** 64 lower-case hex digits. */
export function publicKeyOf(seed: Buffer): string {
  const key = createPrivateKey({ key: pkcs8Of(seed), format: 'der', type: 'pkcs8' })
  return Buffer.from(createPublicKey(key).export({ format: 'jwk' }).x ?? '', 'base64url').toString('hex')
}

/**
 * The list of the ed25519 keys that tabs opened from now on generate, by `crypto.subtle` in a page or of 32 random bytes: all of them, also those made only to see
 * whether they can be stored. It grows as they do. Workers are not watched.
 */
export async function watchSeeds(context: BrowserContext): Promise<readonly GeneratedKey[]> {
  const keys: GeneratedKey[] = []
  await context.exposeBinding('__seedGenerated', (_, publicKey: readonly number[], bytes: readonly number[]) => {
    const seed = Buffer.from(bytes)
    keys.push({ publicKey: publicKey.length === 0 ? publicKeyOf(seed) : Buffer.from(publicKey).toString('hex'), seed })
  })
  await context.addInitScript({ content: await bundleScript('watch-seeds') })
  return keys
}

export interface Entry {
  readonly where: string
  /** The same value in every way in which it can be read as characters; bytes are one character each. */
  readonly texts: readonly string[]
}

function entryOf({ where, kind, hex }: RawEntry): Entry {
  const bytes = Buffer.from(hex, 'hex')
  return { where, texts: kind === 'text' ? [bytes.toString('utf16le'), bytes.toString('latin1')] : [bytes.toString('latin1')] }
}

/**
 * All that the tab's scripts can read: localStorage, IndexedDB, Cache Storage, private files and cookies of its origin, and its own sessionStorage, `history.state`,
 * `window.name` and address. Keys are exported in every format that they allow.
 */
export async function dumpOrigin(tab: Page): Promise<Entry[]> {
  const entries = await tab.evaluate<RawEntry[]>(`(() => { ${await bundleScript('dump')}; return exported.dumpOrigin() })()`)
  return entries.map(entryOf)
}

export interface Spelling {
  readonly name: string
  isIn(text: string): boolean
}

function words(name: string, ...all: readonly string[]): Spelling {
  return { name, isIn: (text) => all.some((word) => text.includes(word)) }
}

function pattern(name: string, parts: readonly string[], between: string): Spelling {
  const expression = new RegExp(parts.join(between), 'i')
  return { name, isIn: (text) => expression.test(text) }
}

/** The characters that only the seed decides, where it stands in a longer buffer `offset` bytes after a multiple of three. */
function base64At(seed: Buffer, offset: number): string {
  const text = Buffer.concat([Buffer.alloc(offset), seed]).toString('base64')
  return text.slice(Math.ceil((8 * offset) / 6), Math.floor((8 * (offset + seed.length)) / 6))
}

/** The ways in which 32 bytes are written down. */
export function spellingsOf(seed: Buffer): Spelling[] {
  const bytes = [...seed]
  const base64 = [0, 1, 2].map((offset) => base64At(seed, offset))
  const url = base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0'))
  return [
    words('bytes', seed.toString('latin1')),
    words('bytes, last one first', Buffer.from(seed).reverse().toString('latin1')),
    // Either case, with or without anything between: 0x, %, \x, colons.
    pattern('hex', hex, '(?:0x|[^0-9a-f])*'),
    pattern('hex, last byte first', hex.toReversed(), '(?:0x|[^0-9a-f])*'),
    words('base64', ...base64),
    words('base64url', ...url),
    pattern('decimal numbers', bytes.map(String), '[^0-9]+'),
    // {"0":17,"1":4,…}: what JSON makes of a typed array.
    pattern(
      'numbered decimal numbers',
      bytes.map((byte, i) => `"?${i}"?:\\s*${byte}`),
      '\\s*,\\s*',
    ),
    words('one number', BigInt(`0x${seed.toString('hex')}`).toString()),
  ]
}

/** Where the seed stands, and in which spelling: empty where it is nowhere. */
export function findSeed(entries: readonly Entry[], seed: Buffer): string[] {
  const spellings = spellingsOf(seed)
  return entries.flatMap(({ where, texts }) =>
    spellings.filter(({ isIn }) => texts.some((text) => isIn(text))).map(({ name }) => `${where}: ${name}`),
  )
}
