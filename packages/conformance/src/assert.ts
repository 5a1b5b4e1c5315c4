/** Registers one test: vitest's, node:test's or any other runner's function of that shape. */
export type TestFunction = (name: string, run: () => Promise<void>) => unknown

/** Throws what a runner shows as a failure. */
export function assert(condition: unknown, otherwise: string): asserts condition {
  if (!condition) throw new Error(otherwise)
}

/** What a promise rejects with; a failure where it does not. */
export async function rejection(promise: Promise<unknown>, otherwise: string): Promise<unknown> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => ({ error }),
  )
  assert(outcome, otherwise)
  return outcome.error
}

/** A moment in which others get their turn. */
export function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 10))
}
