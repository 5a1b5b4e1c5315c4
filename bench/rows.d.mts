export interface Must {
  readonly of: 'ratio' | 'ours'
  readonly atLeast?: number
  readonly atMost?: number
}

interface Spread {
  readonly median: number
  readonly from: number
  readonly to: number
}

export interface Row {
  readonly what: string
  readonly unit: string
  readonly ours: Spread
  readonly peer?: string
  readonly theirs?: Spread
  readonly ratio?: Spread & { readonly kind: 'faster' | 'cost' | 'smaller' }
  readonly rounds?: number
  readonly must?: Must
  readonly reached?: boolean
}

export interface Results {
  /** Not one that was quick, or of one group, or in which something failed. */
  readonly isWhole: boolean
  readonly machine: Readonly<Record<string, string | number>>
  readonly peers: Readonly<Record<string, string>>
  readonly groups: readonly { readonly title: string; readonly rows: readonly Row[] }[]
}

export declare function isReached(value: number, must: Must | undefined): boolean | undefined
