import { isSessionError, type SessionActions, type SessionClient, type SessionState } from '@session-sigs/core'
import { createCaller } from './calls.ts'
import { lifetimes, signatureLifetimes, storages } from './choices.ts'
import { createClients } from './clients.ts'
import { createCommands } from './commands.ts'
import { createConnection } from './connection.ts'
import { createCopies } from './copies.ts'
import { explain, explainUntold, statementsOf } from './explain.ts'
import { createForm } from './form.ts'
import { createNetwork } from './network.ts'
import { type PageWindow, textsOf } from './page.ts'
import { createScreen } from './screen.ts'
import type { Demo, Notice, RemedyName } from './view.ts'

export interface DemoOptions {
  /** The page; the global one by default, which nothing touches before `start()`. */
  window?: PageWindow
  /** The device's clock. */
  now?: () => Date
}

function isOneOf(choices: readonly { readonly id: string }[], id: string): boolean {
  return choices.some((choice) => choice.id === id)
}

/** The model of the page. Nothing happens before `start()`, so that a server can make one, too. */
export function createDemo(options: DemoOptions = {}): Demo {
  const screen = createScreen()
  const view = screen.get
  const form = createForm(screen)
  const network = createNetwork(screen)
  const caller = createCaller(screen, network)
  const copies = createCopies(screen, network)
  const { asked, offerMore, call, ...commands } = createCommands(screen, form, caller, copies)
  const connection = createConnection(screen, { chosen: form.drop, selected: form.dropUnlessOf, asked: form.showAsked })
  const clientFor = createClients(connection.signer, options.now ?? ((): Date => new Date()), network.tell)
  const page = (): PageWindow => options.window ?? globalThis.window
  let isStarted = false
  let unwatch = (): void => undefined
  /** Whose session it is, or was before it ended. */
  let owner: string | undefined

  function lookAt(state: SessionState): void {
    const before = owner
    owner = state.status === 'signed-in' ? state.address : state.reason === 'expired' ? owner : undefined
    // What one account's session did is not for the next to see.
    if (owner !== before) caller.reset()
    if (state.status === 'signed-in') copies.dropFor(state.sessionKey)
    if (state.status === 'signed-in' && view().revocation !== 'under-way') screen.change({ revocation: 'none' })
    if (state.status === 'signed-in' && view().message) form.drop()
    offerMore()
  }

  function watch(client: SessionClient | undefined): void {
    unwatch()
    unwatch = (isStarted && client?.subscribe(lookAt)) || ((): void => undefined)
  }

  function useChosenClient(): void {
    const nodes = network.known()
    const client = nodes && clientFor(view().storage, nodes.urls, page().location.host)
    if (!client || client === view().client) return
    owner = undefined
    // What the client before wrote, this one knows nothing of: it would ask for something else than what is read.
    form.drop()
    screen.change({ client, revocation: 'none' })
    copies.drop()
    offerMore(true)
    caller.reset()
    connection.tell(client)
    watch(client)
  }

  async function load(): Promise<void> {
    screen.clear()
    const nodes = await network.load(page().location.origin)
    if (!nodes) return
    screen.change({ powers: view().powers.map((choice) => (choice.type === 'Action' ? { ...choice, example: nodes.action } : choice)) })
    caller.reset()
    useChosenClient()
  }

  function start(): () => void {
    isStarted = true
    const texts = textsOf(page())
    const end = connection.start(page(), texts, form.restore(texts))
    void load()
    watch(view().client)
    return () => {
      isStarted = false
      end()
      unwatch()
    }
  }

  function chooseStorage(id: string): void {
    screen.clear()
    if (!isOneOf(storages, id)) return
    form.choose({ storage: id })
    useChosenClient()
  }

  async function startNodes(session: SessionActions): Promise<void> {
    screen.clear()
    if (await network.startAll()) await call(caller.lastKind(), session)
  }

  async function tellAgain(): Promise<void> {
    const statements = statementsOf(screen.seen())
    const nodes = network.known()?.urls ?? []
    screen.clear()
    screen.change({ revocation: 'under-way' })
    await network.startAll()
    try {
      await Promise.all(statements.map((statement) => network.tell(nodes, statement)))
    } catch {
      screen.change({ notice: untold() })
    }
  }

  function untold(): Notice {
    return explainUntold(network.down(), network.known()?.control !== undefined)
  }

  const remedies: Readonly<Record<RemedyName, (session: SessionActions) => Promise<void>>> = {
    load,
    read: commands.read,
    'sign-in': commands.signIn,
    renew: commands.renew,
    require: commands.requireMore,
    'sign-out': commands.signOut,
    revoke: tellAgain,
    'call-nodes': (session) => call('call-nodes', session),
    'call-powers': (session) => call('call-powers', session),
    'start-nodes': startNodes,
    memory: async () => chooseStorage('memory'),
  }

  return Object.freeze<Demo>({
    get: screen.get,
    subscribe: screen.subscribe,
    start,
    load,
    ...commands,
    chooseWallet(id) {
      screen.clear()
      if (!isOneOf(view().wallets, id)) return
      connection.choose(id)
      form.choose({})
    },
    choosePower(type, change) {
      screen.clear()
      form.choosePower(type, change)
    },
    chooseLifetime(id) {
      screen.clear()
      if (isOneOf(lifetimes, id)) form.choose({ lifetime: id })
    },
    chooseStorage,
    chooseSignatureLifetime(id) {
      screen.clear()
      if (!isOneOf(signatureLifetimes, id)) return
      screen.change({ signatureLifetime: id })
      form.keep()
    },
    discard() {
      screen.clear()
      form.drop()
    },
    switchAccount() {
      screen.clear()
      connection.switchAccount().catch((error) => screen.change({ notice: explain(error, 'read') }))
    },
    callNodes: remedies['call-nodes'],
    callPowers: remedies['call-powers'],
    async resend() {
      screen.clear()
      await caller.resend()
    },
    // What is said of nodes that were not told stays: it has the button that tells them.
    useCopies: copies.use,
    async stopNode(url) {
      screen.clear()
      await network.change('stop', url)
    },
    async startNode(url) {
      screen.clear()
      await network.change('start', url)
    },
    answer: connection.answer,
    dismiss(error) {
      screen.change(error && error !== view().dismissed ? { dismissed: error } : { notice: undefined })
    },
    noticeOf({ dismissed, notice }, error) {
      screen.see(error)
      if (!error || error === dismissed) return notice
      return isSessionError(error, 'revocation-failed') ? untold() : explain(error, asked())
    },
    follow: (remedy, session) => remedies[remedy](session),
    lastSignature: caller.lastSignature,
  })
}
