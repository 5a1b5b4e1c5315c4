/**
 * Whether the fuzzer would find a mistake: it is tried on our source with one mistake after the other put into it, in memory. `node fuzz/planted.mjs` says which were found; parsers can be named after it.
 */
import { fileURLToPath } from 'node:url'
import { load } from './build.mjs'

/** Each with the parser that has to find it; a mistake is a text of the source and what stands there instead. */
const mistakes = [
  ['json', 'core/src/json.ts', 'if (Object.hasOwn(object, key)) fail(', 'if (false) fail('],
  ['recap', 'core/src/recap.ts', "if (!isDeeplySorted(value['att'] ?? null))", 'if (false)'],
  ['envelope', 'core/src/session-sig.ts', 'if (Object.keys(value).length !== envelopeFields.length)', 'if (false)'],
  ['signed-payload', 'core/src/verify-envelope.ts', 'if (!settings.audience.includes(', 'if (false && !settings.audience.includes('],
  ['signed-payload', 'core/src/delegation.ts', 'if (!(expiration > now))', 'if (false)'],
  ['signed-payload', 'core/src/recap-grant.ts', 'caveats.every((caveat) => Object.keys(caveat).length === 0)', 'true'],
  ['delegations', 'core/src/verify-delegation.ts', '() => checkDelegationKey(message, sessionKey)', '() => undefined'],
  ['ed25519', 'core/src/ed25519.ts', 'return !smallOrder.has(toHex(y))', 'return true'],
  ['wallet-signature', 'core/src/wallet-signature.ts', 's <= order / 2n', 's <= order'],
  ['key-pair', 'core/src/seed.ts', "malformed('the text is not JSON')", 'malformed(String(pair))'],
  ['siwe', 'core/src/siwe-reading.ts', "const line = lines[at] ?? ''", "const line = text.split('\\n')[at] ?? ''"],
  ['request', 'http/src/body.ts', 'if (!isSame(await sha(bits, bytes)', 'if (false && !isSame(await sha(bits, bytes)'],
  [
    'storage-redis',
    'storage-redis/src/revocations.ts',
    'if (Number.isNaN(instant)) throw',
    'if (Number.isNaN(instant)) return undefined; if (false) throw',
  ],
]

/** Gives the name of each mistake of these parsers, and whether it was found within so many inputs. */
export async function tryPlanted(parsers = mistakes.map(([parser]) => parser), inputs = 3000, seed = '1') {
  const results = []
  for (const [parser, path, from, to] of mistakes.filter(([parser]) => parsers.includes(parser))) {
    let isPlanted = false
    const plant = (file, source) => {
      if (file !== `packages/${path}` || !source.includes(from)) return source
      isPlanted = true
      return source.replace(from, to)
    }
    const { main, ...built } = await load(plant)
    const code = await main(['--dry', '--only', parser, '--inputs', String(inputs), '--seed', seed], { ...built, say: () => undefined })
    results.push({ mistake: `${path}: ${to} (${parser})`, isPlanted, isFound: code === 1 })
  }
  return results
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const parsers = process.argv.slice(2)
  const results = await tryPlanted(parsers.length > 0 ? parsers : undefined)
  for (const { mistake, isPlanted, isFound } of results)
    console.log(`${isPlanted ? (isFound ? 'found' : 'NOT FOUND') : 'NOT PLANTED'}  ${mistake}`)
  process.exit(results.every(({ isFound, isPlanted }) => isFound && isPlanted) ? 0 : 1)
}
