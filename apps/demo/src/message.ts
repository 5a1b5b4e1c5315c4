import { parseSiweMessage } from '@session-sigs/core'
import { powersOf } from './powers.ts'
import type { MessageView } from './view.ts'

/** The 64 hex digits in the URI that names a session key; another URI as it stands. */
export function keyIn(uri: string): string {
  return uri.replace(/^lit:session:/, '')
}

/** What a message that the client wrote says. */
export function viewOfMessage(text: string): MessageView {
  const { domain, address, uri, resources = [], expirationTime = '' } = parseSiweMessage(text)
  return { text, site: domain, address, key: keyIn(uri), powers: powersOf(resources), until: expirationTime }
}
