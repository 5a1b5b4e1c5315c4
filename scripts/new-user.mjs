/**
 * A new user in CI: follows docs/start-vue.md and docs/start-svelte.md to the letter, each in an empty folder, with the packages as they would be published, and does in
 * a browser what the page says. Measures what is built: run the build first. It needs pnpm on the PATH, the npm registry, and a process group for each program it starts.
 *
 * In a page, each line of a `sh` block is run; any other block is the file that the sentence above it names: "Put this into `src/App.vue`:".
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { runnerImport } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = ['docs/start-vue.md', 'docs/start-svelte.md']

/** What the pages make their sessions for. */
const audience = 'https://api.example'
const resource = 'litAction://QmExample'

const minute = 60_000

function must(isSo, sentence) {
  if (!isSo) throw new Error(sentence)
}

/** `work`, or a failure when it takes longer than that many milliseconds. */
async function within(limit, work) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`That took more than ${limit / 1000} seconds.`)), limit)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

async function step(name, work) {
  const start = performance.now()
  const seconds = () => `(${((performance.now() - start) / 1000).toFixed(1)} s)`
  try {
    const result = await work()
    console.log(`✓ ${name} ${seconds()}`)
    return result
  } catch (error) {
    console.log(`✗ ${name} ${seconds()}`)
    throw error
  }
}

// Programs

/** Those that run now. Each leads a group of its own, so that whatever it has started ends with it, and nothing else. */
const running = new Set()

/** A new user has none of what this script was started with: how npm should print here, in which mode the tests run. */
function environment() {
  const { NODE_ENV, FORCE_COLOR, ...rest } = process.env
  return { ...rest, NO_COLOR: '1', npm_config_loglevel: 'warn' }
}

function start(command, folder) {
  const child = spawn(command, { cwd: folder, env: environment(), shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const program = { child, said: '', ended: undefined, hear: () => undefined }
  running.add(program)
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      program.said += text
      program.hear()
    })
  }
  program.ended = new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message))
    child.on('close', (code, signal) => resolve(code ?? signal))
  }).finally(() => running.delete(program))
  return program
}

function kill({ child }, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It has ended by itself.
  }
}

async function stop(program) {
  kill(program, 'SIGTERM')
  await within(minute / 6, program.ended).catch(() => kill(program, 'SIGKILL'))
  await program.ended
}

/** What comes of waiting for a program; where that fails, it is told with what the program said. */
async function heard(program, limit, waiting) {
  try {
    return await within(limit, waiting)
  } catch (error) {
    throw new Error(`${program.said.trimEnd()}\n${error.message}`)
  }
}

async function run(command, folder) {
  const program = start(command, folder)
  const success = program.ended.then((code) => must(code === 0, `It ended with ${code}.`))
  await heard(program, 5 * minute, success)
}

/** The address that a server prints once it can be visited. */
async function addressFrom(program) {
  const printed = new Promise((resolve) => {
    program.hear = () => {
      const url = /http:\/\/localhost:\d+\//.exec(program.said)?.[0]
      if (url) resolve(url)
    }
  })
  const failure = program.ended.then((code) => must(false, `It ended with ${code}, and was to serve.`))
  return heard(program, minute, Promise.race([printed, failure]))
}

// The browser

/** The parts of the browser tests that find a browser, start it, and put a wallet into its tabs. */
async function importTests(name) {
  const { module } = await runnerImport(join(root, 'test/browser', name), { root, configFile: false, logLevel: 'error' })
  return module
}

async function openBrowser() {
  const { getChromium } = await importTests('chromium.ts')
  const { path, reason } = await getChromium()
  must(path, `No browser: ${reason}`)
  const { openBrowser, openProfile } = await importTests('tabs.ts')
  const browser = await openBrowser(path)
  return { browser, openProfile }
}

/** Lets a person use a browser profile, then closes it. The console must have said nothing, and tells what it did say when something else fails. */
async function cleanly({ context, close }, use) {
  const said = []
  context.setDefaultTimeout(minute / 4)
  context.on('weberror', (error) => said.push(`uncaught: ${error.error()}`))
  context.on('console', (message) => {
    if (/^(?:error|warning)$/.test(message.type())) said.push(`${message.type()}: ${message.text()}`)
  })
  try {
    await use()
  } catch (error) {
    said.unshift(stripVTControlCharacters(error.message))
  } finally {
    await close()
  }
  must(said.length === 0, said.join('\n'))
}

async function withWallet({ browser, openProfile }, url, use) {
  const account = privateKeyToAccount(generatePrivateKey())
  const profile = await openProfile(browser, url, { account })
  await cleanly(profile, async () => use(await profile.newTab(), profile.wallet, account.address))
}

const signIn = (tab) => tab.getByRole('button', { name: 'Sign in', exact: true })
const alert = (tab) => tab.getByRole('alert')

/** Who has no wallet is told so, and finds nothing that cannot be done without one. */
async function visitWithoutWallet({ browser }, url) {
  const context = await browser.newContext()
  const use = async () => {
    const tab = await context.newPage()
    await tab.goto(url)
    await tab.getByText('Install a wallet extension').waitFor()
    must((await tab.getByRole('button').count()) === 0, 'There is a button, and no wallet.')
    must((await alert(tab).count()) === 0, 'There is an error before anything was done.')
  }
  await cleanly({ context, close: () => context.close() }, use)
}

/** A person who says no sees why nobody is signed in, and can say yes. */
async function refuse(tab, wallet, address) {
  wallet.answer = 'refuse'
  await signIn(tab).click()
  await alert(tab).waitFor()
  must((await tab.getByText(address).count()) === 0, 'The page shows an account that refused.')
  wallet.answer = 'sign'
  await signIn(tab).click()
  await tab.getByText(address).waitFor()
  await alert(tab).waitFor({ state: 'detached' })
}

/** Has the page make a session signature, as text, and verifies it as a server would. */
async function verifySignature(tab, address) {
  const { verifySessionSig } = await import('../packages/core/dist/verify.js')
  await tab.getByRole('button', { name: 'Sign a request' }).click()
  const signature = (await tab.locator('pre').textContent()) ?? ''
  const session = await verifySessionSig(signature, { audience, domains: [new URL(tab.url()).host], resource })
  must(session.address === address, `The session is of ${session.address}, and ${address} has signed in.`)
}

/** What the page promises: one question to the wallet, none after a reload or in a second tab, and a sign-out that stays. */
async function useSession(tab, wallet, address) {
  await signIn(tab).click()
  await tab.getByText(address).waitFor()
  await verifySignature(tab, address)
  must(wallet.signRequests.length === 1, `The wallet was asked ${wallet.signRequests.length} times to sign.`)
  const asked = wallet.requests.length

  await tab.reload()
  await tab.getByText(address).waitFor()
  await verifySignature(tab, address)
  const second = await tab.context().newPage()
  await second.goto(tab.url())
  await second.getByText(address).waitFor()
  must(wallet.requests.length === asked, 'The wallet heard of a reload, or of a second tab.')

  await second.getByRole('button', { name: 'Sign out' }).click()
  await signIn(tab).waitFor()
  await tab.reload()
  await signIn(tab).waitFor()
  must((await tab.getByText(address).count()) === 0, 'Somebody is signed in after the sign-out.')
}

async function visit(name, chromium, url) {
  await step(`${name}: a browser without a wallet is told so`, () => visitWithoutWallet(chromium, url))
  await step(`${name}: a refusal is shown, and can be taken back`, () => withWallet(chromium, url, refuse))
  await step(`${name}: one signature of the wallet, and a session that verifies and lasts`, () => withWallet(chromium, url, useSession))
}

// The pages

/** What a page tells its reader to do, in its order. */
function readPage(page) {
  must(readFileSync(join(root, 'README.md'), 'utf8').includes(`](${page})`), `README.md does not lead to ${page}.`)
  const blocks = readFileSync(join(root, page), 'utf8').matchAll(/(?:^(.*):\n\n)?^```(.*)\n([\s\S]*?)^```$/gm)
  const steps = [...blocks].flatMap(([, sentence = '', language, content]) => {
    const lines = content.split('\n').filter((line) => line.trim() !== '')
    if (language === 'sh') return lines.map((line) => ({ name: line, line }))
    const file = /`([^`]+)`/.exec(sentence)?.[1]
    must(file, `${page}: which file is this?\n${content}`)
    return [{ name: file, file, content }]
  })
  const served = steps.flatMap(({ line }) => serverIn(line) ?? [])
  must(served.join() === 'dev,preview', `${page} is to have its reader visit dev and then preview, not: ${served.join()}.`)
  return { about: /start-(.*)\.md$/.exec(page)[1], steps }
}

/** Which server a line starts, if it starts one: it goes on until it is stopped. */
function serverIn(line = '') {
  return /^npm run (dev|preview)\b/.exec(line)?.[1]
}

function writeInto(folder, { file, content }) {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), content)
}

/** The line, with this build's packages in place of those in the registry. */
function withPacked(line, tarballs) {
  if (!line.startsWith('npm install ')) return line
  return line.replaceAll(/@session-sigs\/([\w-]+)/g, (name, short) => {
    must(tarballs.has(short), `There is no package ${name}.`)
    return tarballs.get(short)
  })
}

async function serve(about, line, folder, chromium) {
  const program = start(line, folder)
  const url = await step(`${about}: ${line}`, () => addressFrom(program))
  await heard(program, 5 * minute, visit(`${about}, ${serverIn(line)}`, chromium, url))
  await stop(program)
}

/** Does what a page says, beginning in an empty folder. */
async function follow({ about, steps }, empty, tarballs, chromium) {
  let folder = empty
  for (const { name, line, ...written } of steps) {
    if (line?.startsWith('cd ')) folder = join(folder, line.slice('cd '.length).trim())
    else if (serverIn(line)) await serve(about, line, folder, chromium)
    else await step(`${about}: ${name}`, async () => (line ? run(withPacked(line, tarballs), folder) : writeInto(folder, written)))
  }
}

/** By name, as arguments of a command. What users get is the packed package: only some files, and dependencies with versions filled in. */
async function pack(target) {
  const tarballs = new Map()
  for (const name of readdirSync(join(root, 'packages'))) {
    const packed = join(root, 'packages', name)
    must(existsSync(join(packed, 'dist/index.js')), `${name} is not built: run the build first.`)
    tarballs.set(name, `"${join(target, name)}.tgz"`)
    await run(`pnpm pack --out ${tarballs.get(name)}`, packed)
  }
  return tarballs
}

const folder = mkdtempSync(join(tmpdir(), 'new-user-'))
// However this ends.
process.on('exit', () => {
  for (const program of running) kill(program, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(128 + constants.signals[signal]))

try {
  const read = pages.map(readPage)
  const tarballs = await step('the packages as published', () => pack(folder))
  const chromium = await step('a browser', openBrowser)
  for (const told of read) await follow(told, mkdtempSync(join(folder, 'home-')), tarballs, chromium)
  await chromium.browser.close()
  console.log('A new user gets to a session with Vue and with Svelte.')
} catch (error) {
  console.log(error.message)
  process.exit(1)
}
