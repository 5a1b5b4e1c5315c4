/**
 * Everything that a script of the page's origin can read out of what is stored, value by value.
 */
export interface RawEntry {
  /** Such as `indexedDB app/sessions[0].key`. */
  readonly where: string
  /** A text's UTF-16 code units or a buffer's bytes; neither could cross to Node as it is without loss. */
  readonly kind: 'text' | 'bytes'
  readonly hex: string
}

type Add = (where: string, value: string | Uint8Array) => void

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function codeUnits(text: string): Uint8Array {
  return Uint8Array.from({ length: 2 * text.length }, (_, i) => text.charCodeAt(i >> 1) >> (8 * (i & 1)))
}

/** Numbers that could be bytes, whatever they are kept as. */
function asBytes(items: readonly unknown[]): Uint8Array | undefined {
  const numbers = items.map((item) => (typeof item === 'bigint' ? Number(item) : item))
  const areBytes = numbers.length > 0 && numbers.every((item) => Number.isInteger(item) && Number(item) >= -128 && Number(item) <= 255)
  return areBytes ? Uint8Array.from(numbers, Number) : undefined
}

async function addKey(add: Add, where: string, key: CryptoKey): Promise<void> {
  add(where, `${key.type} ${key.algorithm.name} key, extractable: ${key.extractable}, usages: ${key.usages.join(' ')}`)
  for (const format of ['raw', 'pkcs8', 'spki', 'jwk'] as const) {
    const exported = await crypto.subtle.exportKey(format, key).catch((error: unknown) => `not exported: ${error}`)
    if (exported instanceof ArrayBuffer) add(`${where} as ${format}`, new Uint8Array(exported))
    else add(`${where} as ${format}`, typeof exported === 'string' ? exported : JSON.stringify(exported))
  }
}

async function addItems(add: Add, where: string, entries: readonly (readonly [unknown, unknown])[], seen: Set<object>): Promise<void> {
  const values = entries.map(([, value]) => value)
  const bytes = asBytes(values)
  if (bytes) add(`${where} as bytes`, bytes)
  // A text may be spread over several.
  if (values.length > 1 && values.every((value) => typeof value === 'string')) add(`${where} in one`, values.join(''))
  for (const [i, [key, value]] of entries.entries()) {
    const name = typeof key === 'object' ? `(key ${i})` : String(key)
    await addValue(add, `${where} name of ${name}`, key, seen)
    await addValue(add, `${where}.${name}`, value, seen)
  }
}

function addView(add: Add, where: string, view: ArrayBufferView): void {
  // All of the buffer: the view may show only a part of what is there.
  add(where, new Uint8Array(view.buffer))
  const bytes = view instanceof DataView ? undefined : asBytes(Array.from(view as unknown as ArrayLike<unknown>))
  if (bytes) add(`${where} as bytes`, bytes)
}

async function addValue(add: Add, where: string, value: unknown, seen: Set<object> = new Set()): Promise<void> {
  if (typeof value !== 'object' || value === null) return add(where, String(value))
  if (seen.has(value)) return
  seen.add(value)
  if (ArrayBuffer.isView(value)) return addView(add, where, value)
  if (value instanceof ArrayBuffer) return add(where, new Uint8Array(value))
  if (value instanceof Blob) return add(where, new Uint8Array(await value.arrayBuffer()))
  // Not defined on pages that were not loaded securely.
  if (typeof CryptoKey === 'function' && value instanceof CryptoKey) return addKey(add, where, value)
  if (value instanceof Map) return addItems(add, where, [...value], seen)
  if (value instanceof Set) return addItems(add, where, [...[...value].entries()], seen)
  if (!Array.isArray(value)) add(`${where} as text`, String(value))
  const names = Object.getOwnPropertyNames(value).filter((name) => !Array.isArray(value) || name !== 'length')
  return addItems(
    add,
    where,
    names.map((name) => [name, Reflect.get(value, name)]),
    seen,
  )
}

function addArea(add: Add, name: string, area: Storage): void {
  for (const key of Array.from({ length: area.length }, (_, i) => area.key(i) ?? '')) {
    add(`${name} name of ${key}`, key)
    add(`${name} ${key}`, area.getItem(key) ?? '')
  }
}

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function addDatabase(add: Add, name: string): Promise<void> {
  add('indexedDB name', name)
  const database = await answerOf(indexedDB.open(name))
  // Nobody who wants to delete it has to wait for this.
  database.onversionchange = () => database.close()
  for (const storeName of database.objectStoreNames) {
    add(`indexedDB ${name} name of store`, storeName)
    const store = database.transaction(storeName).objectStore(storeName)
    const [keys, values] = await Promise.all([answerOf(store.getAllKeys()), answerOf(store.getAll())])
    for (const [i, key] of keys.entries()) {
      await addValue(add, `indexedDB ${name}/${storeName} key ${i}`, key)
      await addValue(add, `indexedDB ${name}/${storeName}[${i}]`, values[i])
    }
  }
  database.close()
}

function addHeaders(add: Add, where: string, headers: Headers): void {
  for (const [name, value] of headers) add(`${where} header ${name}`, value)
}

async function addCache(add: Add, name: string): Promise<void> {
  add('caches name', name)
  const cache = await caches.open(name)
  for (const request of await cache.keys()) {
    add(`caches ${name} request`, request.url)
    addHeaders(add, `caches ${name} request`, request.headers)
    for (const response of await cache.matchAll(request, { ignoreVary: true })) {
      addHeaders(add, `caches ${name} response`, response.headers)
      add(`caches ${name} response`, new Uint8Array(await response.arrayBuffer()))
    }
  }
}

async function addFolder(add: Add, where: string, folder: FileSystemDirectoryHandle): Promise<void> {
  for await (const [name, handle] of folder.entries()) {
    add(`${where} name`, name)
    if (handle instanceof FileSystemDirectoryHandle) await addFolder(add, `${where}/${name}`, handle)
    else if (handle instanceof FileSystemFileHandle) await addValue(add, `${where}/${name}`, await handle.getFile())
  }
}

/** Whatever cannot be read makes it fail, so that nothing goes unlooked at. */
export async function dumpOrigin(): Promise<RawEntry[]> {
  const entries: RawEntry[] = []
  const add: Add = (where, value) => {
    const [kind, bytes] = typeof value === 'string' ? (['text', codeUnits(value)] as const) : (['bytes', value] as const)
    entries.push({ where, kind, hex: hexOf(bytes) })
  }
  addArea(add, 'localStorage', localStorage)
  addArea(add, 'sessionStorage', sessionStorage)
  add('cookies', document.cookie)
  add('window.name', window.name)
  add('location', location.href)
  await addValue(add, 'history.state', history.state)
  for (const { name } of await indexedDB.databases()) await addDatabase(add, name ?? '')
  // Neither of them on pages that were not loaded securely.
  if ('caches' in window) for (const name of await caches.keys()) await addCache(add, name)
  if (navigator.storage) await addFolder(add, 'files', await navigator.storage.getDirectory())
  return entries
}
