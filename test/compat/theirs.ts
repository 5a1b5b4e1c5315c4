/** Lit's own published SDK, each version in a process of its own: see compat/lit-sdk. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { AuthSig, ResourceAbilityRequest } from '@session-sigs/core'
import type { App, AppOptions, Look, Sigs } from './app.ts'

const folder = new URL('../../compat/lit-sdk/', import.meta.url)

/** Whether it is installed. Says so loudly where it is not, and fails where no test may be left out. */
export function hasSdk(): boolean {
  const installed = new URL('node_modules/.installed-lock.json', folder)
  const lock = readFileSync(new URL('package-lock.json', folder), 'utf8')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return true
  const reason = 'it is not installed here; `node compat/lit-sdk/install.mjs` does that'
  if (process.env['SESSION_SIGS_NOTHING_SKIPPED']) throw new Error(`The tests with Lit's SDK cannot run: ${reason}.`)
  console.warn(`SKIPPED the tests with Lit's SDK: ${reason}`)
  return false
}

/** What is asked of its own check, by version. */
interface ResignParams {
  readonly authSig: AuthSig
  readonly sessionKeyUri: string
  /** Version 2. `mended` gives its message the method that it wants to check the signature with. */
  readonly resources?: readonly string[]
  readonly sessionCapabilities?: readonly string[]
  readonly mended?: boolean
  /** Version 7. */
  readonly resourceAbilityRequests?: readonly ResourceAbilityRequest[]
}

interface Validity {
  readonly isValid: boolean
  readonly errors: readonly string[]
}

export interface TheirApp extends App {
  checkNeedToResignSessionKey(params: ResignParams): Promise<boolean>
  /** Version 7 alone. */
  validateSessionSigs(sigs: Sigs): Promise<Validity>
  /** Tables of names that its constants have, as far as they concern sessions. */
  tables(): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>>
  /** Asks for a page by the means of that process. Gives the status. */
  fetch(url: string): Promise<number>
}

interface Reply {
  readonly id: number
  readonly result?: unknown
  readonly error?: string
}

/** What the SDK prints is of interest only where it ends without being asked to. */
function hear(child: ChildProcess): () => string {
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000)
    })
  }
  return () => said
}

async function start(version: 2 | 7, options: AppOptions): Promise<TheirApp> {
  const child = fork(fileURLToPath(new URL(`v${version}.cjs`, folder)), { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] })
  const said = hear(child)
  const ended = once(child, 'exit')
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  child.on('message', ({ id, result, error }: Reply) => {
    if (error === undefined) waiting.get(id)?.resolve(result)
    else waiting.get(id)?.reject(new Error(error))
    waiting.delete(id)
  })
  child.once('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error(`The process of version ${version} ended: ${said()}`))
  })

  let calls = 0
  // What comes back was made by our own file at the other end.
  const call = <T>(name: string, ...args: readonly unknown[]): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++calls
      waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      child.send({ id, name, args })
    })
  const close = async (): Promise<void> => {
    if (child.connected) child.disconnect()
    await ended
  }
  try {
    await call('open', options)
  } catch (error) {
    await close()
    throw error
  }
  return {
    getSessionSigs: (params, how) => call<readonly Sigs[]>('getSessionSigs', params, how),
    checkAndSignAuthMessage: (params) => call<AuthSig>('checkAndSignAuthMessage', params),
    disconnectWeb3: () => call<void>('disconnectWeb3'),
    switchTo: (index) => call<void>('switchTo', index),
    look: () => call<Look>('look'),
    checkNeedToResignSessionKey: (params) => call<boolean>('checkNeedToResignSessionKey', params),
    validateSessionSigs: (sigs) => call<Validity>('validateSessionSigs', sigs),
    tables: () => call('tables'),
    fetch: (url) => call<number>('fetch', url),
    close,
  }
}

/** The last version of the first form, and of the second. */
export const startVersion2 = (options: AppOptions): Promise<TheirApp> => start(2, options)
export const startVersion7 = (options: AppOptions): Promise<TheirApp> => start(7, options)
