/**
 * Lets a test know the seed of every ed25519 key that a page generates, while the page's own key is as hard to export as it asked for. Also the random bytes that
 * could become a seed.
 */
declare global {
  interface Window {
    __seedGenerated(publicKey: readonly number[], seed: readonly number[]): Promise<void>
  }
}

type Generate = (algorithm: AlgorithmIdentifier, extractable: boolean, usages: KeyUsage[]) => Promise<CryptoKeyPair>

function watching(native: Generate): Generate {
  return async function generateKey(this: SubtleCrypto, algorithm, extractable, usages) {
    const name = typeof algorithm === 'string' ? algorithm : algorithm?.name
    if (String(name).toLowerCase() !== 'ed25519') return native.call(this, algorithm, extractable, usages)
    const { publicKey, privateKey } = await native.call(this, algorithm, true, usages)
    const pkcs8 = new Uint8Array(await this.exportKey('pkcs8', privateKey))
    const raw = new Uint8Array(await this.exportKey('raw', publicKey))
    // PKCS #8 of an ed25519 key (RFC 8410 §7) ends with its seed. The test knows it before the page has its key.
    await window.__seedGenerated([...raw], [...pkcs8.subarray(-32)])
    return { publicKey, privateKey: await this.importKey('pkcs8', pkcs8, algorithm, extractable, privateKey.usages) }
  }
}

// Pages that were not loaded securely have none.
if (typeof SubtleCrypto === 'function') {
  const native = SubtleCrypto.prototype.generateKey as Generate
  Object.defineProperty(SubtleCrypto.prototype, 'generateKey', { value: watching(native), configurable: true, writable: true })
}

const fill = Crypto.prototype.getRandomValues
Object.defineProperty(Crypto.prototype, 'getRandomValues', {
  value<T extends ArrayBufferView<ArrayBuffer>>(this: Crypto, view: T): T {
    const filled = fill.call(this, view) as T
    // No page waits for this, but it is underway before anything that the page does with the bytes.
    if (view.byteLength === 32) void window.__seedGenerated([], [...new Uint8Array(view.buffer, view.byteOffset, 32)])
    return filled
  },
  configurable: true,
  writable: true,
})

export {}
