/** Requests before they are sent, and what becomes of them in wrong hands. */
import { origin } from './settings.mjs'

export const { host } = new URL(origin)

const json = (value) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) })
/** A body that asks for what everybody here is granted, as long as that. */
export const text = (length) => json({ pkp: 42, text: 'a'.repeat(length) })

export const withHeader = (parts, name, change) => ({ ...parts, headers: { ...parts.headers, [name]: change(parts.headers[name]) } })

const otherThan = (character, other, another) => (character === other ? another : other)

/** Each changes one thing of what was signed. */
export const withOther = {
  signature: (parts) => withHeader(parts, 'signature', (value) => value.replace(/:(.)/, (_, first) => `:${otherThan(first, 'A', 'B')}`)),
  path: (parts) => ({ ...parts, path: `${parts.path}&more=1` }),
  body: (parts) => ({ ...parts, body: Buffer.from(parts.body.toString().replace('"text":"a', '"text":"b')) }),
  input: (parts) => withHeader(parts, 'signature-input', (value) => value.slice(0, 20)),
}

/** A session signature of which one digit is another. */
export const altered = (sig) => ({ ...sig, sig: otherThan(sig.sig[0], 'a', 'b') + sig.sig.slice(1) })

/** What nobody has signed. */
export const unsigned = { method: 'GET', path: '/first?n=0', headers: { host }, body: Buffer.alloc(0) }

export function inHeader(path, sig) {
  const authorization = `SessionSig ${Buffer.from(JSON.stringify(sig)).toString('base64url')}`
  return { ...unsigned, path, headers: { host, authorization } }
}

export function inBody(path, sig) {
  const { method, headers, body } = json({ authSig: sig, text: 'a'.repeat(100) })
  return { method, path, headers: { host, ...headers }, body: Buffer.from(body) }
}
