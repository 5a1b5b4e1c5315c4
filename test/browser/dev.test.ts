/** `npm run dev`, without its set-up: the nodes and both apps, from source. */
import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { describeInBrowser } from './suite.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let running: ChildProcess | undefined

/** What it says once everything is up. */
function start(): Promise<string> {
  const child = spawn(process.execPath, ['scripts/dev.mjs'], { cwd: root, env: { ...process.env, NODE_ENV: 'development' } })
  running = child
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (data: Buffer): void => {
      said += data
      if (said.includes('Ctrl+C')) resolve(said)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    child.on('exit', () => reject(new Error(said)))
  })
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode)))
}

afterEach(async () => {
  if (!running) return
  running.kill('SIGKILL')
  await ended(running)
})

describeInBrowser('npm run dev', (rig) => {
  it('says where the apps are; in each, a person gets to a session and to the nodes; Ctrl-C ends all of it', {
    timeout: 120_000,
  }, async () => {
    const said = await start()
    const urls = [...said.matchAll(/http:\/\/localhost:\d+/g)].map(([url]) => url)
    expect(urls.length).toBe(2)
    const asked = {
      origin: 'http://localhost:9',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    }
    const preflight = await fetch(`${urls[0]}/network/stop`, { method: 'OPTIONS', headers: asked })
    expect(preflight.headers.get('access-control-allow-origin')).toBe(null)
    const { newTab } = await rig.newProfile()
    for (const url of urls) {
      const tab = await newTab(url)
      await tab.getByRole('button', { name: 'Read the message' }).click({ timeout: 60_000 })
      await tab.getByRole('button', { name: 'Sign in' }).click()
      await tab.getByRole('button', { name: 'Call all nodes' }).click()
      const verdicts = tab.getByRole('region', { name: 'Nodes' }).getByText('Accepted', { exact: true })
      await expect.poll(() => verdicts.count(), { timeout: 20_000 }).toBe(3)
      await tab.close()
    }
    running?.kill('SIGINT')
    expect(await ended(running ?? expect.fail('It has not started.'))).toBe(0)
    for (const url of urls) await expect(fetch(url)).rejects.toThrow()
  })
})
