/** What came of a promise, as a test can have it out of the page: errors do not cross whole. */
export type Outcome<T> = { readonly value: T } | { readonly code: string; readonly message: string }

/** An error without a code is known by its name: `TypeError`. */
export async function outcome<T>(promise: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await promise }
  } catch (error) {
    if (!(error instanceof Error)) return { code: typeof error, message: String(error) }
    return { code: 'code' in error ? String(error.code) : error.name, message: error.message }
  }
}
