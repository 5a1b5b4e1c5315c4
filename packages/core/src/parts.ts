/** What a page loads with the client, for what is loaded later: that is built apart, and shares these. Not for users. */
export * from './coverage.ts'
export * from './delegation.ts'
export * from './encode.ts'
export * from './errors.ts'
export * from './storage.ts'
export * from './time.ts'
export * from './values.ts'
