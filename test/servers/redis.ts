/** Redis for the tests: the `redis-server` that is installed, in processes of its own, with nothing kept on disk. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

export interface RedisServer {
  readonly port: number
  readonly url: string
  /** Ends it at once, as a crash does: nothing is written, nobody is told. */
  stop(): Promise<void>
  /** The same port once more, with nothing in it but what was kept on disk, where something was. */
  start(): Promise<void>
  /** It keeps its connections, and answers nobody. */
  pause(): void
  resume(): void
  /** For good: what it had on disk goes as well. */
  remove(): Promise<void>
}

export interface RedisOptions {
  /** Further settings, as on the command line: `['--appendonly', 'yes']`. */
  args?: readonly string[]
}

export interface RedisCluster {
  readonly masters: readonly RedisServer[]
  remove(): Promise<void>
}

const host = '127.0.0.1'

/** How long anything here may take, in milliseconds. A busy machine may take its time. */
const patience = 30_000

/** The path of the program, or nothing where it is not installed. */
function findRedis(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''), '/usr/bin', '/usr/local/bin']
  const paths = folders.map((folder) => join(folder, 'redis-server'))
  return paths.find((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}

/** Whether there is a Redis to test with. Says so loudly where there is none, and fails where no test may be left out. */
export function hasRedis(): boolean {
  if (findRedis() !== undefined) return true
  const reason = 'no redis-server here; on Debian it is the package of that name'
  if (process.env['SESSION_SIGS_NOTHING_SKIPPED']) throw new Error(`The Redis tests cannot run: ${reason}.`)
  console.warn(`SKIPPED the Redis tests: ${reason}`)
  return false
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('No port was given out.')
  return address.port
}

/** Waits for something that comes by itself, and asks again and again. */
async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + patience
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Waited in vain: ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Resolves when it takes connections. */
function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const timer = setTimeout(() => reject(new Error(`redis-server did not start in time: ${said}`)), patience)
    const end = (settle: () => void): void => {
      clearTimeout(timer)
      settle()
    }
    child.stdout?.on('data', (chunk: Buffer) => {
      // Later it may say what it likes; unread, its output would fill up and stop it.
      if (said.includes('Ready to accept connections')) return
      said += chunk.toString()
      if (said.includes('Ready to accept connections')) end(resolve)
    })
    child.once('error', (error) => end(() => reject(error)))
    child.once('exit', () => end(() => reject(new Error(`redis-server ended: ${said}`))))
  })
}

async function launch(path: string, port: number, folder: string, args: readonly string[]): Promise<ChildProcess> {
  const common = ['--port', String(port), '--bind', host, '--dir', folder, '--daemonize', 'no', '--logfile', '']
  const child = spawn(path, [...common, '--save', '', '--appendonly', 'no', ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  const kill = (): void => void child.kill('SIGKILL')
  // A run that is broken off leaves nothing behind.
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  await ready(child)
  return child
}

/** Ends it, if it has not ended; a process that is paused ends as well. */
async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

export async function startRedis({ args = [] }: RedisOptions = {}): Promise<RedisServer> {
  const path = findRedis()
  if (path === undefined) throw new Error('There is no redis-server.')
  const folder = mkdtempSync(join(tmpdir(), 'session-sigs-redis-'))
  let port = await freePort()
  let child: ChildProcess | undefined
  try {
    child = await launch(path, port, folder, args)
  } catch {
    // Somebody else took the port meanwhile.
    port = await freePort()
    child = await launch(path, port, folder, args)
  }
  return {
    port,
    url: `redis://${host}:${port}`,
    stop: () => end(child),
    async start() {
      await end(child)
      child = await launch(path, port, folder, args)
    },
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    async remove() {
      await end(child)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** `redis-cli`, which comes with the server, on one node. */
function ask(port: number, ...command: readonly string[]): string {
  const cli = join(findRedis() ?? '', '..', 'redis-cli')
  const { status, stdout, stderr } = spawnSync(cli, ['-h', host, '-p', String(port), ...command], { encoding: 'utf8', timeout: patience })
  if (status !== 0) throw new Error(`redis-cli ${command[0]} failed: ${stdout}${stderr}`)
  return stdout
}

/** Three masters with a third of the slots each, and no replicas. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const masters: RedisServer[] = []
  const remove = async (): Promise<void> => {
    await Promise.all(masters.map((master) => master.remove()))
  }
  try {
    const slots = [0, 5461, 10_923, 16_384]
    for (let i = 0; i < 3; i += 1) {
      // Its own port for the talk between nodes: by default it is 10,000 above, where there may be none.
      const args = ['--cluster-enabled', 'yes', '--cluster-port', String(await freePort()), '--cluster-node-timeout', '5000']
      const master = await startRedis({ args })
      masters.push(master)
      ask(master.port, 'cluster', 'addslotsrange', String(slots[i]), String((slots[i + 1] ?? 0) - 1))
    }
    const [first, ...others] = masters.map(({ port }) => port)
    if (first === undefined) throw new Error('There is no first node.')
    for (const port of others) {
      const busPort = ask(port, 'config', 'get', 'cluster-port').trim().split('\n').at(-1) ?? ''
      ask(first, 'cluster', 'meet', host, String(port), busPort)
    }
    const isWhole = (port: number): boolean => {
      const info = ask(port, 'cluster', 'info')
      return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3') && info.includes('cluster_slots_ok:16384')
    }
    await until('the cluster is whole', () => [first, ...others].every(isWhole))
    return { masters, remove }
  } catch (error) {
    await remove()
    throw error
  }
}
