/**
 * Chain ids by the names that Lit apps pass as `chain`: loaded only by who names one to a signer. A name that is not here says nothing.
 */
const chains: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['ethereum', 1],
  ['optimism', 10],
  ['cronos', 25],
  ['bsc', 56],
  ['xdai', 100],
  ['polygon', 137],
  ['fantom', 250],
  ['zksync', 324],
  ['base', 8453],
  ['arbitrum', 42161],
  ['celo', 42220],
  ['fuji', 43113],
  ['avalanche', 43114],
  ['linea', 59144],
  ['mumbai', 80001],
  ['baseSepolia', 84532],
  ['sepolia', 11155111],
  ['aurora', 1313161554],
  ['harmony', 1666600000],
])

/** The id of a chain known by name, else `undefined`. */
export function chainIdOf(name: string): number | undefined {
  return chains.get(name)
}
