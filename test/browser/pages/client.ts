/** What tests need of the project within a page: `window.app`. */
import { createSessionClient, isSessionError, memoryStorage } from '@session-sigs/core'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'
import { webStorage } from '@session-sigs/storage-web'
import { viemSigner } from '@session-sigs/viem-signer'
import { type Outcome, outcome } from './outcome.ts'
import type { WorkerAnswer, WorkerRequest } from './worker.ts'

/** Runs something and marks its turn of the event loop, which ends with the first task after this one: the injected wallet tells who calls it within. */
function inOneTurn<T>(run: () => T): T {
  const turn = Symbol('turn')
  window.__turn = turn
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    port1.close()
    if (window.__turn === turn) window.__turn = undefined
  }
  // Posted before anything that `run` starts can be done.
  port2.postMessage(undefined)
  return run()
}

/** Session signatures by a worker of its own, which has only what the origin stores. */
function askWorker(request: WorkerRequest): Promise<Outcome<WorkerAnswer>> {
  const worker = new Worker('/worker.js', { type: 'module' })
  const answer = new Promise<Outcome<WorkerAnswer>>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Outcome<WorkerAnswer>>) => resolve(data)
    worker.onerror = ({ message }) => reject(new Error(message))
  })
  worker.postMessage(request)
  return answer.finally(() => worker.terminate())
}

const app = {
  createSessionClient,
  isSessionError,
  memoryStorage,
  viemSigner,
  webStorage,
  indexedDbStorage,
  outcome,
  inOneTurn,
  askWorker,
}

declare global {
  interface Window {
    app: typeof app
  }
}

window.app = app
