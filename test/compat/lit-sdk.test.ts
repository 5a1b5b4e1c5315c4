/** What Lit's own SDK, as it is published, makes of our nodes and of our client: against the real thing, where all other tests are against what was read in it. */
import { readFileSync } from 'node:fs'
import { type Network, startNetwork } from '@session-sigs/app-nodes'
import {
  type AuthSig,
  encodeRecap,
  formatSiweMessage,
  parseSiweMessage,
  type Resource,
  type ResourceAbilityRequest,
  recapStatement,
  type SessionKeyPair,
} from '@session-sigs/core'
import { chainIdOf } from '@session-sigs/core/chains'
import { LIT_ABILITY, LIT_NETWORKS, LIT_RESOURCE_PREFIX, LOCAL_STORAGE_KEYS } from '@session-sigs/lit'
import { Wallet } from 'ethers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppOptions, type Sigs, type SigsParams, type Start, withApp } from './app.ts'
import { differences, play, type Scenario } from './differences.ts'
import { chosen, executesActions, keys, mistakes, type Nodes } from './mistakes.ts'
import { startOurs } from './ours.ts'
import { reasonsFor } from './reasons.ts'
import { hasSdk, startVersion2, startVersion7, type TheirApp } from './theirs.ts'

/** Seed 00, 01 and so on. */
const pair: SessionKeyPair = {
  publicKey: '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
  secretKey:
    '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
}
const sessionKeyUri = `lit:session:${pair.publicKey}`
const token = '2a'.padStart(64, '0')

const request = (key: string, ability: string): ResourceAbilityRequest => {
  const [resourcePrefix = '', resource = ''] = key.split('://')
  return { resource: { resource, resourcePrefix }, ability }
}

const types: readonly Resource[] = ['litEncryptionCondition://*', 'litSigningCondition://*', 'litPKP://*', 'litRLI://*', 'litAction://*']
const requests: readonly ResourceAbilityRequest[] = [
  request('lit-accesscontrolcondition://*', 'access-control-condition-decryption'),
  request('lit-accesscontrolcondition://*', 'access-control-condition-signing'),
  request('lit-pkp://*', 'pkp-signing'),
  request('lit-ratelimitincrease://*', 'rate-limit-increase-auth'),
  executesActions,
]

/** A version, the form that it was the last of, and in that form a request for everything and one for PKPs alone. */
interface Version {
  readonly version: string
  readonly start: Start<TheirApp>
  readonly form: string
  readonly all: SigsParams
  readonly pkps: SigsParams
}

const version2: Version = {
  version: '2.1.161',
  start: startVersion2,
  form: 'resources',
  all: { chain: 'ethereum', resources: types },
  pkps: { chain: 'ethereum', resources: ['litPKP://*'] },
}
const version7: Version = {
  version: '7.4.0',
  start: startVersion7,
  form: 'resourceAbilityRequests',
  all: { chain: 'ethereum', resourceAbilityRequests: requests },
  pkps: { chain: 'ethereum', resourceAbilityRequests: [request('lit-pkp://*', 'pkp-signing')] },
}
const versions = [version2, version7]

it('its lock file names no place on the net', () => {
  const lock = readFileSync(new URL('../../compat/lit-sdk/package-lock.json', import.meta.url), 'utf8')
  expect(lock).not.toMatch(/:\/\//)
  expect(JSON.parse(lock).packages['node_modules/lit-sdk-7']).toMatchObject({ name: '@lit-protocol/lit-node-client', version: '7.4.0' })
})

describe.skipIf(!hasSdk())("Lit's own SDK", () => {
  let network: Network
  let nodes: Nodes

  const post = (node: string, path: string, fields: object): Promise<Response> =>
    fetch(node + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(fields) })

  beforeAll(async () => {
    network = await startNetwork()
    const { urls, actions } = network
    const [node = ''] = urls
    nodes = { urls, runsAction: async (sigs) => (await post(node, '/action', { authSig: sigs[node], id: actions.greet })).ok }
  })
  afterAll(() => network.close())

  const options = (more: Partial<AppOptions> = {}): AppOptions => ({ nodes: network.urls, keys, ...more })

  /** What a version, or our client, gets for a request, by a callback. */
  const sigsFrom = (start: Start, params: SigsParams): Promise<Sigs> =>
    withApp(start, options(), async (app) => (await app.getSessionSigs(params, { changes: [] }))[0] ?? {})

  /** How each node answers to each of the five uses. */
  async function useAll(sigs: Sigs): Promise<readonly string[]> {
    const { address } = new Wallet(keys[0])
    const answers = network.urls.map(async (node) => {
      const authSig = sigs[node]
      const { resource: _, ...note } = (await (await post(node, '/seal', { note: 'secret', for: address })).json()) as Record<
        string,
        unknown
      >
      const uses = {
        '/open': note,
        '/attest': { resourceId: { path: '/private' } },
        '/pkp': { tokenId: token, message: 'hello' },
        '/limited': { tokenId: '7' },
        '/action': { id: network.actions.greet },
      }
      return Promise.all(
        Object.entries(uses).map(async ([path, fields]) => {
          const answer = await post(node, path, { ...fields, authSig })
          return `${path} ${answer.status}${answer.ok ? '' : ` ${((await answer.json()) as { code: string }).code}`}`
        }),
      )
    })
    return [...new Set((await Promise.all(answers)).flat())]
  }

  const allDone = ['/open 200', '/attest 200', '/pkp 200', '/limited 200', '/action 200']

  it('can reach nothing but this machine, and it would be noticed', async () => {
    for (const { start } of versions) {
      const app = await start(options())
      await expect(app.fetch('https://example.org/')).rejects.toThrow(/./)
      expect((await app.look()).reachedFor).toEqual(['example.org'])
      await app.close()
    }
  })

  describe('our nodes accept what it signs', () => {
    for (const { version, start, form, all, pkps } of versions) {
      it(`${version}, ${form}: all five uses, at all nodes`, async () => {
        const sigs = await sigsFrom(start, all)
        expect(Object.keys(sigs)).toEqual(network.urls)
        expect(await useAll(sigs)).toEqual(allDone)
      })

      it(`${version}, ${form}: and refuse what it does not ask for`, async () => {
        expect(await useAll(await sigsFrom(start, pkps))).toEqual([
          '/open 403 resource-not-requested',
          '/attest 403 resource-not-requested',
          '/pkp 200',
          '/limited 403 resource-not-requested',
          '/action 403 resource-not-requested',
        ])
      })
    }
  })

  describe('what we sign passes its checks', () => {
    for (const { version, form, all } of versions) {
      it(`validateSessionSigs, ${form} (of ${version})`, async () => {
        const sigs = await sigsFrom(startOurs, all)
        expect(await useAll(sigs)).toEqual(allDone)
        await withApp(startVersion7, options(), async (app) => {
          expect(await app.validateSessionSigs(sigs)).toEqual({ isValid: true, errors: [] })
          // A check that finds nothing wrong with anything would say so, too.
          const ended = Object.entries(sigs).map(([node, sig]) => {
            const signedMessage = sig.signedMessage.replace(/"expiration":"\d{4}/, '"expiration":"2020')
            return [node, { ...sig, signedMessage }]
          })
          expect((await app.validateSessionSigs(Object.fromEntries(ended))).isValid).toBe(false)
        })
      })
    }

    const delegationIn = (sigs: Sigs): AuthSig => JSON.parse(Object.values(sigs)[0]?.signedMessage ?? '').capabilities[0]

    it('checkNeedToResignSessionKey of 7.4.0: there is no need', async () => {
      const authSig = delegationIn(await sigsFrom(startOurs, { ...version7.all, sessionKey: pair }))
      await withApp(startVersion7, options(), async (app) => {
        const params = { authSig, sessionKeyUri, resourceAbilityRequests: requests }
        expect(await app.checkNeedToResignSessionKey(params)).toBe(false)
        expect(await app.checkNeedToResignSessionKey({ ...params, sessionKeyUri: `lit:session:${'ab'.repeat(32)}` })).toBe(true)
      })
    })

    it('checkNeedToResignSessionKey of 2.1.161: the same verdict as on its own, and no need once its two comparisons are put right', async () => {
      const params: SigsParams = { ...version2.all, sessionKey: pair }
      const authSigs = [delegationIn(await sigsFrom(startVersion2, params)), delegationIn(await sigsFrom(startOurs, params))]
      await withApp(startVersion2, options(), async (app) => {
        for (const authSig of authSigs) {
          // As it calls it itself. It looks for the signature's check under a name that its SIWE library does not have, and compares what grants a resource with the resource.
          const asItCalls = {
            authSig,
            sessionKeyUri,
            resources: types,
            sessionCapabilities: types.map((type) => type.replace('://', 'Capability://')),
          }
          expect(await app.checkNeedToResignSessionKey(asItCalls)).toBe(true)
          const putRight = { ...asItCalls, mended: true, sessionCapabilities: types }
          expect(await app.checkNeedToResignSessionKey(putRight)).toBe(false)
          expect(await app.checkNeedToResignSessionKey({ ...putRight, sessionKeyUri: `lit:session:${'ab'.repeat(32)}` })).toBe(true)
        }
      })
    })
  })

  describe('what is stored goes both ways', () => {
    const params: SigsParams = { chain: 'ethereum', resourceAbilityRequests: [executesActions] }

    const ways: readonly (readonly [string, Start, Start])[] = [
      ['theirs, then ours', startVersion7, startOurs],
      ['ours, then theirs', startOurs, startVersion7],
    ]
    for (const [name, first, second] of ways) {
      it(`${name}: the same key, and nobody is asked`, async () => {
        const before = await withApp(first, options(), async (app) => {
          const [sigs = {}] = await app.getSessionSigs(params, { changes: [] })
          return { sigs, kept: (await app.look()).kept }
        })
        await withApp(second, options({ kept: before.kept }), async (app) => {
          const [sigs = {}] = await app.getSessionSigs(params, { changes: [] })
          expect((await app.look()).asked).toEqual([])
          expect(Object.values(sigs).map(({ address }) => address)).toEqual(Object.values(before.sigs).map(({ address }) => address))
          expect(await nodes.runsAction(sigs)).toBe(true)
        })
      })
    }

    it('a key of 2.1.161, which keeps nothing else: ours asks for a delegation to it', async () => {
      const { kept } = await withApp(startVersion2, options(), async (app) => {
        await app.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'] }, { changes: [] })
        return app.look()
      })
      await withApp(startOurs, options({ kept }), async (app) => {
        const [sigs = {}] = await app.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'] }, { changes: [] })
        expect((await app.look()).asked.length).toBe(1)
        expect(JSON.parse(kept['lit-session-key'] ?? '').publicKey).toBe(Object.values(sigs)[0]?.address)
        expect(await nodes.runsAction(sigs)).toBe(true)
      })
    })
  })

  describe('mistakes', () => {
    it('are eleven', () => {
      expect([...new Set(mistakes.map(({ number }) => number))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    })

    for (const { number, says, theirs, ours, shows } of mistakes) {
      for (const { name, start, form, params } of theirs) {
        it(`${number}: ${name} ${says}`, async () => expect(await shows(start, nodes, params)).toBe(true))
        for (const [our, startOne] of Object.entries(ours)) {
          it(`${number}: not so ${our}, ${form}`, async () => expect(await shows(startOne, nodes, params)).toBe(false))
        }
      }
    }
  })

  describe('everything else is the same', () => {
    const now = new Date().toISOString()
    const later = new Date(Date.now() + 3_600_000).toISOString()
    /** Both take up the same key, as what they keep goes both ways. */
    const kept = { ...chosen, 'lit-session-key': JSON.stringify(pair) }

    async function compare(start: Start, scenario: Scenario) {
      const [theirs, ours] = [await play(start, scenario), await play(startOurs, scenario)]
      for (const { sigs } of [...theirs.calls, ...ours.calls]) expect(await nodes.runsAction(sigs)).toBe(true)
      return reasonsFor(differences(theirs, ours), scenario)
    }

    it('2.1.161: the documented flow, twice, and signing out', async () => {
      const call: SigsParams = { chain: 'ethereum', resources: ['litAction://*'] }
      const scenario = { options: options({ now, kept, isPage: true }), calls: [call, call], endsSignedOut: true }
      expect(await compare(startVersion2, scenario)).toEqual([1, 2, 7])
    })

    it('2.1.161: a key of one’s own, named resources and capabilities, and an end', async () => {
      const id = network.actions.greet
      const params: SigsParams = {
        chain: 'ethereum',
        resources: [`litAction://${id}`, 'litPKP://42'],
        sessionCapabilities: [`litActionCapability://${id}`, 'litPKPCapability://*'],
        expiration: later,
        sessionKey: pair,
      }
      expect(await compare(startVersion2, { options: options({ now }), calls: [params] })).toEqual([])
    })

    it('2.1.161: named resources without capabilities', async () => {
      const params: SigsParams = { chain: 'ethereum', resources: [`litAction://${network.actions.greet}`], sessionKey: pair }
      const scenario = { options: options({ now }), calls: [params] }
      expect(await compare(startVersion2, scenario)).toEqual(['grants no more than was asked for'])
    })

    it('7.4.0: the documented flow, twice, and signing out', async () => {
      const call: SigsParams = { chain: 'ethereum', resourceAbilityRequests: [executesActions], domain: 'localhost:3000' }
      const scenario = { options: options({ now, kept, isPage: true }), calls: [call, call], endsSignedOut: true }
      expect(await compare(startVersion7, scenario)).toEqual([1, 2, 7, 9, 'shows the secret key to nobody'])
    })

    it('7.4.0: a key of one’s own, all requests, further AuthSigs, and an end', async () => {
      const named = requests.slice(0, 4).map(({ resource, ability }) => ({ resource: { ...resource, resource: token }, ability }))
      const params: SigsParams = {
        chain: 'ethereum',
        resourceAbilityRequests: [...named, executesActions],
        capabilityAuthSigs: [await capacityDelegation()],
        expiration: later,
        sessionKey: pair,
      }
      const found = await compare(startVersion7, { options: options({ now }), calls: [params] })
      expect(found).toEqual([1, 2, 'shows the secret key to nobody'])
    })

    /** As the owner of a rate limit's token signs it for others' sessions. */
    async function capacityDelegation(): Promise<AuthSig> {
      const owner = new Wallet(keys[1])
      const recap = { att: { [`lit-ratelimitincrease://${token}`]: { 'Auth/Auth': [{ nft_id: [token], uses: '1' }] } }, prf: [] }
      const signedMessage = formatSiweMessage({
        domain: 'localhost:3000',
        address: owner.address,
        statement: recapStatement(recap),
        uri: 'lit:capability:delegation',
        version: '1',
        chainId: 1,
        nonce: 'abcdefgh12345678',
        issuedAt: now,
        expirationTime: later,
        resources: [encodeRecap(recap)],
      })
      return { sig: await owner.signMessage(signedMessage), derivedVia: 'web3.eth.personal.sign', signedMessage, address: owner.address }
    }

    it('7.4.0: what the page’s wallet signs for the page itself, but for the case of its address', async () => {
      const params = {
        chain: 'ethereum',
        resources: ['litAction://*'],
        expiration: later,
        uri: 'http://localhost:3000/',
        nonce: 'abcdefgh12345678',
      }
      const ask = (start: Start) =>
        withApp(start, options({ now, kept: chosen, isPage: true }), async (app) => ({
          authSig: await app.checkAndSignAuthMessage(params),
          kept: (await app.look()).kept['lit-auth-signature'] ?? '',
        }))
      const [theirs, ours] = [await ask(startVersion7), await ask(startOurs)]
      expect(theirs.authSig).toEqual({ ...ours.authSig, address: ours.authSig.address.toLowerCase() })
      expect(parseSiweMessage(ours.authSig.signedMessage).address).toBe(ours.authSig.address)
      expect(JSON.parse(theirs.kept)).toEqual(theirs.authSig)
      expect(JSON.parse(ours.kept)).toEqual(ours.authSig)
    })

    it('what else differs would be named', async () => {
      const scenario: Scenario = { options: options({ now }), calls: [{ ...version2.pkps, sessionKey: pair }] }
      const story = await play(startOurs, scenario)
      const [{ sigs, asked } = { sigs: {}, asked: [] }] = story.calls
      const [node = ''] = network.urls
      const sig = sigs[node] ?? expect.fail('There is no signature for the node.')
      const { algo, ...envelope } = sig
      const payload = JSON.parse(sig.signedMessage)
      const instead = (changes: object): readonly unknown[] => {
        const changed = { ...story, calls: [{ sigs: { ...sigs, [node]: { ...sig, ...changes } }, asked }] }
        return reasonsFor(differences(changed, story), scenario)
      }
      const signing = (value: object): readonly unknown[] => instead({ signedMessage: JSON.stringify(value) })
      expect(instead({})).toEqual([])
      const named = [
        instead({ sig: 'ab'.repeat(64) }),
        instead({ derivedVia: 'otherwise' }),
        signing({ ...payload, issuedAt: later }),
        signing({ ...payload, maxPrice: '0x1' }),
        signing({ nodeAddress: node, ...payload }),
        instead({ signedMessage: JSON.stringify(payload, null, 1) }),
        reasonsFor(differences({ ...story, kept: { 'lit-comms-keypair': '{}' } }, story), scenario),
        reasonsFor(differences({ ...story, calls: [{ sigs, asked: [{ ...Object(asked[0]), more: 1 }] }] }, story), scenario),
        reasonsFor(differences({ ...story, calls: [{ sigs: { [node]: { algo, ...envelope } }, asked }] }, story), scenario),
      ]
      for (const reasons of named)
        expect([reasons.length > 0, reasons.every((reason) => /: .*, and not /.test(String(reason)))]).toEqual([true, true])
    })

    it('names: networks, chains, abilities, prefixes, places in local storage', async () => {
      for (const { start } of versions) {
        const tables = await withApp(start, options(), (app) => app.tables())
        const { LIT_CHAINS: chains = {}, ...others } = tables
        const known: Record<string, object> = { LIT_ABILITY, LIT_NETWORKS, LIT_RESOURCE_PREFIX, LOCAL_STORAGE_KEYS }
        for (const [name, table] of Object.entries(others)) expect(known[name], name).toMatchObject(table)
        for (const [name, chain] of Object.entries(chains)) expect([name, chainIdOf(name)]).toEqual([name, Object(chain).chainId])
        expect(Object.keys(chains).length).toBeGreaterThan(20)
      }
    })
  })
})
