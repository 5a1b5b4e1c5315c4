/**
 * A copy of an object, every property read once: a getter or proxy has no second chance to show another face. What such code throws is not looked at, for that would
 * run it again. `undefined` for what is no plain object, or cannot be read.
 */
export function copyOnce(value: object): Record<string, unknown> | undefined {
  try {
    if (Array.isArray(value) || ArrayBuffer.isView(value)) return undefined
    // One key too many is enough to refuse the rest.
    const keys = Reflect.ownKeys(value).slice(0, 6)
    return Object.fromEntries(keys.map((key) => [typeof key === 'symbol' ? 'symbol' : key, Reflect.get(value, key)]))
  } catch {
    return undefined
  }
}
