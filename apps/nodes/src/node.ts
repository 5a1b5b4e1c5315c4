import { getConnInfo } from '@hono/node-server/conninfo'
import { parseResource } from '@session-sigs/core'
import { createVerifier } from '@session-sigs/core/verify'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { HTTPException } from 'hono/http-exception'
import { createGuard, readBody, refuse, text } from './guard.ts'
import { nameOf, type Powers } from './powers.ts'

export interface NodeOptions {
  /** How this node is named in session signatures: its URL. */
  url: string
  /** Sites whose delegations it accepts. */
  domains: readonly string[]
  /** Whether a refusal carries the whole report. */
  development: boolean
  clockToleranceSeconds: number
  powers: Powers
}

/**
 * A verifying node: a handshake, and one endpoint for each of the five resource types. All take a JSON body by POST; a guarded one has this node's session signature in it as `authSig`.
 */
export function createNode({ url, domains, development, clockToleranceSeconds, powers }: NodeOptions): Hono {
  const app = new Hono()
  const verifier = createVerifier({ audience: url, domains, clockToleranceSeconds })
  const guard = createGuard(verifier, { development, parse: parseResource })

  // Pages of other origins than the node's own: those of the sites that it serves, and no others.
  app.use(cors({ origin: domains.flatMap((domain) => [`http://${domain}`, `https://${domain}`]), allowMethods: ['POST'], maxAge: 600 }))
  app.use(bodyLimit({ maxSize: 512 * 1024 }))
  app.onError((error, c) => {
    if (error instanceof HTTPException) return error.getResponse()
    console.error(error)
    return c.json({ code: 'node-failed', message: 'This node could not answer.', time: new Date().toISOString() }, 500)
  })

  app.post('/web/handshake', (c) => c.json({ node: url, domains, time: new Date().toISOString() }))

  app.post('/seal', async (c) => {
    const body = await readBody(c)
    const note = powers.seal(text(c, body, 'note'), text(c, body, 'for'))
    return c.json({ ...note, resource: `litEncryptionCondition://${nameOf(note.encryptedKey)}` })
  })

  app.post('/open', async (c) => {
    const body = await readBody(c)
    const [encryptedKey, ciphertext] = [text(c, body, 'encryptedKey'), text(c, body, 'ciphertext')]
    const { address } = await guard(c, body, () => `litEncryptionCondition://${nameOf(encryptedKey)}`)
    const note = powers.open({ for: address, encryptedKey, ciphertext }, address)
    return c.json({ note: note ?? refuse(c, 403, 'sealed-for-another', 'This note was sealed for another wallet, or was tampered with.') })
  })

  app.post('/attest', async (c) => {
    const body = await readBody(c)
    const { resourceId } = body
    const { address } = await guard(c, body, () => `litSigningCondition://${nameOf(JSON.stringify(resourceId ?? null))}`)
    return c.json(powers.attest(resourceId, address))
  })

  app.post('/pkp', async (c) => {
    const body = await readBody(c)
    const [tokenId, message] = [text(c, body, 'tokenId'), text(c, body, 'message')]
    const { address } = await guard(c, body, () => `litPKP://${tokenId}`)
    return c.json(await powers.signAsPkp(tokenId, address, message))
  })

  app.post('/action', async (c) => {
    const body = await readBody(c)
    const id = text(c, body, 'id')
    const { address } = await guard(c, body, () => `litAction://${id}`)
    return c.json(powers.run(id, body['params'], address) ?? refuse(c, 404, 'action-unknown', `No action is registered as ${id}.`))
  })

  app.post('/limited', async (c) => {
    const body = await readBody(c)
    if (body['authSig'] !== undefined) {
      const tokenId = text(c, body, 'tokenId')
      await guard(c, body, () => `litRLI://${tokenId}`)
      return c.json({ limit: 'lifted' })
    }
    const caller = getConnInfo(c).remote.address ?? 'unknown'
    if (!powers.allow(caller)) refuse(c, 429, 'rate-limited', 'Three requests a minute are free. An RLI lifts the limit.')
    return c.json({ limit: 'three a minute' })
  })

  return app
}
