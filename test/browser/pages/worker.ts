/** A dedicated worker with a client that has no wallet: it signs by the session that a page stored, or not at all. */
import { createSessionClient, type SessionClient, type SessionSig } from '@session-sigs/core'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'
import { outcome } from './outcome.ts'

export interface WorkerRequest {
  readonly nodes: readonly string[]
  readonly resources?: readonly `litAction://${string}`[]
}

export type WorkerAnswer = Record<string, SessionSig>

let client: SessionClient | undefined

addEventListener('message', async ({ data }: MessageEvent<WorkerRequest>) => {
  const { nodes, ...request } = data
  // One for as long as the worker lives.
  client ??= createSessionClient({ nodes, storage: indexedDbStorage() })
  postMessage(await outcome(client.getSessionSigs(request)))
})
