import { inspect } from 'node:util'
import { testStorage } from '@session-sigs/conformance'
import { createSessionClient, type SessionStorage, type Signer } from '@session-sigs/core'
import { type WebArea, webStorage } from '@session-sigs/storage-web'
import { createStorage } from 'unstorage'
import { afterEach, describe, expect, it, vi } from 'vitest'

const id = 'session-sigs:lit'
const signer: Signer = {
  account: async () => ({ address: '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266', chainId: 1 }),
  signMessage: async () => `0x${'11'.repeat(65)}`,
}
const clientOver = (storage: SessionStorage) =>
  createSessionClient({ nodes: ['https://node.example'], domain: 'app.example', signer, storage })

/** A `Storage`, as pages have it. */
class PageArea implements WebArea {
  readonly texts: Map<string, string> = new Map()
  get [Symbol.toStringTag](): string {
    return 'Storage'
  }
  getItem(key: string): string | null {
    return this.texts.get(key) ?? null
  }
  setItem(key: string, text: string): void {
    this.texts.set(key, String(text))
  }
  removeItem(key: string): void {
    this.texts.delete(key)
  }
}

/** React Native's, or another that answers later. */
function asyncArea(): WebArea {
  const area = new PageArea()
  const later = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3))
  return {
    getItem: (key) => later().then(() => area.getItem(key)),
    setItem: (key, text) => later().then(() => area.setItem(key, text)),
    removeItem: (key) => later().then(() => area.removeItem(key)),
  }
}

/** What reading a global does in this test. */
function stubProperty(name: string, get: () => unknown): void {
  vi.stubGlobal(name, undefined)
  Object.defineProperty(globalThis, name, { get, configurable: true })
}

async function opened(storage: SessionStorage): Promise<SessionStorage> {
  await storage.open?.()
  return storage
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

const areas: Record<string, () => WebArea> = {
  'a Storage': () => new PageArea(),
  'an asynchronous area': asyncArea,
  unstorage: () => createStorage(),
  'unstorage, as its driver gives it': () => {
    const objects = new Map<string, unknown>()
    return {
      getItem: (key) => objects.get(key) ?? null,
      setItem: (key, text) => void objects.set(key, JSON.parse(text)),
      removeItem: (key) => void objects.delete(key),
    }
  },
}

for (const [name, createArea] of Object.entries(areas)) {
  describe(name, () => {
    const areaOf = new WeakMap<SessionStorage, WebArea>()
    const over = (area: WebArea): SessionStorage => {
      const storage = webStorage(area)
      areaOf.set(storage, area)
      return storage
    }
    testStorage(it, {
      create: () => over(createArea()),
      reopen: (storage) => over(areaOf.get(storage) ?? expect.fail('a storage of another test')),
    })

    it('default: it keeps seeds', async () => {
      expect((await opened(webStorage(createArea()))).keys).toBe('seed')
    })
  })
}

for (const [name, property] of [
  ['local', 'localStorage'],
  ['session', 'sessionStorage'],
] as const) {
  describe(`webStorage('${name}')`, () => {
    testStorage(it, {
      create() {
        vi.stubGlobal(property, new PageArea())
        return webStorage(name)
      },
      reopen: () => webStorage(name),
    })

    it('behavior: the global is not touched before it is opened', async () => {
      const touched = vi.fn(() => new PageArea())
      stubProperty(property, touched)
      const storage = webStorage(name)
      expect(touched).not.toHaveBeenCalled()
      expect(storage.keys).toBe('none')
      await storage.open?.()
      expect(touched).toHaveBeenCalled()
      expect(storage.keys).toBe('seed')
    })

    const unusable: Record<string, () => void> = {
      'is disabled': () => {
        stubProperty(property, () => {
          throw new DOMException('The operation is insecure.', 'SecurityError')
        })
      },
      'is not there': () => void vi.stubGlobal(property, undefined),
      'is null': () => void vi.stubGlobal(property, null),
      'cannot be read': () => {
        const area = new PageArea()
        area.getItem = () => {
          throw new DOMException('Access is denied.', 'SecurityError')
        }
        vi.stubGlobal(property, area)
      },
    }
    for (const [what, stub] of Object.entries(unusable)) {
      describe(`where it ${what}`, () => {
        testStorage(it, {
          create() {
            stub()
            return webStorage(name)
          },
        })

        it('behavior: no key is kept, and signing in works for the page', async () => {
          stub()
          const storage = await opened(webStorage(name))
          expect(storage.keys).toBe('none')
          await storage.set(id, { v: 1, sessions: {} })
          expect(await storage.get(id)).toBeUndefined()
          await storage.delete(id)
          const client = clientOver(storage)
          await client.restore()
          expect((await client.signIn()).status).toBe('signed-in')
        })
      })
    }
  })
}

it('behavior: an area that refuses to be read later is one that cannot be used, too', async () => {
  const storage = await opened(webStorage({ ...asyncArea(), getItem: async () => Promise.reject(new Error('no')) }))
  expect(storage.keys).toBe('none')
})

it('behavior: a place that could not be read is tried again when it is opened again', async () => {
  const storage = await opened(webStorage('local'))
  expect(storage.keys).toBe('none')
  vi.stubGlobal('localStorage', new PageArea())
  await storage.open?.()
  expect(storage.keys).toBe('seed')
})

describe('a full storage', () => {
  it('behavior: what it holds is found, and what it cannot take is an error that changes nothing', async () => {
    const area = new PageArea()
    await clientOver(webStorage(area)).signIn({ resources: ['litAction://*'] })
    const before = new Map(area.texts)
    area.setItem = () => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    }
    const storage = await opened(webStorage(area))
    expect(storage.keys).toBe('seed')
    const client = clientOver(storage)
    await client.restore()
    expect(client.get().status).toBe('signed-in')
    await expect(storage.set(id, { v: 1, sessions: {} })).rejects.toMatchObject({ name: 'QuotaExceededError' })
    expect(area.texts).toEqual(before)
  })

  it('behavior: signing out still empties it', async () => {
    const area = new PageArea()
    const client = clientOver(webStorage(area))
    await client.signIn()
    area.setItem = () => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
    }
    await client.signOut()
    expect(area.texts.size).toBe(0)
  })

  it('behavior: an area that refuses later is an error, too', async () => {
    const refuse = async () => Promise.reject(new Error('full'))
    const storage = await opened(webStorage({ ...asyncArea(), setItem: refuse, removeItem: refuse }))
    await expect(storage.set(id, { v: 1, sessions: {} })).rejects.toThrow('full')
    await expect(storage.delete(id)).rejects.toThrow('full')
  })
})

describe('what somebody else put there', () => {
  /** A session as it is stored, for texts that are nearly one. */
  async function storedText(): Promise<string> {
    const area = new PageArea()
    await clientOver(webStorage(area)).signIn({ resources: ['litAction://*'] })
    return area.texts.get(id) ?? expect.fail('nothing was stored')
  }

  const contents: Record<string, (text: string) => string> = {
    'no JSON': () => 'hello',
    'nothing but spaces': () => ' ',
    'an empty text': () => '',
    'half a record': (text) => text.slice(0, text.length / 2),
    'a record with its last brace gone': (text) => text.slice(0, -1),
    'a record and more': (text) => `${text}}`,
    'null, as text': () => 'null',
    'a number': () => '7',
    'a list': () => '[1]',
    'an object of somebody else': () => '{"theme":"dark"}',
    'a record of a later version': (text) => text.replace('"v":1', '"v":2'),
    'a record without its key': (text) => text.replace('"seed":', '"sead":'),
    'a broken seed': (text) => text.replace(/"seed":"../, '"seed":"zz'),
    'another key than the delegations are for': (text) => text.replace(/"seed":"[0-9a-f]{64}"/, `"seed":"${'0'.repeat(64)}"`),
    'a prototype': () => '{"__proto__":{"v":1,"sessions":{}}}',
  }
  for (const [what, change] of Object.entries(contents)) {
    it(`behavior: ${what} is a corrupt session, and a new one can be had`, async () => {
      const area = new PageArea()
      area.setItem(id, change(await storedText()))
      const client = clientOver(webStorage(area))
      await client.restore()
      expect(client.get()).toEqual({ status: 'signed-out', reason: 'corrupt' })
      expect((await client.signIn({ resources: ['litAction://*'] })).status).toBe('signed-in')
      const again = clientOver(webStorage(area))
      await again.restore()
      expect(again.get().status).toBe('signed-in')
    })
  }

  const objects: Record<string, unknown> = {
    'a function': () => undefined,
    'an object that cannot be copied': new Proxy(
      {},
      {
        ownKeys() {
          throw new Error('no')
        },
      },
    ),
    'a big integer': 1n,
    'a truth value': false,
  }
  for (const [what, value] of Object.entries(objects)) {
    it(`behavior: ${what} from an area of one’s own is one, too`, async () => {
      const client = clientOver(
        webStorage({ ...new PageArea(), getItem: () => value, setItem: () => undefined, removeItem: () => undefined }),
      )
      await client.restore()
      expect(client.get()).toEqual({ status: 'signed-out', reason: 'corrupt' })
    })
  }

  it('behavior: texts that unstorage cannot parse', async () => {
    const area = createStorage()
    await area.setItem(id, (await storedText()).slice(0, -1))
    const client = clientOver(webStorage(area))
    await client.restore()
    expect(client.get()).toEqual({ status: 'signed-out', reason: 'corrupt' })
  })

  it('behavior: nothing is undefined, however the area says it', async () => {
    for (const nothing of [null, undefined]) {
      const storage = await opened(webStorage({ getItem: () => nothing, setItem: () => undefined, removeItem: () => undefined }))
      expect(await storage.get(id)).toBeUndefined()
    }
  })
})

describe('sharedAs', () => {
  it('default: localStorage has its name, and other areas have none', () => {
    expect(webStorage('local').sharedAs).toBe('localStorage')
    for (const storage of [webStorage('session'), webStorage(new PageArea()), webStorage(createStorage())]) {
      expect('sharedAs' in storage).toBe(false)
    }
  })

  it('behavior: localStorage passed as an object is recognised, and sessionStorage is not it', () => {
    const [local, session] = [new PageArea(), new PageArea()]
    vi.stubGlobal('localStorage', local)
    expect(webStorage(local).sharedAs).toBe('localStorage')
    expect('sharedAs' in webStorage(session)).toBe(false)
  })

  it('behavior: an area of one’s own has the name it is given', () => {
    expect(webStorage(new PageArea(), { sharedAs: 'extension' }).sharedAs).toBe('extension')
  })

  it('behavior: the global is left alone for what is no Storage, and may throw for what is', () => {
    const touched = vi.fn(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError')
    })
    stubProperty('localStorage', touched)
    webStorage(createStorage())
    expect(touched).not.toHaveBeenCalled()
    expect('sharedAs' in webStorage(new PageArea())).toBe(false)
    expect(touched).toHaveBeenCalled()
  })
})

it('error: what is no area is a TypeError', () => {
  for (const wrong of [undefined, null, 5, 'cookie', 'localStorage', {}, { getItem: () => null }, { ...new PageArea() }, new Map()]) {
    expect(() => webStorage(wrong as never)).toThrow(TypeError)
  }
})

it('error: options that cannot be used are a TypeError', () => {
  const area = new PageArea()
  for (const wrong of [{ sharedas: 'x' }, { sharedAs: '' }, { sharedAs: 5 }, null, 'x']) {
    expect(() => webStorage(area, wrong as never)).toThrow(TypeError)
  }
  expect(() => webStorage('local', { sharedAs: 'mine' })).toThrow(TypeError)
  expect(() => webStorage('session', { sharedAs: 'mine' })).toThrow(TypeError)
})

it('the storage does not show the seed it keeps', async () => {
  const area = new PageArea()
  const storage = webStorage(area)
  const client = clientOver(storage)
  await client.signIn()
  const seed = /"seed":"([0-9a-f]{64})"/.exec(area.texts.get(id) ?? '')?.[1] ?? expect.fail('no seed was stored')
  for (const value of [storage, client]) {
    const shown = [JSON.stringify(value), String(value), inspect(value, { depth: 9, showHidden: true, getters: true })].join('\n')
    expect(shown).not.toContain(seed)
  }
})
