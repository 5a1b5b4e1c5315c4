import { randomHex } from './hex.ts'

/** More than any node says, in characters. */
const longest = 65_536

const needed = ['serverPublicKey', 'subnetPublicKey', 'networkPublicKey', 'networkPublicKeySet']

/** A body as a text, read no further than is sensible. */
async function readText(response: Response): Promise<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    text += part.value
    if (text.length > longest) {
      await reader?.cancel()
      throw new Error('it answered too much')
    }
  }
  return text
}

/** What a node says of itself is its own word, and only looked at for being there; of later nodes the latest block is given. */
function readAnswer(answer: string): string | undefined {
  let fields: Record<string, unknown>
  try {
    fields = { ...Object(JSON.parse(answer)) }
  } catch {
    throw new Error('its answer is no JSON')
  }
  for (const name of needed) if (typeof fields[name] !== 'string') throw new Error(`its answer has no ${name}`)
  const hash = fields['latestBlockhash']
  return typeof hash === 'string' && /^0x[0-9a-f]{64}$/.test(hash) ? hash : undefined
}

/**
 * Greets a node; gives the latest block that it names, if it does. Redirects are not followed: what is signed is for this node, and no other.
 *
 * @throws Error whose message says what was wrong with it
 */
export async function greet(node: string, signal: AbortSignal): Promise<string | undefined> {
  // What core lets nobody sign for is not greeted either.
  if (!/^https?:\/\/[^\s/?#@\\]+(?:\/\S*)?$/.test(node)) throw new Error('it is no http(s) URL')
  const response = await fetch(`${node.replace(/\/$/, '')}/web/handshake`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ clientPublicKey: 'test', challenge: randomHex(32) }),
    credentials: 'omit',
    redirect: 'error',
    signal,
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`it answered ${response.status}`)
  }
  return readAnswer(await readText(response))
}
