/** Every parser, in the order in which they are tried. */
import type { Parser } from '../parser.ts'
import { base64url, hex, utf8 } from './bytes.ts'
import { ed25519, walletSignatures } from './curves.ts'
import { delegationLists, signedMessages } from './delegations.ts'
import { answers, bodies } from './http-bodies.ts'
import { signatureFields } from './http-fields.ts'
import { bearers, requests, revoking } from './http-requests.ts'
import { json } from './json.ts'
import { keptMessages, news } from './pages.ts'
import { recap, recapFields, recapMessages } from './recaps.ts'
import { litAreas, records, redisReplies, webRecords } from './records.ts'
import { abilityRequests, nodeUrls, resources } from './resources.ts'
import { revocationMessages, revocations, revocationUris } from './revocations.ts'
import { sessionSigs } from './session-sigs.ts'
import { authSigs, envelopes, keyPairs, payloads, refusals } from './shapes.ts'
import { signedPayloads } from './signed-payloads.ts'
import { siwe, siweFields } from './siwe.ts'
import { callbacks, chainAnswers, handshakes, wallets } from './strangers.ts'
import { address, instant, uris } from './texts.ts'

export async function allParsers(): Promise<readonly Parser[]> {
  return [
    ...[hex, base64url, utf8, instant, address, uris, json],
    ...[authSigs, envelopes, payloads, keyPairs, refusals, ed25519, walletSignatures],
    ...[records, webRecords, litAreas, redisReplies],
    ...[siwe, siweFields, resources, abilityRequests, nodeUrls, recap, recapFields, recapMessages],
    ...[sessionSigs, signedPayloads, delegationLists, signedMessages, revocations, revocationMessages, revocationUris],
    ...[signatureFields, bodies, answers, requests, bearers, revoking, handshakes, callbacks, wallets, chainAnswers, news, keptMessages],
  ]
}
