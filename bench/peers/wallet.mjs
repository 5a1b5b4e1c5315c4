/** A wallet of its own process: anvil, which the package of viem's signer has for its tests, on a free port of this machine. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'

const { resolve } = createRequire(new URL('../../packages/viem-signer/package.json', import.meta.url))

async function urlOf(child) {
  let said = ''
  for await (const chunk of child.stdout) {
    said += chunk
    const url = /Listening on (\S+)/.exec(said)?.[1]
    if (url) return `http://${url}`
  }
  throw new Error(`anvil ended: ${said}`)
}

/** `ask(method, params)` gives what the node answers; `stop()` ends it. */
export async function startWallet() {
  const args = [resolve('@foundry-rs/anvil/bin.mjs'), '--host', '127.0.0.1', '--port', '0']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const closed = once(child, 'close')
  const url = await urlOf(child)
  const headers = { 'content-type': 'application/json' }
  const ask = async (method, params) => {
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) })
    const { result, error } = await answer.json()
    if (error) throw new Error(error.message)
    return result
  }
  const stop = async () => {
    child.kill()
    await closed
  }
  return { ask, stop }
}
