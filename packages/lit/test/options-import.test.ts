/** Importing the package does nothing, and making a client opens nothing: neither in a page nor on a server that renders one. */
import { createContext, runInContext } from 'node:vm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LitModule, litModule, litScript } from './bundled.ts'

let module: LitModule
let script = ''

beforeAll(async () => {
  module = await litModule()
  script = await litScript()
}, 60_000)

afterAll(() => module.remove())

/** A platform that notes whatever is read of it. The names are those of pages, of workers and of Node. */
function watchedPlatform(): { readonly read: string[]; readonly platform: object } {
  const names = [
    ...['window', 'self', 'document', 'location', 'navigator', 'localStorage', 'sessionStorage', 'indexedDB', 'ethereum', 'process'],
    ...['fetch', 'XMLHttpRequest', 'WebSocket', 'Worker', 'BroadcastChannel', 'crypto', 'console', 'setTimeout', 'setInterval'],
    ...['queueMicrotask', 'addEventListener', 'dispatchEvent', 'Event', 'CustomEvent', 'TextEncoder', 'URL', 'structuredClone', 'require'],
  ]
  const read: string[] = []
  const platform = {}
  for (const name of names) {
    const note = (): undefined => void read.push(name)
    Object.defineProperty(platform, name, { get: note, set: note, configurable: true })
  }
  return { read, platform }
}

it('importing it reads nothing of the platform', () => {
  const { read, platform } = watchedPlatform()
  const context = createContext(platform)
  runInContext(script, context)
  expect(read).toEqual([])
  expect(runInContext('typeof lit.LitNodeClient', context)).toBe('function')
})

it('importing it and making a client needs none of it', () => {
  const context = createContext({})
  runInContext(script, context)
  const made =
    "const client = new lit.LitNodeClient({ litNetwork: 'serrano' }); [client.ready, client.connectedNodes.size, client.failedNodes.size].join()"
  expect(runInContext(made, context)).toBe('false,0,0')
})

it('making a client opens nothing, and touches neither storages nor the network', () => {
  const { read, platform } = watchedPlatform()
  const context = createContext(platform)
  runInContext(script, context)
  runInContext("new lit.LitNodeClient({ litNetwork: 'serrano', debug: true, domain: 'app.example' })", context)
  const opened = [
    'localStorage',
    'sessionStorage',
    'indexedDB',
    'ethereum',
    'fetch',
    'XMLHttpRequest',
    'WebSocket',
    'Worker',
    'BroadcastChannel',
  ]
  const begun = ['setTimeout', 'setInterval', 'addEventListener', 'dispatchEvent', 'console', 'document']
  expect(read.filter((name) => [...opened, ...begun].includes(name))).toEqual([])
})

it('in Node neither leaves anything open, prints anything, or adds a global', async () => {
  const { stdout, stderr } = await module.run(`
    import { setImmediate } from 'node:timers/promises'
    const handles = () => process.getActiveResourcesInfo().toSorted().join()
    const [before, names] = [handles(), Object.getOwnPropertyNames(globalThis).length]
    // Node closes the files that it has read in its own time.
    const later = async () => {
      for (let turn = 0; turn < 1000 && handles() !== before; turn += 1) await setImmediate()
      return handles()
    }
    const { LitNodeClient, LIT_NETWORKS } = await import(litModule)
    const imported = await later()
    const clients = Object.keys(LIT_NETWORKS).map((litNetwork) => new LitNodeClient({ litNetwork, bootstrapUrls: ['http://127.0.0.1:1'] }))
    const made = await later()
    const added = Object.getOwnPropertyNames(globalThis).length - names
    process.stdout.write(JSON.stringify({ before, imported, made, clients: clients.length, added }))
  `)
  expect(stderr).toBe('')
  const { before, imported, made, clients, added } = JSON.parse(stdout)
  expect([imported, made, clients, added]).toEqual([before, before, 10, 0])
})
