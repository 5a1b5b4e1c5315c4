export type { Refusal } from './guard.ts'
export type { Network, NetworkOptions } from './network.ts'
export { startNetwork } from './network.ts'
