import { SessionError, type SessionErrorDetails } from '@session-sigs/core'

/** Fewer nodes than needed answered. */
export function failure(code: 'nodes-unreachable', details: SessionErrorDetails<'nodes-unreachable'>): SessionError {
  const { connected, needed, failed } = details
  const reasons = failed.map(({ node, reason }) => `; ${node}: ${reason}`).join('')
  return new SessionError(code, details, {
    sentences: { [code]: () => `${connected.length} of ${needed} nodes needed answered the handshake${reasons}` },
  })
}
