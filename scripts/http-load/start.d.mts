export interface GuardedOptions {
  redis?: string
  nonces?: 'redis' | 'memory'
  revocations?: 'redis' | 'memory'
  /** Of `redisStores`. */
  stores?: Readonly<Record<string, unknown>>
  leaks?: boolean
  /** Of `createGuard`. */
  guard: Readonly<Record<string, unknown>>
}

export interface Guarded {
  readonly port: number
  readonly pid: number
  readonly complaints: readonly string[]
  isRunning(): boolean
  memory(): Promise<NodeJS.MemoryUsage>
  stop(): Promise<void>
  kill(): Promise<void>
}

export declare function startGuarded(options: GuardedOptions): Promise<Guarded>
