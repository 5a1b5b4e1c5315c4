/** A real Ethereum node for the load, with contract wallets that are there from its first block on: also after it was killed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProgram } from './program.mjs'

/** The package that has the node among its development dependencies. */
const { resolve } = createRequire(new URL('../../packages/viem-signer/package.json', import.meta.url))

export const chainId = 31_337

/**
 * The smallest wallet that has an owner (EIP-1271): it recovers who signed the hash, by the chain's own contract for that, and answers with the function's selector where it was
 * the owner. Its signatures are the usual 65 bytes.
 */
export function ownedBy(owner) {
  const code = [
    '600435600052', // the hash, to where ecrecover has it
    '60a43560f81c602052', // v, the 65th byte
    '606435604052608435606052', // r and s
    '602060806080600060015afa50', // ecrecover, its answer to 0x80
    `73${owner.slice(2).toLowerCase()}60805114`, // whether it is the owner
    '631626ba7e60e01b02', // the selector, or nothing
    '60005260206000f3',
  ]
  return `0x${code.join('')}`
}

/** `wallets`: code by address. */
export async function startChain(wallets) {
  const folder = mkdtempSync(join(tmpdir(), 'session-sigs-load-'))
  const genesis = join(folder, 'genesis.json')
  const alloc = Object.fromEntries(Object.entries(wallets).map(([address, code]) => [address, { balance: '0x0', code }]))
  writeFileSync(genesis, JSON.stringify({ config: { chainId }, difficulty: '0x0', gasLimit: '0x1c9c380', alloc }))
  const own = ['--host', '127.0.0.1', '--chain-id', String(chainId), '--init', genesis]

  const launch = (port) => {
    const args = [resolve('@foundry-rs/anvil/bin.mjs'), ...own, '--port', String(port)]
    return startProgram(process.execPath, args, (said) => /Listening on \S+:(\d+)/.exec(said)?.[1])
  }
  let program = await launch(0)
  const port = program.value
  return {
    url: `http://127.0.0.1:${port}`,
    kill: () => program.kill(),
    async start() {
      program = await launch(port)
    },
    pause: () => program.pause(),
    resume: () => program.resume(),
    async remove() {
      await program.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
