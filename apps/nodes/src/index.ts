export type { Network, NetworkOptions } from './network.ts'
export { startNetwork } from './network.ts'
export type { NetworkInfo } from './site.ts'
export { serveNetwork } from './site.ts'
