import { buckets } from './keys.ts'

/** A command of `redis`, with what it is told besides. */
interface CommandOptions {
  readonly abortSignal: AbortSignal
  readonly timeout: number
  readonly typeMapping: Readonly<Record<never, never>>
}

/** What is used of a client, cluster, pool or sentinel of `redis`: what `createClient`, `createCluster`, `createClientPool` or `createSentinel` returns. */
export interface RedisConnection {
  on(event: 'error', listener: (error: unknown) => void): unknown
  listeners(event: 'error'): readonly unknown[]
  withCommandOptions(options: CommandOptions): {
    eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  }
}

/**
 * Runs a script over keys of one bucket: one atomic step, also in a cluster. All is done by scripts, reading too: a script is never sent to a replica, which may lag.
 * Rejects when Redis fails, is not there, or has not answered in time.
 */
export type Run = (script: string, bucket: number, keys: string[], ...args: (string | number)[]) => Promise<unknown>

/** So many commands of a bucket may have been sent, given up, and still be unanswered. Then its node hangs, and it is sent no more until it answers or is gone. */
const most = 100

/** An 'error' that nobody listens to ends the process. Every command that fails says what is wrong, so there is nothing more to be done here. */
function hearError(): void {}

/** @throws TypeError */
export function createRun(client: RedisConnection, milliseconds: number): Run {
  const methods = ['on', 'listeners', 'withCommandOptions'] as const
  if (!methods.every((name) => typeof Object(client)[name] === 'function')) {
    throw new TypeError("redisStores needs what createClient() or createCluster() of 'redis' returned.")
  }
  if (!client.listeners('error').includes(hearError)) client.on('error', hearError)
  /** How many were given up and are unanswered, in each bucket. */
  const lost = Array.from({ length: buckets }, () => 0)
  const count = (bucket: number, change: 1 | -1): void => {
    lost[bucket] = (lost[bucket] ?? 0) + change
  }

  return async (script, bucket, keys, ...args) => {
    if ((lost[bucket] ?? 0) >= most) throw new Error('Redis has not answered for a while.')
    const given = new AbortController()
    // The client's own limit is switched off: its timers outlive their commands.
    const patient = client.withCommandOptions({ abortSignal: given.signal, timeout: 0, typeMapping: {} })
    const answer = patient.eval(script, { keys, arguments: args.map(String) })
    let timer: ReturnType<typeof setTimeout> | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`Redis did not answer within ${milliseconds} ms.`))
        count(bucket, 1)
        const settle = (): void => count(bucket, -1)
        answer.then(settle, settle)
        // What was not sent yet is taken out of the client's queue, and is settled by that. What was sent cannot be taken back.
        given.abort('late')
      }, milliseconds)
    })
    return Promise.race([answer, late]).finally(() => clearTimeout(timer))
  }
}
