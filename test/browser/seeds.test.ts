/** The search for seeds finds one that is there: otherwise that it finds none would say nothing. */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { dumpOrigin, findSeed, pkcs8Of, publicKeyOf, spellingsOf, watchSeeds } from './seeds.ts'
import { describeInBrowser } from './suite.ts'

/** A seed of its own for each case, so that all of them can be stored at once. */
function seedOf(name: string): Buffer {
  return createHash('sha256').update(name).digest()
}

function longer(seed: Buffer, before: number): Buffer {
  return Buffer.concat([Buffer.alloc(before, 7), seed, Buffer.alloc(5, 9)])
}

function pairs(seed: Buffer): string[] {
  return [...seed].map((byte) => byte.toString(16).padStart(2, '0'))
}

/** Ways to write a seed down. */
const texts: Readonly<Record<string, (seed: Buffer) => string>> = {
  hex: (seed) => seed.toString('hex'),
  'upper-case hex in a longer text': (seed) => JSON.stringify({ secretKey: `0x${seed.toString('hex').toUpperCase()}00` }),
  'hex with colons': (seed) => pairs(seed).join(':'),
  'escaped bytes': (seed) => pairs(seed).join('%'),
  'a list of hex numbers': (seed) =>
    pairs(seed)
      .map((pair) => `0x${pair}`)
      .join(', '),
  'hex, last byte first': (seed) => Buffer.from(seed).reverse().toString('hex'),
  base64: (seed) => seed.toString('base64'),
  'base64 of a longer buffer': (seed) => `key=${longer(seed, 3).toString('base64')};`,
  'base64 of a longer buffer, one byte on': (seed) => longer(seed, 4).toString('base64'),
  'base64 of a longer buffer, two bytes on': (seed) => longer(seed, 5).toString('base64'),
  base64url: (seed) => JSON.stringify({ d: seed.toString('base64url') }),
  'base64url of a longer buffer, one byte on': (seed) => longer(seed, 1).toString('base64url'),
  'base64url of a longer buffer, two bytes on': (seed) => longer(seed, 2).toString('base64url'),
  'a PEM file': (seed) => `-----BEGIN PRIVATE KEY-----\n${pkcs8Of(seed).toString('base64')}\n-----END PRIVATE KEY-----`,
  'a JSON array': (seed) => JSON.stringify({ key: [...seed] }, undefined, 2),
  'a list of numbers': (seed) => [...seed].join(', '),
  'a typed array as JSON': (seed) => JSON.stringify({ key: Uint8Array.from(seed) }),
  'a character for each byte': (seed) => seed.toString('latin1'),
  'a character for every two bytes': (seed) => seed.toString('utf16le'),
  'one large number': (seed) => BigInt(`0x${seed.toString('hex')}`).toString(),
}

/** Places beside localStorage and IndexedDB, each with what is run in the page to put the seed there. */
const places: Readonly<Record<string, (given: number[]) => unknown>> = {
  sessionStorage: (given) => sessionStorage.setItem('key', given.join()),
  'localStorage name': (given) => localStorage.setItem(given.join(), ''),
  cookies: (given) => {
    // biome-ignore lint/suspicious/noDocumentCookie: what scripts can read of cookies is read the same way
    document.cookie = `key=${given.join('.')}`
  },
  'history.state': (given) => history.replaceState({ deep: { key: new Uint8Array(given) } }, ''),
  'window.name': (given) => {
    window.name = given.join()
  },
  caches: async (given) => (await caches.open('app')).put('/key', new Response(new Uint8Array(given))),
  files: async (given) => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('app', { create: true })
    const writing = await (await folder.getFileHandle('key', { create: true })).createWritable()
    await writing.write(new Uint8Array(given))
    await writing.close()
  },
}

/** What a page can make of a seed to put it into IndexedDB. */
const values: Readonly<Record<string, (given: number[]) => unknown>> = {
  'a Uint8Array': (given) => new Uint8Array(given),
  'a Uint8Array in an object': (given) => ({ sessions: [{ key: new Uint8Array(given) }] }),
  'a view beside it': (given) => new Uint8Array(new Uint8Array([...given, 0, 0]).buffer, 32),
  'an ArrayBuffer in a Map': (given) => new Map([['key', new Uint8Array(given).buffer]]),
  'an array in a Set': (given) => new Set([given]),
  'an array of numbers': (given) => given,
  'a Float64Array': (given) => Float64Array.from(given),
  'an object of numbers': (given) => Object.fromEntries(given.map((byte, i) => [`b${i}`, byte])),
  'an array of texts': (given) => given.map((byte) => byte.toString(16).padStart(2, '0')),
  'a Blob': (given) => new Blob([new Uint8Array(given)]),
  'an Error': (given) => new Error(given.join()),
  'a bigint': (given) => given.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n),
  'a key that can be exported': (given) => {
    const head = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20]
    return crypto.subtle.importKey('pkcs8', new Uint8Array([...head, ...given]), 'Ed25519', true, ['sign'])
  },
}

/** Runs in the page. */
function putIntoDatabase(value: unknown, key: IDBValidKey): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('app')
    opening.onupgradeneeded = () => opening.result.createObjectStore('sessions')
    opening.onerror = () => reject(opening.error)
    opening.onsuccess = () => {
      const writing = opening.result.transaction('sessions', 'readwrite')
      writing.objectStore('sessions').put(value, key)
      writing.oncomplete = () => resolve(opening.result.close())
      writing.onabort = () => reject(writing.error)
    }
  })
}

/** A script that has the page make something of a seed and keep it in IndexedDB, where a key names it. */
function keeping(make: (given: number[]) => unknown, name: string): string {
  return `Promise.resolve((${make})(${JSON.stringify([...seedOf(name)])})).then((made) => (${putIntoDatabase})(made, ${JSON.stringify(name)}))`
}

describeInBrowser('the search for a seed', (rig) => {
  it('finds it in localStorage, however it is written', async () => {
    const tab = await (await rig.newProfile()).newTab()
    const written = Object.entries(texts).map(([name, write]) => [name, write(seedOf(name))] as const)
    await tab.evaluate((all) => {
      for (const [name, text] of all) localStorage.setItem(name, text)
    }, written)
    const entries = await dumpOrigin(tab)
    for (const name of Object.keys(texts))
      expect(findSeed(entries, seedOf(name))).toContainEqual(expect.stringContaining(`localStorage ${name}:`))
    expect(findSeed(entries, seedOf('another'))).toEqual([])
  })

  it('finds it wherever scripts can read', async () => {
    const tab = await (await rig.newProfile()).newTab()
    for (const [name, put] of Object.entries(places)) await tab.evaluate(put, [...seedOf(name)])
    const entries = await dumpOrigin(tab)
    for (const name of Object.keys(places)) expect(findSeed(entries, seedOf(name))).toContainEqual(expect.stringContaining(name))
  })

  it('finds it in IndexedDB, whatever it is kept as', async () => {
    const tab = await (await rig.newProfile()).newTab()
    for (const [name, make] of Object.entries(values)) await tab.evaluate(keeping(make, name))
    await tab.evaluate(`(${putIntoDatabase})('', [1, new Uint8Array(${JSON.stringify([...seedOf('in a key')])})])`)
    const entries = await dumpOrigin(tab)
    for (const name of [...Object.keys(values), 'in a key']) {
      expect(findSeed(entries, seedOf(name)), name).toContainEqual(expect.stringContaining('indexedDB app/sessions'))
    }
  })

  it('works on a page that was not loaded securely', async () => {
    const tab = await (await rig.newProfile()).newTab(rig.pages.insecureOrigin)
    await tab.evaluate(keeping((given) => new Uint8Array(given), 'insecure'))
    expect(findSeed(await dumpOrigin(tab), seedOf('insecure'))).not.toEqual([])
  })

  it('is not content with a part of it', () => {
    const hex = seedOf('whole').toString('hex')
    for (const { name, isIn } of spellingsOf(seedOf('whole'))) expect(isIn(hex.slice(2)) || isIn(hex.slice(0, -2)), name).toBe(false)
  })

  it('knows the seeds of generated keys and what could be one, and leaves the page what it asked for', async () => {
    const profile = await rig.newProfile()
    const keys = await watchSeeds(profile.context)
    const tab = await profile.newTab()
    const facts = await tab.evaluate(async () => {
      const { privateKey, publicKey } = await crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify'])
      const message = new Uint8Array(8)
      const signature = await crypto.subtle.sign('Ed25519', privateKey, message)
      return [privateKey.extractable, privateKey.usages.join(), await crypto.subtle.verify('Ed25519', publicKey, signature, message)]
    })
    expect(facts).toEqual([false, 'sign', true])
    const random = await tab.evaluate(() => [...crypto.getRandomValues(new Uint8Array(32))])
    await tab.evaluate(() => crypto.getRandomValues(new Uint8Array(16)))
    expect(keys.map(({ seed }) => publicKeyOf(seed))).toEqual(keys.map(({ publicKey }) => publicKey))
    expect(keys.map(({ seed }) => seed.equals(Buffer.from(random)))).toEqual([false, true])
  })

  it('finds the seed of a stored key that can be exported, and only the public half of another', async () => {
    const profile = await rig.newProfile()
    const keys = await watchSeeds(profile.context)
    const tab = await profile.newTab()
    await tab.evaluate(keeping(() => crypto.subtle.generateKey('Ed25519', true, ['sign', 'verify']), 'open'))
    await tab.evaluate(keeping(() => crypto.subtle.generateKey('Ed25519', false, ['sign', 'verify']), 'closed'))
    const entries = await dumpOrigin(tab)
    expect(keys.map(({ seed }) => findSeed(entries, seed).length > 0)).toEqual([true, false])
    expect(keys.map(({ publicKey }) => findSeed(entries, Buffer.from(publicKey, 'hex')).length > 0)).toEqual([true, true])
  })
})
