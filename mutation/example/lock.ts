/** A lock of three digits, for the test of the tool. What its tests do not ask is planted: each weakness is one that the tool has to find. */

const pattern = /^[0-9]{3}$/

/** Counts wrong codes. */
export function createLock(code: string, mostTries: number): { open(given: string): boolean; readonly tries: () => number } {
  if (!pattern.test(code)) throw new TypeError('The code is three digits.')
  let tries = 0
  return {
    open(given) {
      if (tries >= mostTries) return false
      if (given !== code) tries += 1
      return given === code
    },
    tries: () => tries,
  }
}

/** The sum of the digits, by going through them. */
export function sumOf(code: string): number {
  let sum = 0
  for (let i = 0; i < code.length; i++) sum += Number(code.charAt(i))
  return sum
}

/** Called by no test. */
export function isForgotten(text: string): boolean {
  return text === ''
}
