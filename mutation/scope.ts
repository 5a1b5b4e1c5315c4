/**
 * Which code is mutated, and by which tests the mutants are to be found: those of core that need no browser, no server, no waiting, and none of the runner's own magic.
 */
import { existsSync, readdirSync } from 'node:fs'

const names = `keypair seed stored-key ed25519 software native
  siwe siwe-reading uri address time keccak least-recent
  recap recap-grant recap-scope delegation auth-sig ask-signer
  session-sig issue json bytes encode copy-once
  verify verify-envelope verify-delegation verify-capabilities verify-options verify-revocation
  delegation-cache presented pattern recall grant verified-session wallet-proof wallet-signature wallet-hash secp256k1 curves report resource revocation revocations revocation-text`

export const sources: readonly string[] = names
  .split(/\s+/)
  .map((name) => `packages/core/src/${name}.ts`)
  .filter((path) => existsSync(path))

const tests = `codecs ed25519.vectors eip191.vectors first-form fuzz keccak recap.vectors
  revocation secrets session siwe.differential siwe.property siwe.vectors stores verify-revocation verify.cache verify`

/** Tests that have nothing to say here, and why: they are not run. Any other that fails without a mutant ends the run. */
export const excused: Readonly<Record<string, string>> = {
  'behavior: a damaged text is refused as such, or reads and writes byte for byte': 'it wants thousands of inputs',
}

/** Where the table of the results is shown. */
export const documentPath = 'docs/security.md'

/** From the root. */
export function testFiles(root: string): string[] {
  const own = 'packages/core/test/mutants/'
  const more = readdirSync(root + own)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => own + name)
  return [...tests.split(/\s+/).map((name) => `packages/core/test/${name}.test.ts`), ...more]
}
