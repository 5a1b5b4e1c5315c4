import { getConnInfo } from '@hono/node-server/conninfo'
import { readProblem } from '@session-sigs/http'
import { createGuard } from '@session-sigs/http/hono'
import { memoryNonces, memoryRevocations, requestHeaders } from '@session-sigs/http/verify'
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { type Fields, fieldsOf, text } from './fields.ts'
import type { NetworkFacts } from './network-facts.ts'
import { nameOf, type Powers } from './powers.ts'
import { refusal, refuse } from './refusal.ts'
import { asking, tokenOf, uses } from './uses.ts'

export interface NodeOptions {
  /** Where clients send their requests, and how this node is named in session signatures: its URL. */
  url: string
  /** Sites whose delegations it accepts. */
  domains: readonly string[]
  /** Whether a refusal carries every check. */
  development: boolean
  clockToleranceSeconds: number
  powers: Powers
  /** What is the same at every node of the network: its keys, and what stands for its latest block. */
  tellNetwork: () => NetworkFacts
}

const maxBodyBytes = 512 * 1024
/** As long as Lit's network lets session signatures live: its clients give theirs the end that an app gives the delegation. */
const maxLifetimeSeconds = 30 * 86_400
/** What Lit's clients send beside a JSON body. */
const litHeaders = ['accept', 'x-lit-sdk-version', 'x-lit-sdk-type', 'x-request-id']

async function readFields(c: Context): Promise<Fields> {
  return fieldsOf(await c.req.json().catch(() => undefined))
}

/** Lit's clients always send a key, which no node uses. Who sends nothing only wants to hear whether the node is there. */
async function readGreeting(c: Context): Promise<void> {
  const sent = await c.req.text().catch(() => undefined)
  const fields = sent === '' ? {} : await readFields(c)
  if (Object.keys(fields).length > 0) text(fields, 'clientPublicKey')
}

/** How session signatures may name a node: as it names itself, or as Lit's table of local nodes does. */
function spellingsOf(url: string): string[] {
  return [url, url.replace('//127.0.0.1:', '//localhost:')]
}

/**
 * A verifying node: a handshake, one endpoint for each of the five resource types, and one where sessions are revoked. All take a JSON body by POST. A guarded one takes requests
 * that a session key signed, and those with this node's session signature in the body as `authSig`, of either form. What was used and what was revoked each node remembers by itself.
 */
export function createNode({ url, domains, development, clockToleranceSeconds, powers, tellNetwork }: NodeOptions): Hono {
  const app = new Hono()
  const guard = createGuard({
    origin: url,
    domains,
    nonces: memoryNonces(),
    revocations: memoryRevocations(),
    sessionSigs: { audience: spellingsOf(url), maxLifetimeSeconds },
    clockToleranceSeconds,
    maxBodyBytes,
    explain: development,
  })
  // The guard bounds what it reads; this is for the endpoints without one.
  const bounded = bodyLimit({
    maxSize: maxBodyBytes,
    onError: () => refusal(413, 'input-too-large', `The limit is ${maxBodyBytes} bytes.`),
  })

  // Pages of other origins than the node's own: those of the sites that it serves, and no others. What they may read of a refusal's header, the guard says.
  app.use(
    cors({
      origin: domains.flatMap((domain) => [`http://${domain}`, `https://${domain}`]),
      allowMethods: ['POST'],
      allowHeaders: ['content-type', 'authorization', ...litHeaders, ...requestHeaders],
      maxAge: 600,
    }),
  )
  app.onError((error) => {
    if (error instanceof HTTPException) return error.getResponse()
    console.error(error)
    return refusal(500, 'node-failed', 'This node could not answer.')
  })

  // Lit's clients end the path with a slash or without one, according to their version.
  app.on('POST', ['/web/handshake', '/web/handshake/'], bounded, async (c) => {
    await readGreeting(c)
    return c.json({ node: url, domains, time: new Date().toISOString(), serverPublicKey: powers.publicKey, ...tellNetwork() })
  })

  app.post('/session/revoke', guard.revoke)

  app.post('/seal', bounded, async (c) => {
    const fields = await readFields(c)
    const note = powers.seal(text(fields, 'note'), text(fields, 'for'))
    return c.json({ ...note, resource: `litEncryptionCondition://${nameOf(note.encryptedKey)}` })
  })

  app.post('/open', guard(asking(uses.open)), async (c) => {
    const fields = await readFields(c)
    const [encryptedKey, ciphertext] = [text(fields, 'encryptedKey'), text(fields, 'ciphertext')]
    const { address } = guard.session(c)
    const note = powers.open({ for: address, encryptedKey, ciphertext }, address)
    return c.json({ note: note ?? refuse(403, 'sealed-for-another', 'This note was sealed for another wallet, or was tampered with.') })
  })

  app.post('/attest', guard(asking(uses.attest)), async (c) => {
    const { resourceId } = await readFields(c)
    return c.json(powers.attest(resourceId, guard.session(c).address))
  })

  app.post('/pkp', guard(asking(uses.signAsPkp)), async (c) => {
    const fields = await readFields(c)
    return c.json(await powers.signAsPkp(tokenOf(text(fields, 'tokenId')), guard.session(c).address, text(fields, 'message')))
  })

  app.post('/action', guard(asking(uses.runAction)), async (c) => {
    const fields = await readFields(c)
    const id = text(fields, 'id')
    const done = powers.run(id, fields['params'], guard.session(c).address)
    return c.json(done ?? refuse(404, 'action-unknown', `No action is registered as ${id}.`))
  })

  const liftable = guard(asking(uses.liftLimit))
  app.post('/limited', async (c) => {
    const refused = await liftable(c, async () => undefined)
    if (!refused) return c.json({ limit: 'lifted' })
    // Who has not signed at all is a caller like any other; who has signed wrongly is told so.
    if ((await readProblem(refused))?.code !== 'signature-missing') return refused
    const caller = getConnInfo(c).remote.address ?? 'unknown'
    if (!powers.allow(caller)) refuse(429, 'rate-limited', 'Three requests a minute are free. An RLI lifts the limit.')
    return c.json({ limit: 'three a minute' })
  })

  return app
}
