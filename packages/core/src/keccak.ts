/**
 * Keccak-256 with Ethereum's padding, of at most 135 bytes: one block, which is more than the 40 characters of an address that EIP-55 hashes. A page needs no more than
 * that, and a whole hash library would be a quarter of what it loads; what verifies signatures uses the library.
 *
 * Source: Keccak reference 3.0 §1.2 (the permutation), its constants from the LFSR there. `halves` are the low and high words of the 25 lanes.
 */
export function keccak256Block(bytes: Uint8Array): Uint8Array {
  const halves = new Int32Array(50)
  const get = (i: number): number => halves[i] ?? 0
  const flip = (i: number, value: number): void => {
    halves[i] = get(i) ^ value
  }
  for (const [i, byte] of [...bytes, 1].entries()) flip(i >> 2, byte << (8 * (i & 3)))
  flip(33, 0x80 << 24)

  let lfsr = 1
  for (let round = 0; round < 24; round++) {
    // θ
    const column = Array.from({ length: 10 }, (_, x) => get(x) ^ get(x + 10) ^ get(x + 20) ^ get(x + 30) ^ get(x + 40))
    const parity = (x: number): number => column[x % 10] ?? 0
    for (let x = 0; x < 10; x++) {
      // The other word of a lane stands beside it: after a low one, before a high one.
      const turned = (parity(x + 2) << 1) | (parity(x + (x & 1 ? 1 : 3)) >>> 31)
      for (let y = x; y < 50; y += 10) flip(y, parity(x + 8) ^ turned)
    }
    // ρ and π
    let [x, y, low, high] = [1, 0, get(2), get(3)]
    for (let t = 1; t < 25; t++) {
      ;[x, y] = [y, (2 * x + 3 * y) % 5]
      const turn = (t * (t + 1)) / 2
      if (turn & 32) [low, high] = [high, low]
      const carry = (word: number): number => (turn & 31 ? word >>> (32 - (turn & 31)) : 0)
      const rotated = [(low << (turn & 31)) | carry(high), (high << (turn & 31)) | carry(low)]
      const at = 2 * (x + 5 * y)
      ;[low, high] = [get(at), get(at + 1)]
      halves.set(rotated, at)
    }
    // χ
    for (let row = 0; row < 50; row += 10) {
      const words = halves.slice(row, row + 10)
      words.forEach((word, i) => {
        halves[row + i] = word ^ (~(words[(i + 2) % 10] ?? 0) & (words[(i + 4) % 10] ?? 0))
      })
    }
    // ι
    for (let j = 0; j < 7; j++) {
      const bit = (1 << j) - 1
      if (lfsr & 1) flip(bit >> 5, 1 << (bit & 31))
      lfsr = (lfsr << 1) ^ ((lfsr >> 7) * 0x171)
    }
  }
  return Uint8Array.from({ length: 32 }, (_, i) => get(i >> 2) >> (8 * (i & 3)))
}
