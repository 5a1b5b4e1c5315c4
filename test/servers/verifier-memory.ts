/**
 * A program for `verifier-memory.test.ts`, in a process of its own so that nothing else is measured: how much memory a verifier takes for each session that it remembers.
 * Says what it found as JSON, in bytes for each session.
 */
import { createSessionClient } from '@session-sigs/core'
import { createVerifier } from '@session-sigs/core/verify'
import { viemSigner } from '@session-sigs/viem-signer'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'

const [count = 0] = process.argv.slice(2).map(Number)
const audience = 'https://node.example:7470'
const resource = 'litAction://QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG'
const signer = viemSigner(privateKeyToAccount(generatePrivateKey()))
const verifier = createVerifier({ audience, domains: ['app.example'] })

/** What is in use after a collection: what is the collector's, and all pages. */
function inUse(): { collected: number; pages: number } {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, external, rss } = process.memoryUsage()
  return { collected: heapUsed + external, pages: rss }
}

/** The text of a session signature, in the middle of a request that is ten times as long, as bytes. */
async function newText(): Promise<Buffer> {
  const client = createSessionClient({ nodes: [audience], signer, domain: 'app.example' })
  const sigs = await client.getSessionSigs({ resources: [resource] })
  return Buffer.from(JSON.stringify(sigs[audience]))
}

/** As `readText` of a request: a piece of a longer text, which must not be kept by what is remembered of the piece. */
const pieceOf = (text: Buffer): string => `${'x'.repeat(20_000)}${text.toString()}`.slice(20_000)

async function see(text: Buffer): Promise<void> {
  for (let time = 0; time < 3; time++) await verifier.verify(pieceOf(text), { resource })
}

const texts: Buffer[] = []
for (let i = 0; i < count; i++) texts.push(await newText())
// What the first ones bring with them is code.
for (const text of texts.slice(0, 50)) await see(text)
const before = inUse()
for (const text of texts.slice(50)) await see(text)
const after = inUse()
const sessions = count - 50
const text = texts.at(-1) ?? Buffer.alloc(0)
const { signedMessage }: { signedMessage: string } = JSON.parse(JSON.parse(text.toString()).signedMessage).capabilities[0]
const collected = (after.collected - before.collected) / sessions
const pages = (after.pages - before.pages) / sessions
console.log(JSON.stringify({ collected, pages, text: text.length, message: signedMessage.length }))
