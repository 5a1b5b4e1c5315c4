/**
 * Keccak-256 with Ethereum's padding, of at most 135 bytes: one block, which is more than the 40 characters of an address that EIP-55 hashes. A page needs no more than
 * that, and a whole hash library would be a quarter of what it loads; what verifies signatures uses the library.
 *
 * Source: Keccak reference 3.0 §1.2 (the permutation), its constants from the LFSR there. `halves` are the low and high words of the 25 lanes.
 */
export function keccak256Block(bytes: Uint8Array): Uint8Array {
  const [halves, before, parity] = [new Int32Array(50), new Int32Array(50), new Int32Array(10)]
  const get = (words: Int32Array, i: number): number => words[i] ?? 0
  const flip = (i: number, value: number): void => {
    halves[i] = get(halves, i) ^ value
  }
  bytes.forEach((byte, i) => {
    flip(i >> 2, byte << (8 * (i & 3)))
  })
  flip(bytes.length >> 2, 1 << (8 * (bytes.length & 3)))
  flip(33, 0x80 << 24)

  let lfsr = 1
  for (let round = 0; round < 24; round++) {
    // θ
    for (let i = 0; i < 10; i++)
      parity[i] = get(halves, i) ^ get(halves, i + 10) ^ get(halves, i + 20) ^ get(halves, i + 30) ^ get(halves, i + 40)
    for (let i = 0; i < 10; i++) {
      // The other word of a lane stands beside it.
      const next = (i + 2) % 10
      const change = get(parity, (i + 8) % 10) ^ (get(parity, next) << 1) ^ (get(parity, next ^ 1) >>> 31)
      for (let j = i; j < 50; j += 10) flip(j, change)
    }
    // ρ and π
    before.set(halves)
    let [x, y] = [1, 0]
    for (let t = 1, turn = 1; t < 25; turn += ++t) {
      // A turn by 32 and more begins with the other word.
      const from = 2 * (x + 5 * y) + ((turn >> 5) & 1)
      const [low, high, carry] = [get(before, from), get(before, from ^ 1), 32 - (turn & 31)]
      ;[x, y] = [y, (2 * x + 3 * y) % 5]
      const to = 2 * (x + 5 * y)
      halves[to] = carry & 31 ? (low << turn) | (high >>> carry) : low
      halves[to + 1] = carry & 31 ? (high << turn) | (low >>> carry) : high
    }
    // χ
    before.set(halves)
    for (let row = 0; row < 50; row += 10)
      for (let i = 0; i < 10; i++) flip(row + i, ~get(before, row + ((i + 2) % 10)) & get(before, row + ((i + 4) % 10)))
    // ι
    for (let j = 0; j < 7; j++) {
      const bit = (1 << j) - 1
      if (lfsr & 1) flip(bit >> 5, 1 << (bit & 31))
      lfsr = (lfsr << 1) ^ ((lfsr >> 7) * 0x171)
    }
  }
  return Uint8Array.from({ length: 32 }, (_, i) => get(halves, i >> 2) >> (8 * (i & 3)))
}
