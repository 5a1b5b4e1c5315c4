/** Verifiers in processes of their own that share one Redis, and what asks them. They run what is built: `pnpm build` first (`npm test` does). */
import { existsSync } from 'node:fs'
import { fire } from '../../scripts/http-load/load.mjs'
import { type Guarded, type GuardedOptions, startGuarded } from '../../scripts/http-load/start.mjs'

/** As clients see all of them, whichever it is that answers. */
export const origin = 'http://api.example'

export function startVerifier({ guard, ...options }: Partial<GuardedOptions>): Promise<Guarded> {
  for (const name of ['core', 'http', 'storage-redis'])
    if (!existsSync(new URL(`../../packages/${name}/dist/`, import.meta.url)))
      throw new Error(`There is no packages/${name}/dist: run pnpm build first.`)
  return startGuarded({ ...options, guard: { origin, ...guard } })
}

/** What was answered: `200`, or the code that a request was refused with. */
export function saidBy(status: number, body: string): string {
  return status < 300 ? String(status) : `${status} ${JSON.parse(body).code}`
}

export interface Answer {
  readonly said: string
  /** In milliseconds. */
  readonly took: number
}

/** One request over a connection of its own. */
export async function ask(port: number, request: Uint8Array): Promise<Answer> {
  const left = [request].values()
  const start = performance.now()
  let said = 'no answer'
  await fire(
    port,
    1,
    () => left.next().value,
    (status, body) => {
      said = saidBy(status, body)
    },
  )
  return { said, took: performance.now() - start }
}

/** A statement as it is sent to the revocation endpoint. */
export function revocationBytes(statement: object): Buffer {
  const body = JSON.stringify(statement)
  return Buffer.from(`POST /session/revoke HTTP/1.1\r\nhost: api.example\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
}
