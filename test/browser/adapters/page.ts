/** What the fixture pages of all frameworks have in common: `window.fixture`, for the tests. */
import {
  createSessionClient,
  memoryStorage,
  type SessionClient,
  type SessionClientOptions,
  type SessionViewOptions,
} from '@session-sigs/core'
import { indexedDbStorage } from '@session-sigs/storage-indexeddb'
import { webStorage } from '@session-sigs/storage-web'
import { viemSigner } from '@session-sigs/viem-signer'
import type {} from '../injected/provider.ts'
import { type Outcome, outcome } from '../pages/outcome.ts'
import { reach } from './reach.ts'
import { lastKept, lastUsed, runsOf } from './runs.ts'
import type { Told } from './site.ts'

export interface Props {
  readonly client: SessionClient
  readonly options: SessionViewOptions
}

/** What a framework does with one of its fixture components; each gives what takes the component out again. */
export interface Driver {
  mount(component: string, into: Element, props: Props): () => void
  hydrate(component: string, into: Element, props: Props): () => void
  /** When all that changed is drawn, and its effects have run. */
  drawn(): Promise<void>
}

interface Setup extends Pick<SessionClientOptions, 'warnSeconds'> {
  /** As an app has it: subscriptions are not counted. */
  readonly isBare?: boolean
}

/** A client that counts who subscribes to it. */
function counted(client: SessionClient): SessionClient {
  const subscribe: SessionClient['subscribe'] = (run) => {
    const end = client.subscribe(run)
    let isOpen = true
    window.fixture.open += 1
    return () => {
      if (isOpen) window.fixture.open -= 1
      isOpen = false
      end()
    }
  }
  return Object.create(client, { subscribe: { value: subscribe } })
}

function readTold(): Told {
  return JSON.parse(document.querySelector('#told')?.textContent ?? '')
}

const storages = { indexedDB: () => indexedDbStorage(), localStorage: () => webStorage('local'), memory: () => memoryStorage() }

function newClient(storage: keyof typeof storages = 'indexedDB', { isBare = false, ...setup }: Setup = {}): SessionClient {
  const now = (): Date => new Date(Date.now() + window.fixture.ahead)
  const { nodes } = readTold()
  const client = createSessionClient({ ...setup, nodes, now, storage: storages[storage](), signer: viemSigner(window.ethereum) })
  return isBare ? client : counted(client)
}

/** A place of its own for every component, one after the other. */
function newPlace(): Element {
  const place = document.createElement('div')
  document.querySelector('#app')?.append(place)
  return place
}

/** Writes down what is shown in an element, whenever that is another text, however shortly: until the next task is too short for a screen. */
function watchText(selector: string): string[] {
  const read = (): string => document.querySelector(selector)?.textContent ?? 'nothing'
  const texts = [read()]
  new MutationObserver(() => {
    const text = read()
    if (text !== texts.at(-1)) texts.push(text)
  }).observe(document, { subtree: true, childList: true, characterData: true })
  return texts
}

const moment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

function fixtureOf(driver: Driver) {
  let leave: (() => void)[] = []
  const fixture = {
    /** How many subscriptions there are at the moment, to all clients. */
    open: 0,
    /** So far, in milliseconds, the clients' clock is ahead of the page's. */
    ahead: 0,
    client: newClient(),
    runsOf,
    lastKept,
    lastUsed,
    reach,
    watchText,
    /** What was shown as the address, from the moment on in which a server's document was taken over. */
    seen: [] as readonly string[],
    drawn: driver.drawn,
    openClient(storage: keyof typeof storages, setup?: Setup): void {
      fixture.client = newClient(storage, setup)
    },
    async mount(component: string, options: SessionViewOptions = {}): Promise<void> {
      leave.push(driver.mount(component, newPlace(), { client: fixture.client, options }))
      await driver.drawn()
    },
    /** Takes over the document that a server rendered. */
    async hydrate(): Promise<void> {
      const { rendered } = readTold()
      const place = document.querySelector('#app')
      if (!rendered || !place) throw new Error('A server rendered nothing.')
      fixture.seen = watchText('.address')
      const { component, hint, renderedAt } = rendered
      leave.push(driver.hydrate(component, place, { client: fixture.client, options: { hint, renderedAt } }))
      await driver.drawn()
    },
    /** Takes out all components. */
    async unmount(): Promise<void> {
      for (const end of leave) end()
      leave = []
      await driver.drawn()
    },
    /** Puts a component in and takes it out again, so many times; every now and then the page comes to rest. */
    async churn(component: string, times: number): Promise<void> {
      const place = newPlace()
      for (let i = 1; i <= times; i++) {
        const end = driver.mount(component, place, { client: fixture.client, options: {} })
        await driver.drawn()
        end()
        if (i % 100 === 0) await moment()
      }
      place.remove()
      await moment()
    },
    outcome: <T>(promise: Promise<T>): Promise<Outcome<T>> => outcome(promise),
  }
  return fixture
}

type Fixture = ReturnType<typeof fixtureOf>

/** Sets the page up for the tests. A document that a server rendered is taken over at once, unless `?later` leaves that to the test. */
export async function serveTests(driver: Driver): Promise<void> {
  window.fixture = fixtureOf(driver)
  if (readTold().rendered && !location.search) await window.fixture.hydrate()
}

declare global {
  interface Window {
    fixture: Fixture
  }
}
