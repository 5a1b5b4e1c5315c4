/** What tests need of the project within a page: `window.app`. */
import { createSessionClient, isSessionError, memoryStorage, type SessionClient, type SessionClientOptions } from '@session-sigs/core'
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

const storages = {
  indexedDB: () => indexedDbStorage(),
  localStorage: () => webStorage('local'),
  sessionStorage: () => webStorage('session'),
}

export type StorageName = keyof typeof storages

/** What can be said from outside about a client. */
export type ClientSetup = Pick<SessionClientOptions, 'nodes' | 'minimumProtection' | 'takeOverSeconds'>

/** The tab's client, as `window.client`: a new one, as after the page was loaded. */
function openClient(storage: StorageName, setup: ClientSetup): void {
  window.client = createSessionClient({ ...setup, storage: storages[storage](), signer: viemSigner(window.ethereum) })
}

let worker: Worker | undefined

/** Session signatures by the page's worker, which has only what the origin stores. One question at a time. */
function askWorker(request: WorkerRequest): Promise<Outcome<WorkerAnswer>> {
  worker ??= new Worker('/worker.js', { type: 'module' })
  const asked = worker
  const answer = new Promise<Outcome<WorkerAnswer>>((resolve, reject) => {
    asked.onmessage = ({ data }: MessageEvent<Outcome<WorkerAnswer>>) => resolve(data)
    asked.onerror = ({ message }) => reject(new Error(message))
  })
  asked.postMessage(request)
  return answer
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
  openClient,
  askWorker,
}

declare global {
  interface Window {
    app: typeof app
    client: SessionClient
  }
}

window.app = app
