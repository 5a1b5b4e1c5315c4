/**
 * `crypto.subtle` that answers in a later turn of the event loop, as the specification lets it and other browsers do; Chromium may answer within the same.
 */
type Method = (...args: unknown[]) => Promise<unknown>

function late(native: Method): Method {
  return async function answerLater(this: SubtleCrypto, ...args) {
    const answer = native.apply(this, args)
    // Whoever awaits the answer sees it rejected; nobody is to see it before.
    answer.catch(() => undefined)
    await new Promise((resolve) => setTimeout(resolve))
    return answer
  }
}

// Pages that were not loaded securely have none.
if (typeof SubtleCrypto === 'function') {
  for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(SubtleCrypto.prototype))) {
    if (name === 'constructor' || typeof value !== 'function') continue
    Object.defineProperty(SubtleCrypto.prototype, name, { value: late(value), configurable: true, writable: true })
  }
}

export {}
