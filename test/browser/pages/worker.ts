/** A dedicated worker with a client that has no wallet: it signs by the session that a page stored, or not at all. */
import { createSessionClient, type SessionSig } from '@session-sigs/core'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'
import { outcome } from './outcome.ts'

export interface WorkerRequest {
  readonly nodes: readonly string[]
  readonly resources?: readonly `litAction://${string}`[]
}

export type WorkerAnswer = Record<string, SessionSig>

addEventListener('message', async ({ data }: MessageEvent<WorkerRequest>) => {
  const { nodes, ...request } = data
  const client = createSessionClient({ nodes, storage: indexedDbStorage() })
  postMessage(await outcome(client.getSessionSigs(request)))
})
