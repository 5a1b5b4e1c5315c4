/** What is not reached, and why, in a sentence for the documents. Whatever else is missed fails the run; and what is reached after all is not said to be missed. */
const explained = [
  {
    what: /^First getSessionSigs, 1 node, (?:viem|ethers)$/,
    beside: /^the wallet alone$/,
    why: 'A key in the same process signs in a third of a millisecond. To make a key, to read its public half and to sign take three turns of the platform’s threads, which are more than that, before anything of ours is counted. Wallets are in a process of their own, at least; that is the row with RPC.',
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
