import type { Hex, SessionSig } from '@session-sigs/core'
import { createVerifier, inspectSessionSig, verifySessionSig } from '@session-sigs/core/verify'
import { createVerifyWallet } from '@session-sigs/viem-signer/verify'
import {
  type Address,
  createTestClient,
  encodeFunctionData,
  http,
  keccak256,
  parseAbi,
  parseEther,
  publicActions,
  serializeErc6492Signature,
  walletActions,
} from 'viem'
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from 'viem/accounts'
import { anvil } from 'viem/chains'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Anvil, startAnvil } from '../../../test/servers/anvil.ts'
import { describeVectors, isScored, loadVectors } from '../../core/test/vectors.ts'
import { asking, clientFor, codeOf, putState, type State, sessionOf } from './contracts.ts'

interface Case {
  name: string
  address: Address
  /** The address in the message, where it is another. */
  siweAddress?: Address
  message: string
  signature: Hex
  valid: boolean
  mustCompareChainId?: boolean
}

interface Session {
  name: string
  verify: { node: string; resource: string; resourcePrefix: string; ability: string; now: string }
  sessionSig: SessionSig
}

interface Vectors {
  chainId: number
  ownerPrivateKey: Hex
  factory: Address
  state: Record<string, State>
  cases: Case[]
  sessions: Session[]
}

/** Contracts of the vectors, by what they are. */
const deployed = '0xe7f1725e7734ce288f8367e1bb143e90bb3f0512'
const gasBurner = '0xdc64a140aa3e981100a9beca4e685f962f0cf6c9'
const alwaysYes = '0xcf7ed3acca5a467e9e704c703e8d87f634fb0fc9'
const rotating = '0x0dcd1bf9a1b36ce34237eeafef220932846bcd82'

const factoryAbi = parseAbi(['function deploy(address owner, bytes32 salt) returns (address)'])
const walletAbi = parseAbi(['function setOwner(address owner)'])

describeVectors('vectors/smart-account', () => {
  const vectors = loadVectors<Vectors>('smart-account/vectors.json')
  const { factory, chainId } = vectors
  const owner = privateKeyToAccount(vectors.ownerPrivateKey)
  const questionOf = ({ address, message, signature }: Case) => ({ address, chainId, message, signature })

  let node: Anvil
  const dev = () =>
    createTestClient({ mode: 'anvil', chain: anvil, transport: http(node.url) })
      .extend(publicActions)
      .extend(walletActions)
  const verifyWallet = () => createVerifyWallet(clientFor(node.url))

  /** A transaction by the owner, mined. */
  async function send(to: Address, data: Hex): Promise<void> {
    const hash = await dev().sendTransaction({ account: owner, to, data })
    const { status } = await dev().waitForTransactionReceipt({ hash, pollingInterval: 10 })
    expect(status).toBe('success')
  }

  /** A wallet of the factory that is not there yet: where it will be, and how it comes to be. */
  async function planned(by: PrivateKeyAccount): Promise<{ address: Address; data: Hex }> {
    const args = [by.address, keccak256(generatePrivateKey())] as const
    const { result } = await dev().simulateContract({ address: factory, abi: factoryAbi, functionName: 'deploy', args })
    return { address: result, data: encodeFunctionData({ abi: factoryAbi, functionName: 'deploy', args }) }
  }

  const signBy = (account: PrivateKeyAccount) => (message: string) => account.signMessage({ message })
  const wrappedBy =
    (account: PrivateKeyAccount, data: Hex, to: Address = factory) =>
    async (message: string) =>
      serializeErc6492Signature({ address: to, data, signature: await account.signMessage({ message }) })

  beforeAll(async () => {
    node = await startAnvil()
    const wallet = vectors.state[deployed] ?? expect.fail('the vectors have no deployed wallet')
    // The vectors' own wallet that changes keys later has the code and the owner of this one.
    await putState(node.url, { ...vectors.state, [rotating]: wallet })
    await dev().setBalance({ address: owner.address, value: parseEther('1') })
  })

  afterAll(() => node?.stop())

  it('are all there', () => {
    expect(chainId).toBe(anvil.id)
    expect(vectors.cases.length).toBe(19)
    expect(vectors.cases.filter(isScored).length).toBe(17)
    expect(vectors.sessions.length).toBe(2)
  })

  for (const item of vectors.cases) {
    it(`${item.name}: ${isScored(item) ? item.valid : 'either, and so no'}`, async () => {
      expect(await verifyWallet()(questionOf(item))).toBe(isScored(item) && item.valid)
    })
  }

  it('a signature that is good for two wallets counts for the one in the message, and the other is not even asked', async () => {
    const replayed = vectors.cases.filter(({ siweAddress }) => siweAddress)
    expect(replayed.length).toBe(2)
    for (const { address, siweAddress = address } of replayed) {
      const asked: string[] = []
      const verify = (sig: SessionSig) =>
        codeOf(
          verifySessionSig(sig, {
            ...asking,
            verifyWallet: (question) => {
              asked.push(question.address.toLowerCase())
              return verifyWallet()(question)
            },
          }),
        )
      expect(await verify(await sessionOf(siweAddress, signBy(owner), { envelope: address }))).toBe('account-mismatch')
      expect(asked).toEqual([])
      expect(await verify(await sessionOf(siweAddress, signBy(owner)))).toBe('accepted')
      expect(asked).toEqual([siweAddress])
    }
  })

  it('a message for a chain is not judged by another', async () => {
    const other = vectors.cases.filter(({ mustCompareChainId }) => mustCompareChainId)
    expect(other.length).toBe(1)
    for (const item of other) {
      expect(item.message).toContain('\nChain ID: 1\n')
      expect(await codeOf(Promise.resolve(verifyWallet()({ ...questionOf(item), chainId: 1 })))).toBe('wallet-unsupported')
    }
  })

  for (const { name, verify, sessionSig } of vectors.sessions) {
    const options = {
      audience: verify.node,
      domains: '*',
      resource: `${verify.resourcePrefix}://${verify.resource}`,
      ability: verify.ability,
      now: new Date(verify.now),
    } as const

    it(`session with ${name}: accepted where the chain can be asked`, async () => {
      const session = await verifySessionSig(sessionSig, { ...options, verifyWallet: verifyWallet() })
      expect(session).toMatchObject({ chainId, sessionKey: sessionSig.address })
      const report = await inspectSessionSig(sessionSig, { ...options, verifyWallet: verifyWallet() })
      expect(report.checks.filter(({ status }) => status !== 'passed')).toEqual([])
    })

    it(`session with ${name}: refused everywhere else`, async () => {
      expect(await codeOf(verifySessionSig(sessionSig, options))).toBe('wallet-unsupported')
      const elsewhere = createVerifyWallet(clientFor(node.url, { id: 1 }))
      expect(await codeOf(verifySessionSig(sessionSig, { ...options, verifyWallet: elsewhere }))).toBe('wallet-unsupported')
      const later = { ...options, now: new Date(options.now.getTime() + 7_200_000), verifyWallet: verifyWallet() }
      expect(await codeOf(verifySessionSig(sessionSig, later))).toBe('session-sig-expired')
    })
  }

  it('a wallet before it is there, there, and with another key', async () => {
    const [first, second] = [owner, privateKeyToAccount(generatePrivateKey())]
    const { address, data } = await planned(first)
    const verifier = createVerifier({ audience: asking.audience, domains: asking.domains, verifyWallet: verifyWallet() })
    const verdictOn = (sig: SessionSig) => codeOf(verifier.verify(sig, { resource: asking.resource }))
    const sessions = {
      wrapped: await sessionOf(address, wrappedBy(first, data)),
      plain: await sessionOf(address, signBy(first)),
      second: await sessionOf(address, signBy(second)),
      secondWrapped: await sessionOf(address, wrappedBy(second, data)),
    }
    const verdicts = async () => {
      const all: Record<string, string> = {}
      for (const [name, sig] of Object.entries(sessions)) all[name] = await verdictOn(sig)
      return all
    }
    const [yes, no] = ['accepted', 'wallet-signature-invalid']

    expect(await verdicts()).toEqual({ wrapped: yes, plain: no, second: no, secondWrapped: no })
    await send(factory, data)
    expect(await verdicts()).toEqual({ wrapped: yes, plain: yes, second: no, secondWrapped: no })
    await send(address, encodeFunctionData({ abi: walletAbi, functionName: 'setOwner', args: [second.address] }))
    expect(await verdicts()).toEqual({ wrapped: no, plain: no, second: yes, secondWrapped: yes })
  })

  it('EIP-6492: asking deploys nothing and changes nothing', async () => {
    const { address, data } = await planned(owner)
    const facts = async () => ({
      block: await dev().getBlockNumber({ cacheTime: 0 }),
      code: await dev().getCode({ address }),
      deployments: await dev().getTransactionCount({ address: factory }),
      pending: await dev().getTxpoolStatus(),
    })
    const before = await facts()
    expect(before.code).toBeUndefined()
    const sig = await sessionOf(address, wrappedBy(owner, data))
    expect(await codeOf(verifySessionSig(sig, { ...asking, verifyWallet: verifyWallet() }))).toBe('accepted')
    expect(await facts()).toEqual(before)
  })

  it('EIP-6492: the wallet is the one in the message, whatever the wrapper brings about', async () => {
    const thief = privateKeyToAccount(generatePrivateKey())
    const [mine, theirs] = [await planned(owner), await planned(thief)]
    const verdictOn = async (wallet: Hex, data: Hex, to?: Hex) =>
      codeOf(verifySessionSig(await sessionOf(wallet, wrappedBy(thief, data, to)), { ...asking, verifyWallet: verifyWallet() }))
    expect(await verdictOn(theirs.address, theirs.data)).toBe('accepted')
    expect(await verdictOn(mine.address, theirs.data)).toBe('wallet-signature-invalid')
    expect(await verdictOn(mine.address, mine.data)).toBe('wallet-signature-invalid')
    expect(await verdictOn(deployed, theirs.data)).toBe('wallet-signature-invalid')
    // What the wrapper calls says yes to everything; it is not the wallet.
    expect(await verdictOn(mine.address, '0x', alwaysYes)).toBe('wallet-signature-invalid')
    expect(await verdictOn(deployed, '0x', alwaysYes)).toBe('wallet-signature-invalid')
  })

  it('gas that is burnt thrice over is a no', async () => {
    const sig = await sessionOf(gasBurner, wrappedBy(owner, '0x1626ba7e', gasBurner))
    expect(await codeOf(verifySessionSig(sig, { ...asking, verifyWallet: verifyWallet() }))).toBe('wallet-signature-invalid')
  })
})
