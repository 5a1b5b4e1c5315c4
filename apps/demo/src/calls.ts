/** Calling nodes: sign, send, show what came of it. */
import type { SessionActions, SessionClient, SessionSig } from '@session-sigs/core'
import { isSessionError } from '@session-sigs/core'
import { endOf, signatureLifetimes } from './choices.ts'
import { explain, explainDown, explainExpired, explainSignedOut } from './explain.ts'
import type { Network } from './network.ts'
import { type Answer, type Nodes, post } from './nodes.ts'
import { resourcesOf } from './powers.ts'
import { busy, nodeRows, powerRows, shown } from './rows.ts'
import type { Screen } from './screen.ts'
import { nodeUses, powerUses, type Use } from './uses.ts'
import { isRecord, parseJson } from './values.ts'
import type { CallView } from './view.ts'

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

/** Requests, and the signatures for them by node. */
interface Signed {
  readonly kind: Kind
  readonly uses: readonly Use[]
  readonly sigs: Readonly<Record<string, SessionSig>>
}

interface Outcome {
  readonly node: string
  readonly answer: Answer
}

function endOfSignature(sig: SessionSig | undefined): string {
  const content = parseJson(sig?.signedMessage)
  return isRecord(content) && typeof content['expiration'] === 'string' ? content['expiration'] : ''
}

export function createCaller(screen: Screen, { known: nodes, mark }: Pick<Network, 'known' | 'mark'>): Caller {
  let signed: Signed | undefined
  let last: Kind = 'call-nodes'
  /** Grows when everything is forgotten: what was under way then is shown no more. */
  let age = 0

  const rowsOf = (kind: Kind): readonly CallView[] => (kind === 'call-nodes' ? screen.get().nodeCalls : screen.get().powerCalls)

  function showRows(kind: Kind, change: (row: CallView) => CallView): void {
    const rows = rowsOf(kind).map(change)
    screen.change(kind === 'call-nodes' ? { nodeCalls: rows } : { powerCalls: rows })
  }

  async function send({ kind, uses, sigs }: Signed): Promise<readonly Outcome[]> {
    const mine = age
    const sendOne = async (use: Use): Promise<Outcome> => {
      const answer = await post(use.node + use.path, { ...use.fields, authSig: sigs[use.node] })
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
      const hasEnded = outcomes.some(({ answer }) => answer.status === 'refused' && answer.body['code'] === 'session-sig-expired')
      if (down.length > 0) screen.change({ notice: explainDown(down, nodes()?.control !== undefined, kind) })
      else if (isAgain && hasEnded) screen.change({ notice: explainExpired(kind) })
    } catch (error) {
      if (mine !== age) return
      showRows(kind, (row) => before.find(({ id }) => id === row.id) ?? row)
      // The session shows its own errors.
      if (!isSessionError(error)) screen.change({ notice: explain(error, kind) })
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

  async function sign(session: SessionActions, client: SessionClient, uses: readonly Use[]): Promise<Signed['sigs']> {
    const state = client.get()
    return session.getSessionSigs({
      resources: resourcesOf(state.status === 'signed-in' ? state.capabilities : []),
      nodes: [...new Set(uses.map(({ node }) => node))],
      sessionSigExpiration: endOf(signatureLifetimes, screen.get().signatureLifetime, client.now()),
    })
  }

  async function call(kind: Kind, session: SessionActions): Promise<void> {
    const { client, isCalling } = screen.get()
    const known = nodes()
    if (!client || !known || isCalling) return
    const state = client.get()
    if (state.status !== 'signed-in') return screen.change({ notice: explainSignedOut(state.reason) })
    const mine = age
    const attempt = async (): Promise<readonly Outcome[]> => {
      const node = firstNode(known)
      const uses = kind === 'call-nodes' ? nodeUses(known.urls, known.action) : await powerUses(node, state.address, known.action)
      if (mine !== age) return []
      if ('status' in uses) {
        showRows(kind, (row) => ({ ...row, ...shown({ resource: row.resource, words: () => '' }, uses) }))
        mark(node, uses.status !== 'down')
        return [{ node, answer: uses }]
      }
      const sigs = await sign(session, client, uses)
      if (mine !== age) return []
      signed = { kind, uses, sigs }
      screen.change({ kept: { until: endOfSignature(Object.values(sigs)[0]) } })
      return send(signed)
    }
    const work = async (): Promise<readonly Outcome[]> => {
      const outcomes = await attempt()
      // Not the same again for ever: once the clock is put right, a refusal is one.
      if (!outcomes.some(({ answer }) => answer.status === 'refused' && client.heed(answer.body))) return outcomes
      showRows(kind, busy)
      return attempt()
    }
    await busily(kind, work, false)
  }

  return {
    call,
    async resend() {
      const again = signed
      if (again && !screen.get().isCalling) await busily(again.kind, () => send(again), true)
    },
    reset() {
      age += 1
      signed = undefined
      const known = nodes()
      const rows = { nodeCalls: nodeRows(known?.urls, known?.action), powerCalls: powerRows(known?.action) }
      screen.change({ ...rows, isCalling: false, kept: undefined })
    },
    lastKind: () => last,
    lastSignature() {
      const [sig] = Object.values(signed?.sigs ?? {})
      return sig && JSON.stringify(sig)
    },
  }
}
