/** A real Ethereum node of its own for a test, which knows of no other: on a free port of this machine, with the state that the test puts there. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'

/** The package that has the node among its development dependencies. */
const { resolve } = createRequire(new URL('../../packages/viem-signer/package.json', import.meta.url))

export interface Anvil {
  readonly url: string
  /** Resolves when the node is gone. */
  stop(): Promise<void>
}

/** Whoever starts it stops it; it ends with this process if nobody does. */
export async function startAnvil({ chainId = 31_337 }: { chainId?: number } = {}): Promise<Anvil> {
  const args = [resolve('@foundry-rs/anvil/bin.mjs'), '--host', '127.0.0.1', '--port', '0', '--chain-id', String(chainId)]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  // The program is a child of that child, and holds its pipes: closed means that both are gone.
  const closed = once(child, 'close')
  const kill = (): void => void child.kill()
  process.once('exit', kill)

  const stop = async (): Promise<void> => {
    process.off('exit', kill)
    kill()
    await closed
  }

  let said = ''
  const listening = new Promise<string>((found) => {
    const read = (chunk: Buffer): void => {
      if (said.length < 10_000) said += chunk.toString()
      const url = /Listening on (\S+)/.exec(said)?.[1]
      if (url) found(`http://${url}`)
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
  })
  const ended = closed.then((): never => {
    process.off('exit', kill)
    throw new Error(`anvil ended by itself: ${said}`)
  })
  // Looked at only while it starts.
  ended.catch(() => undefined)
  return { url: await Promise.race([listening, ended]), stop }
}
