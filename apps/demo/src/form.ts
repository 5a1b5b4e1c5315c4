/** The choices, and the message that comes of them. */
import type { SessionSigsRequest } from '@session-sigs/core'
import { defaults, endOf, lifetimes } from './choices.ts'
import { explain } from './explain.ts'
import { viewOfMessage } from './message.ts'
import type { Texts } from './page.ts'
import { resourceOf, withChange } from './powers.ts'
import type { Screen } from './screen.ts'
import { readSettings, settingsName, writeSettings } from './settings.ts'
import type { DemoView, PowerChoice } from './view.ts'

export interface Form {
  /** Takes up what was chosen before; gives the wallet. */
  restore(from: Texts): string
  /** Keeps what is chosen now. */
  keep(): void
  /** Makes choices that the message depends on. */
  choose(change: Partial<DemoView>): void
  choosePower(type: string, change: Partial<PowerChoice>): void
  /** Connects the wallet, and has the message written. */
  read(): Promise<void>
  /** After the wallet was asked for nothing: so that it can be asked at once when the person wants that. */
  readAgain(): Promise<void>
  /** The wallet is asked to sign this: where a message is shown, it is this one. */
  showAsked(text: string): void
  /** The message is no longer wanted, also if it is only being written. */
  drop(): void
  /** The same, unless it is this account's. */
  dropUnlessOf(address: string | undefined): void
  /** What is asked for by the choices as they are. */
  request(now: Date): SessionSigsRequest
}

export function createForm(screen: Screen): Form {
  let texts: Texts | undefined
  /** Grows when a message that is being written is no longer wanted. */
  let age = 0

  function keep(): void {
    texts?.set(settingsName, writeSettings(screen.get()))
  }

  function drop(): void {
    age += 1
    // Other tabs need not wait for it, and no other wallet is asked to sign it.
    screen.get().client?.withdraw()
    screen.change({ message: undefined, isReading: false })
  }

  function choose(change: Partial<DemoView>): void {
    drop()
    screen.change(change)
    keep()
  }

  function request(now: Date): SessionSigsRequest {
    const { powers, lifetime } = screen.get()
    // An empty list stays one: left out, it would mean everything.
    const resources = powers.filter(({ isWanted }) => isWanted).map(resourceOf)
    // The client's own, left out: then a page that is loaded again asks with the very message that was asked before.
    return lifetime === defaults.lifetime ? { resources } : { resources, expiration: endOf(lifetimes, lifetime, now) }
  }

  async function read(): Promise<void> {
    const { client, problem, isReading } = screen.get()
    if (!client || problem !== undefined || isReading) return
    drop()
    const mine = age
    const show = (change: Partial<DemoView>): void => {
      if (mine === age) screen.change({ ...change, isReading: false })
    }
    screen.change({ isReading: true })
    const wanted = request(client.now())
    try {
      const text = await client.prepare(wanted)
      if (mine !== age) return
      // Nobody has to be asked: the wallet is on an account whose session grants all this.
      if (text === undefined) await client.signIn(wanted)
      show({ message: text === undefined ? undefined : viewOfMessage(text) })
    } catch (error) {
      show({ notice: explain(error, 'read') })
    }
  }

  async function readAgain(): Promise<void> {
    const { client } = screen.get()
    const mine = age
    try {
      const text = await client?.prepare(request(client.now()))
      if (mine === age && text !== undefined) screen.change({ message: viewOfMessage(text) })
    } catch {
      // What is wrong is told when the person asks.
    }
  }

  function showAsked(text: string): void {
    // Asked late, the client may write it anew: a question is prepared for a while, not for ever.
    if (![undefined, text].includes(screen.get().message?.text)) screen.change({ message: viewOfMessage(text) })
  }

  return {
    restore(from) {
      texts = from
      const { wallet, ...others } = readSettings(from.get(settingsName))
      screen.change(others)
      return wallet
    },
    keep,
    choose,
    choosePower(type, change) {
      choose({ powers: screen.get().powers.map((choice) => (choice.type === type ? withChange(choice, change) : choice)) })
    },
    read,
    readAgain,
    showAsked,
    drop,
    dropUnlessOf(address) {
      const { message } = screen.get()
      if (message && message.address.toLowerCase() !== address?.toLowerCase()) drop()
    },
    request,
  }
}
