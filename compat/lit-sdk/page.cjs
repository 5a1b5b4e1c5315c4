/**
 * What an app of the SDK has around it, in a process of its own: both versions leave things in the global scope, and take what they find there. Here that is a local storage,
 * a clock, a wallet, and no network but this machine's. The process that started it calls what it offers, by messages in JSON.
 */
'use strict'

const net = require('node:net')

/** Hosts beyond this machine that somebody wanted to reach. */
const reachedFor = []

function keepToThisMachine() {
  const { connect } = net.Socket.prototype
  net.Socket.prototype.connect = function (...args) {
    // `net.connect` and `tls.connect` hand them on as a list. A socket without a host goes to this machine, or to a file of it.
    const [where, name] = Array.isArray(args[0]) ? args[0] : args
    const host = typeof where === 'object' ? where.host : typeof name === 'string' ? name : undefined
    if (/^(?:localhost|127(?:\.\d+){3}|::1)$/.test(host ?? 'localhost')) return connect.apply(this, args)
    reachedFor.push(host)
    process.nextTick(() => this.destroy(new Error(`${host} is beyond this machine.`)))
    return this
  }
}

/** Texts by name, as a browser keeps them for a site. */
function createLocalStorage(kept) {
  const texts = new Map(Object.entries(kept))
  const area = {
    getItem: (name) => texts.get(name) ?? null,
    setItem: (name, text) => void texts.set(name, String(text)),
    removeItem: (name) => void texts.delete(name),
  }
  Object.defineProperty(globalThis, 'localStorage', { value: area, configurable: true, writable: true })
  return () => Object.fromEntries(texts)
}

/** From now on it is always that instant. */
function stopClock(instant) {
  const at = Date.parse(instant)
  globalThis.Date = class extends Date {
    constructor(...args) {
      super(...(args.length === 0 ? [at] : args))
    }
    static now() {
      return at
    }
  }
}

/** An element that has every property and does nothing, and a document full of them: enough for the dialog in which a wallet is chosen, where one was chosen before. */
function createDocument() {
  const known = { querySelectorAll: () => [], [Symbol.toPrimitive]: () => '' }
  const element = new Proxy(() => element, { get: (_, name) => known[name] ?? element, set: () => true, apply: () => element })
  Object.assign(globalThis, {
    document: element,
    location: { host: 'localhost:3000', href: 'http://localhost:3000/' },
    alert: () => undefined,
  })
}

/** `window.ethereum`, as MetaMask has it: the account in use is one of those given by their private keys. */
function createWallet(keys, Wallet) {
  const accounts = keys.map((key) => new Wallet(key))
  let [current] = accounts
  const signed = []
  const answers = {
    eth_requestAccounts: () => [current.address.toLowerCase()],
    eth_accounts: () => [current.address.toLowerCase()],
    eth_chainId: () => '0x1',
    net_version: () => '1',
    personal_sign: ([hex]) => {
      const message = Buffer.from(hex.slice(2), 'hex')
      signed.push(message.toString())
      return current.signMessage(message)
    },
  }
  const provider = {
    isMetaMask: true,
    enable: async () => answers.eth_requestAccounts(),
    on: () => undefined,
    removeListener: () => undefined,
    request: async ({ method, params }) => {
      if (!Object.hasOwn(answers, method)) throw Object.assign(new Error(`The wallet does not know ${method}.`), { code: -32601 })
      return answers[method](params)
    },
  }
  return {
    provider,
    signed,
    current: () => current,
    switchTo: (index) => {
      current = accounts[index]
    },
  }
}

/** Both versions do some things only where this is not there: see `isNode` of theirs. */
function hideNode() {
  // What is behind `fetch` looks at it, too, when it is first used.
  void globalThis.Response
  const { node, ...others } = process.versions
  Object.defineProperty(process, 'versions', { value: others, configurable: true })
}

/**
 * Timers of a tenth of a second to two seconds, which a person would notice, come to nothing from now on; longer ones are set for when something goes wrong. Gives what they were
 * set to, in milliseconds.
 */
function stallTimers() {
  const stalled = []
  const { setTimeout } = globalThis
  globalThis.setTimeout = (run, delay = 0, ...args) => {
    const isStalled = delay >= 100 && delay <= 2000
    if (isStalled) stalled.push(delay)
    return setTimeout(isStalled ? () => undefined : run, delay, ...args)
  }
  return stalled
}

/**
 * Callbacks for `authNeededCallback`: `sign(asked, change, isLiteral)` makes the AuthSig. What each question was is written down, and a person takes a moment to answer it.
 * The changes given are what the answer to the first question, the second and so on has otherwise than was asked for.
 */
function createCallbacks(sign) {
  const asked = []
  const callback = (changes, isLiteral) => {
    let count = 0
    return async (params) => {
      asked.push(params)
      const change = changes[count++] ?? {}
      await new Promise(setImmediate)
      return sign(params, change, isLiteral)
    }
  }
  return { asked, callback }
}

/**
 * Offers one version of the SDK. `walletOf()` gives the class of a wallet's account. `load(options, wallet)` is called by the message `open`, when all is in its place, and gives
 * what else can be called.
 *
 * Options: `nodes`, their URLs; `keys`, private keys of the wallet; `kept`, what is in the local storage; `now`, where the clock is to stand still; `isPage`, whether the SDK is to
 * think itself in a browser; `isStalled`, whether waiting comes to nothing once the client is connected.
 */
function offer(walletOf, load) {
  keepToThisMachine()
  let offered = {
    async open(options) {
      const look = createLocalStorage(options.kept ?? {})
      if (options.now) stopClock(options.now)
      createDocument()
      const wallet = createWallet(options.keys, walletOf())
      // The SDK takes the wallet that it finds when it is loaded.
      globalThis.ethereum = { ...wallet.provider, providers: [wallet.provider] }
      const { asked, getLatestBlockhash, ...rest } = await load(options, wallet)
      const stalled = options.isStalled ? stallTimers() : []
      offered = {
        ...rest,
        async look() {
          const latestBlockhash = await getLatestBlockhash?.()
          return { asked, signed: wallet.signed, kept: look(), latestBlockhash, stalled, reachedFor }
        },
        switchTo: wallet.switchTo,
        fetch: async (url) => (await fetch(url)).status,
      }
    },
  }
  process.on('message', async ({ id, name, args }) => {
    try {
      if (!Object.hasOwn(offered, name)) throw new Error(`There is no ${name}.`)
      process.send({ id, result: await offered[name](...args) })
    } catch (error) {
      process.send({ id, error: String(error?.message ?? error) })
    }
  })
  process.on('disconnect', () => process.exit())
}

module.exports = { createCallbacks, hideNode, offer }
