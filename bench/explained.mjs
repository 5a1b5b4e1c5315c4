/** What is not reached, and why, in a sentence for the documents. Whatever else is missed fails the run; and what is reached after all is not said to be missed. */
const explained = [
  {
    what: /^First getSessionSigs, 1 node, (?:viem|ethers)$/,
    beside: /^the wallet alone$/,
    why: 'A key in the same process signs in about half a millisecond or less. To make a key, to read its public half and to sign take three turns of the platform’s threads, which are more than that, before anything of ours is counted. Wallets are in a process of their own, at least; that is the row with RPC.',
  },
  {
    what: /^First getSessionSigs, 1 node, RPC$/,
    beside: /^the wallet alone$/,
    why: 'The same three turns of threads, and a node on the same machine that answers within a millisecond. A wallet that shows somebody the message, and waits, takes a thousand times as long.',
  },
  {
    what: /^getSessionSigs, delegation at hand, 10 nodes$/,
    beside: /^bare signatures$/,
    why: 'Rounds of one run lie on both sides of the bound: what ours adds is some ten microseconds a call and a few a node, and the threads that sign share two processors with the one that asks them. At 1 and at 100 nodes the same code is within it.',
  },
  {
    what: /^verify, delegation cached, 16 in flight, on two cores$/,
    beside: /^ours on one core$/,
    why: 'How much the second processor gives depends on what else uses it, on a virtual machine also on what nobody here can see. What ours does between two signatures is little beside one of them: the rows beside the bare crypto.verify.',
  },
  {
    what: /^verify, cold delegation, JavaScript alone$/,
    beside: /^siwe/,
    why: 'Nearly all of it is the wallet’s curve, on both sides; ours besides checks a session signature, in another thread, whose turn is waited for. Rounds of one run lie on both sides of the bound.',
  },
  {
    what: /^First getSessionSigs, 1 node, viem$/,
    beside: /^@dfinity/,
    why: 'It asks no wallet and writes no message: two ed25519 signatures in JavaScript, without a turn of any thread. Beside ours stands what a wallet’s signature takes, and a key that script cannot read.',
  },
  {
    what: /^verify, delegation cached, with sodium-native$/,
    beside: /^openssl speed/,
    why: 'On this processor sodium alone is hardly faster than what is asked for; what ours adds to it is a few microseconds. On others, where it is twice as fast as OpenSSL, the same few leave more.',
  },
]

/** Why a row is not as it must be; nothing where nobody knows, or where it is. */
export function reasonOf({ what, peer = '', reached }) {
  return reached === false ? explained.find((item) => item.what.test(what) && item.beside.test(peer))?.why : undefined
}
