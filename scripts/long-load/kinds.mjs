/** The kinds of requests, how often each is sent, and what each has to be answered. */
import { altered, inBody, inHeader, text, unsigned, withHeader, withOther } from './requests.mjs'
import { createSending } from './sending.mjs'
import { domain, maxBodyBytes } from './settings.mjs'

/** Parts of a thousand or so. Seven in ten are good. */
export const weights = {
  ...{ signed: 270, 'signed, with a body': 120, 'signed, second form': 90, 'contract wallet': 35, 'sent again unanswered': 20 },
  ...{ 'session signature': 70, 'session signature in the body': 50, 'session signature, second form': 30 },
  ...{ 'contract wallet, session signature': 10, replayed: 90, 'other signature': 20, 'other path': 20, 'other body': 20 },
  ...{ expired: 20, 'not granted': 30, revoked: 30, 'too large': 3, 'for another site': 10, unsigned: 10, garbage: 15 },
  ...{ 'unknown delegation': 10, 'forged wallet': 3, 'not the owner': 4, 'altered session signature': 10 },
  ...{ 'session signature for another server': 5, 'session signature for something else': 5 },
}

/** A contract wallet's answer is its chain's. */
const both = ['store', 'chain']

function goodKinds({ live, bySessionSig, kept }, { crowd, random }) {
  const first = () => crowd.party('first')
  const contract = () => crowd.party('contract')
  return {
    signed: () => live(first(), '/first'),
    'signed, with a body': () => live(first(), '/body', { init: text(random.pick([1, 500, 5000, 50_000])) }),
    'signed, second form': () => live(crowd.party('second'), '/second'),
    'contract wallet': () => live(contract(), '/first', { needs: both }),
    'session signature': () => bySessionSig(first(), '/first', inHeader),
    'session signature in the body': () => bySessionSig(first(), '/first', inBody),
    'session signature, second form': () => bySessionSig(crowd.party('second'), '/second', inHeader),
    'contract wallet, session signature': () => bySessionSig(contract(), '/first', inHeader, both),
    // Nobody knows whether it was accepted, but that it is not now if it was then.
    'sent again unanswered': () => kept(crowd.unanswered.take(), ['200', '401 nonce-used'], both),
  }
}

/** What was signed well, and is used as it should not be. */
function misusedKinds({ spoilt, sessionSigAt, kept, tooLate }, { crowd }) {
  const first = () => crowd.party('first')
  const signature = '401 session-signature-invalid'
  return {
    replayed: () => kept(crowd.accepted.pick(), ['401 nonce-used'], both),
    revoked: () => kept(crowd.revoked.take(), ['401 revoked']),
    expired: () => tooLate(first()),
    'not granted': () => spoilt(first(), '/other', '403 delegation-scope'),
    'other signature': () => spoilt(first(), '/first', signature, { change: withOther.signature }),
    'other path': () => spoilt(first(), '/first', signature, { change: withOther.path }),
    'other body': () => spoilt(first(), '/body', '401 body-mismatch', { change: withOther.body, init: text(200) }),
    'altered session signature': () => sessionSigAt('/first', signature, { change: altered }),
    'session signature for another server': () => sessionSigAt('/first', '401 audience-mismatch', { node: `http://other.${domain}` }),
    'session signature for something else': () => sessionSigAt('/other', '403 resource-not-requested'),
  }
}

/** What was never any good. */
function badKinds({ spoilt, plain, tooLarge }, { crowd, random }) {
  const first = () => crowd.party('first')
  const { stranger, forged, pretender, hidden } = crowd.special
  const forgery = '401 wallet-signature-invalid'
  const garbage = [
    () => spoilt(first(), '/first', '401 signature-malformed', { change: withOther.input }),
    () =>
      plain(
        withHeader(unsigned, 'authorization', () => 'SessionSig AAAA'),
        '400 json-invalid',
      ),
    () => plain({ ...unsigned, method: 'POST', path: '/session/revoke', body: Buffer.from('{"a":') }, '400 revocation-malformed'),
  ]
  return {
    unsigned: () => plain(unsigned, '401 signature-missing'),
    garbage: () => random.pick(garbage)(),
    'too large': () => tooLarge(first(), text(maxBodyBytes)),
    'for another site': () => spoilt(stranger, '/first', '401 domain-mismatch'),
    'unknown delegation': () => spoilt(hidden, '/first', '401 delegation-unknown', { sign: hidden.signNamed }),
    'forged wallet': () => spoilt(forged, '/first', forgery),
    'not the owner': () => spoilt(pretender, '/first', forgery, { needs: ['chain'] }),
  }
}

/** `kinds[name]()` sends one, and tells what was said, what has to be said, and what that depends on; nothing where there is none to send. */
export function createKinds(context) {
  const sending = createSending(context)
  return { ...goodKinds(sending, context), ...misusedKinds(sending, context), ...badKinds(sending, context) }
}
