import type { Row } from './rows.mjs'

export declare function reasonOf(row: Row): string | undefined
