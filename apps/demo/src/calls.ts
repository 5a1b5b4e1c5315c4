/** Calling nodes: sign, send, show what came of it. */
import type { SessionActions, SessionClient, SessionSig, SessionState } from '@session-sigs/core'
import { isSessionError } from '@session-sigs/core'
import { endOf, secondsOf, signatureLifetimes } from './choices.ts'
import { explain, explainDown, explainExpired, explainSignedOut, explainUsed } from './explain.ts'
import type { Network } from './network.ts'
import { type Answer, type Nodes, post } from './nodes.ts'
import { resourcesOf } from './powers.ts'
import { createRequests } from './requests.ts'
import { busy, nodeRows, powerRows, shown } from './rows.ts'
import type { Screen } from './screen.ts'
import { nodeUses, powerUses, type Use } from './uses.ts'
import { isRecord, parseJson } from './values.ts'
import type { CallView, DemoView } from './view.ts'

export type Kind = 'call-nodes' | 'call-powers'

export interface Caller {
  call(kind: Kind, session: SessionActions): Promise<void>
  /** Sends what was signed last once more, as it is. */
  resend(): Promise<void>
  /** Forgets every signature, and what came of it. */
  reset(): void
  /** What was called last. */
  lastKind(): Kind
  lastSignature(): string | undefined
}

/** What was signed last, and how it is sent once more. */
interface Round {
  readonly kind: Kind
  readonly uses: readonly Use[]
  readonly send: (use: Use) => Promise<Answer>
}

interface Outcome {
  readonly node: string
  readonly answer: Answer
}

/** What calls are made with. */
interface Signing {
  readonly client: SessionClient
  readonly state: Extract<SessionState, { status: 'signed-in' }>
  readonly known: Nodes
}

function endOfSignature(sig: SessionSig | undefined): string {
  const content = parseJson(sig?.signedMessage)
  return isRecord(content) && typeof content['expiration'] === 'string' ? content['expiration'] : ''
}

/** What is said where what was sent once more is refused. */
function explainAgain(kind: Kind, outcomes: readonly Outcome[]): Partial<DemoView> {
  const codes = outcomes.map(({ answer }) => (answer.status === 'refused' ? answer.body['code'] : undefined))
  if (codes.includes('session-sig-expired')) return { notice: explainExpired(kind) }
  return codes.includes('nonce-used') ? { notice: explainUsed(kind) } : {}
}

export function createCaller(screen: Screen, { known: nodes, mark }: Pick<Network, 'known' | 'mark'>): Caller {
  const requests = createRequests()
  let signed: Round | undefined
  let lastSig: SessionSig | undefined
  let last: Kind = 'call-nodes'
  /** Grows when everything is forgotten: what was under way then is shown no more. */
  let age = 0

  const rowsOf = (kind: Kind): readonly CallView[] => (kind === 'call-nodes' ? screen.get().nodeCalls : screen.get().powerCalls)

  function showRows(kind: Kind, change: (row: CallView) => CallView): void {
    const rows = rowsOf(kind).map(change)
    screen.change(kind === 'call-nodes' ? { nodeCalls: rows } : { powerCalls: rows })
  }

  async function sendAll({ kind, uses, send }: Round): Promise<readonly Outcome[]> {
    const mine = age
    const sendOne = async (use: Use): Promise<Outcome> => {
      const answer = await send(use)
      if (mine === age) {
        showRows(kind, (row) => (row.id === use.row ? { ...row, ...shown(use, answer) } : row))
        mark(use.node, answer.status !== 'down')
      }
      return { node: use.node, answer }
    }
    return Promise.all(uses.map(sendOne))
  }

  /** Everything between a button and its end; what was begun before everything was forgotten changes nothing any more. */
  async function busily(kind: Kind, work: () => Promise<readonly Outcome[]>, isAgain: boolean): Promise<void> {
    const [mine, before] = [age, rowsOf(kind)]
    last = kind
    screen.change({ isCalling: true })
    showRows(kind, busy)
    try {
      const outcomes = await work()
      if (mine !== age) return
      const down = [...new Set(outcomes.filter(({ answer }) => answer.status === 'down').map(({ node }) => node))]
      if (down.length > 0) screen.change({ notice: explainDown(down, nodes()?.control !== undefined, kind) })
      else if (isAgain) screen.change(explainAgain(kind, outcomes))
    } catch (error) {
      if (mine !== age) return
      showRows(kind, (row) => before.find(({ id }) => id === row.id) ?? row)
      // The session shows its own errors: what it signs the nodes' signatures with.
      if (kind === 'call-powers' || !isSessionError(error)) screen.change({ notice: explain(error, kind) })
    } finally {
      if (mine === age) screen.change({ isCalling: false })
    }
  }

  /** The node that all five powers are used at: the first that is up. */
  function firstNode({ urls }: Nodes): string {
    const { network } = screen.get()
    const up = network.status === 'ready' ? network.nodes.find(({ isUp }) => isUp)?.url : undefined
    return up ?? urls[0] ?? ''
  }

  /** With a signature for each node, in the wire's own form: it is good until it ends, as often as it is sent. */
  async function useSignatures(session: SessionActions, { client, state, known }: Signing): Promise<readonly Outcome[]> {
    const mine = age
    const uses = nodeUses(known.urls, known.action)
    const sigs = await session.getSessionSigs({
      resources: resourcesOf(state.capabilities),
      nodes: [...known.urls],
      sessionSigExpiration: endOf(signatureLifetimes, screen.get().signatureLifetime, client.now()),
    })
    if (mine !== age) return []
    lastSig = Object.values(sigs)[0]
    signed = { kind: 'call-nodes', uses, send: ({ node, path, fields }) => post(node + path, { ...fields, authSig: sigs[node] }) }
    screen.change({ kept: { until: endOfSignature(lastSig), isOnce: false } })
    return sendAll(signed)
  }

  /** Each request signed by itself. The client puts its clock right by itself, too, and signs again. */
  async function useRequests({ client, state, known }: Signing): Promise<readonly Outcome[]> {
    const mine = age
    const node = firstNode(known)
    const uses = await powerUses(node, state.address, known.action)
    if (mine !== age) return []
    if ('status' in uses) {
      showRows('call-powers', (row) => ({ ...row, ...shown({ resource: row.resource, words: () => '' }, uses) }))
      mark(node, uses.status !== 'down')
      return [{ node, answer: uses }]
    }
    const lifeSeconds = secondsOf(signatureLifetimes, screen.get().signatureLifetime)
    const by = { client, resources: resourcesOf(state.capabilities), lifeSeconds }
    const outcomes = await sendAll({ kind: 'call-powers', uses, send: (use) => requests.send(use, by) })
    const until = requests.until()
    if (mine === age && until) {
      signed = { kind: 'call-powers', uses, send: requests.resend }
      screen.change({ kept: { until, isOnce: true } })
    }
    return outcomes
  }

  async function call(kind: Kind, session: SessionActions): Promise<void> {
    const { client, isCalling } = screen.get()
    const known = nodes()
    if (!client || !known || isCalling) return
    const state = client.get()
    if (state.status !== 'signed-in') return screen.change({ notice: explainSignedOut(state.reason) })
    const signing: Signing = { client, state, known }
    const work = async (): Promise<readonly Outcome[]> => {
      if (kind === 'call-powers') return useRequests(signing)
      const outcomes = await useSignatures(session, signing)
      // Not the same again for ever: once the clock is put right, a refusal is one.
      if (!outcomes.some(({ answer }) => answer.status === 'refused' && client.heed(answer.body))) return outcomes
      showRows(kind, busy)
      return useSignatures(session, signing)
    }
    await busily(kind, work, false)
  }

  return {
    call,
    async resend() {
      const again = signed
      if (again && !screen.get().isCalling) await busily(again.kind, () => sendAll(again), true)
    },
    reset() {
      age += 1
      signed = undefined
      lastSig = undefined
      const known = nodes()
      const rows = { nodeCalls: nodeRows(known?.urls, known?.action), powerCalls: powerRows(known?.action) }
      screen.change({ ...rows, isCalling: false, kept: undefined })
    },
    lastKind: () => last,
    lastSignature: () => lastSig && JSON.stringify(lastSig),
  }
}
