/** Runs something later, without keeping Node alive for it; returns what calls it off. At most 24.8 days, as timers of the platform go. */
export function startTimer(run: () => void, delay: number): () => void {
  const timer: unknown = setTimeout(run, delay)
  ;(timer as { unref?(): void }).unref?.()
  return () => clearTimeout(timer as number)
}

/** What `run` gives, or a rejection where it takes longer than `limit` milliseconds. */
export function withLimit<T>(limit: number, run: () => T | Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const stop = startTimer(() => reject(new Error(`no answer within ${limit} ms`)), limit)
    const end = (settle: () => void): void => {
      stop()
      settle()
    }
    new Promise<T>((done) => done(run())).then(
      (value) => end(() => resolve(value)),
      (error: unknown) => end(() => reject(error)),
    )
  })
}
