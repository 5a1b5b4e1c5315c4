/** Small parts that much rests on: what a signer's failure is called, bytes, checks that run one after another. */
import { describe, expect, it } from 'vitest'
import { askAccount, askSigner } from '../../src/ask-signer.ts'
import { concat, fromBase64url, fromHex, fromUtf8, isHexData, toBase64url, toHex, toUtf8 } from '../../src/bytes.ts'
import { copyOnce } from '../../src/copy-once.ts'
import { SessionError } from '../../src/errors.ts'
import { startChecks } from '../../src/report.ts'
import type { Signer } from '../../src/signer.ts'
import { parseSiweMessage } from '../../src/siwe-reading.ts'
import { isUri, isUriCharacters } from '../../src/uri.ts'
import { sessionOf } from '../../src/verified-session.ts'
import { alice, authSigFor, refusal } from '../wallet.ts'
import { refusedBy } from './help.ts'

describe('a signer', () => {
  const account = { address: alice.address, chainId: 1 }
  const failing = (error: unknown): Signer => ({ account: () => Promise.reject(error), signMessage: () => Promise.reject(error) })
  const calls = { account: (signer: Signer) => askAccount(signer), signMessage: (signer: Signer) => askSigner(signer, account, 'text') }

  it('error: a person’s no is told from a failure, with its cause and at what', async () => {
    const [no, failure] = [refusal(), new Error('away')]
    for (const [during, ask] of Object.entries(calls)) {
      expect(await refusedBy(() => ask(failing(no)))).toMatchObject({ code: 'wallet-refused', details: { by: 'signer' }, cause: no })
      expect(await refusedBy(() => ask(failing(failure)))).toMatchObject({ code: 'wallet-failed', details: { during }, cause: failure })
    }
  })

  it('behavior: its account in the checksum, asked with what was said of the chain', async () => {
    const asked: unknown[] = []
    const signer = (chainId: unknown): Signer => ({
      account: async (chain) => {
        asked.push(chain)
        return { address: alice.address.toLowerCase() as `0x${string}`, chainId: chainId as number }
      },
      signMessage: async (message, by) => `0x${toHex(toUtf8(`${message} ${by.address} ${by.chainId}`))}`,
    })
    expect(await askAccount(signer(5), { chain: 'x', switchChain: true })).toEqual({ address: alice.address, chainId: 5 })
    expect(await askAccount(signer(1))).toEqual(account)
    expect(asked).toEqual([
      { chain: 'x', switchChain: true },
      { chain: undefined, switchChain: undefined },
    ])
    for (const none of [1.5, '1', undefined, Number.NaN, 2 ** 53])
      expect((await refusedBy(() => askAccount(signer(none)))).code).toBe('wallet-failed')
    expect(await askSigner(signer(1), account, 'text')).toEqual({
      sig: `0x${toHex(toUtf8(`text ${alice.address} 1`))}`,
      derivedVia: 'web3.eth.personal.sign',
      signedMessage: 'text',
      address: alice.address,
    })
  })
})

describe('bytes', () => {
  it('behavior: hex of every character that there is, and of none', () => {
    const digits = '0123456789abcdef'
    for (let code = 0; code < 300; code++) {
      const character = String.fromCharCode(code)
      const value = digits.indexOf(character)
      expect(fromHex(`${character}0`), String(code)).toEqual(value < 0 ? undefined : new Uint8Array([16 * value]))
      expect(fromHex(`0${character}`), String(code)).toEqual(value < 0 ? undefined : new Uint8Array([value]))
      expect(isHexData(`0x0${character}`), String(code)).toBe(/[0-9a-fA-F]/.test(character))
    }
    for (let byte = 0; byte < 256; byte++) expect(toHex(new Uint8Array([byte]))).toBe(byte.toString(16).padStart(2, '0'))
    for (const text of ['0x', '0x0', '000x00', 'x0x00', ' 0x0']) expect(isHexData(text), text).toBe(false)
  })

  it('behavior: base64url of one, two and three bytes, and only in the one spelling', () => {
    for (let a = 0; a < 256; a += 5)
      for (const bytes of [[a], [a, 255 - a], [255 - a, a, 7]]) {
        const text = toBase64url(new Uint8Array(bytes))
        expect(text).toBe(Buffer.from(bytes).toString('base64url'))
        expect(fromBase64url(text)).toEqual(new Uint8Array(bytes))
        const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.indexOf(text.charAt(text.length - 1))
        const other = `${text.slice(0, -1)}${'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.charAt(last ^ 1)}`
        if (bytes.length < 3) expect(fromBase64url(other), other).toBeUndefined()
      }
  })

  it('behavior: texts that are no UTF-8 are none; parts are joined in order', () => {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xc0, 0x80]]) expect(fromUtf8(new Uint8Array(bytes))).toBeUndefined()
    expect(fromUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toBe('\ufeffa')
    expect(concat([1], new Uint8Array([2, 3]), [], [4])).toEqual(new Uint8Array([1, 2, 3, 4]))
  })
})

describe('a copy', () => {
  it('behavior: of six properties at most, of no list and no view', () => {
    const many = Object.fromEntries('abcdefgh'.split('').map((name) => [name, name]))
    expect(Object.keys(copyOnce(many) ?? {}).join('')).toBe('abcdef')
    for (const other of [[], [1], new Uint8Array(2), new DataView(new ArrayBuffer(1))]) expect(copyOnce(other)).toBeUndefined()
    expect(copyOnce({ [Symbol('x')]: 1 })).toEqual({ symbol: 1 })
  })
})

describe('checks', () => {
  it('behavior: give what they found until one fails; what it was is told, and the rest is not run', async () => {
    const run = startChecks()
    expect(run.check('bounds', 'a', () => 1)).toBe(1)
    expect(await run.wait('shape', 'b', async () => 2)).toBe(2)
    expect(run.failure()).toBeUndefined()
    const error = new SessionError('address-invalid', { reason: 'x' })
    const fail = () => {
      throw error
    }
    expect(run.check('payload', 'c', fail)).toBeUndefined()
    expect(run.failure()).toBe(error)
    expect(run.check('time', 'd', () => expect.fail('it was run'))).toBeUndefined()
    expect(await run.wait('audience', 'e', async () => expect.fail('it was run'))).toBeUndefined()
    expect(run.checks).toEqual([
      { name: 'bounds', status: 'passed', path: 'a' },
      { name: 'shape', status: 'passed', path: 'b' },
      { name: 'payload', status: 'failed', path: 'c', code: 'address-invalid', hint: error.message },
      { name: 'time', status: 'not-reached', path: 'd' },
      { name: 'audience', status: 'not-reached', path: 'e' },
    ])
  })

  it('behavior: whatever else is thrown is a refusal, with its cause', async () => {
    for (const cause of [new RangeError('x'), 'x', undefined]) {
      const run = startChecks()
      await run.wait('shape', 'b', () => Promise.reject(cause))
      expect(run.failure()).toMatchObject({ code: 'session-sig-malformed', details: { reason: expect.stringMatching(/./) } })
      expect(run.failure()?.cause).toBe(cause)
      expect(run.checks).toMatchObject([{ name: 'shape', status: 'failed', path: 'b', code: 'session-sig-malformed' }])
    }
  })
})

it('behavior: a verified session has what the wallet and the key signed, with and without an ability', async () => {
  const params = { chain: undefined, uri: `lit:session:${'ab'.repeat(32)}`, expiration: '2026-03-01T11:00:00.000Z', resources: [] }
  const message = parseSiweMessage((await authSigFor(params, { issuedAt: '2026-03-01T10:00:00.000Z' })).signedMessage)
  const signed = { sessionKey: 'key', audience: 'node', issuedAt: 5, expiration: 9000 }
  const common = { address: alice.address, chainId: 1, sessionKey: 'key', resource: 'r', domain: 'app.example', audience: 'node' }
  const bare = sessionOf(signed, { resource: 'r', ability: undefined }, message, 8000, undefined)
  expect(bare).toStrictEqual({
    ...common,
    issuedAt: '1970-01-01T00:00:00.005Z',
    expiresAt: '1970-01-01T00:00:08.000Z',
    revocationAsOf: null,
  })
  const full = sessionOf({ ...signed, issuedAt: 'then' }, { resource: 'r', ability: 'a' }, message, 10_000, 7)
  expect(full).toStrictEqual({
    ...common,
    ability: 'a',
    issuedAt: 'then',
    expiresAt: '1970-01-01T00:00:09.000Z',
    revocationAsOf: '1970-01-01T00:00:00.007Z',
  })
  expect([Object.isFrozen(bare), Object.isFrozen(full)]).toEqual([true, true])
})

it('behavior: the characters of a URI, each of them', () => {
  for (let code = 0; code < 256; code++) {
    const character = String.fromCharCode(code)
    expect(isUriCharacters(character), String(code)).toBe(/[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=-]/.test(character))
    expect(isUri(`a:${character}`), String(code)).toBe(/[A-Za-z0-9._~:/?#@!$&'()*+,;=-]/.test(character))
  }
})
