import type { Results } from './rows.mjs'

export declare function fillPage(page: string, results: Results): string
export declare function chartsOf(results: Results): Record<string, string>
