/**
 * Behind `npm start`, `npm run dev`, `npm test` and CI. From a fresh clone, with Node and npm alone, it gets the rest by itself: the pinned pnpm, the dependencies, the build.
 * It asks nothing, and needs no network once it has been through. It runs before anything is installed, so it may import nothing but Node.
 */
import { spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir, constants as system } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { packageManager, engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** pnpm is kept here, not at home: it is there as long as `node_modules` is, whatever becomes of the home folder and its caches. */
const pnpmFolder = join(root, '.cache', packageManager)

const verbs = {
  start: { build: true, script: 'apps/quickstart/dist/main.js', args: [] },
  dev: { build: true, script: 'scripts/dev.mjs', args: [] },
  nodes: { build: true, script: 'apps/nodes/dist/main.js', args: [] },
  test: { build: true, script: 'node_modules/vitest/vitest.mjs', args: ['run'] },
  'new-user': { build: true, script: 'scripts/new-user.mjs', args: [] },
  check: { build: false, script: 'scripts/check.mjs', args: [] },
}

function fail(message) {
  console.error(message)
  process.exit(1)
}

function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  const [wantedMajor, wantedMinor] = engines.node.replace('>=', '').split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  fail(`This needs Node ${wantedMajor}.${wantedMinor} or newer, and this is Node ${process.versions.node}.`)
}

/** What is in these folders is found before anything else of the same name. */
function putFirst(...folders) {
  process.env.PATH = [...folders, process.env.PATH].join(delimiter)
}

function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** What every program started from here is told. */
function setEnvironment() {
  Object.assign(process.env, {
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    // Set-up is done here, once, not by every script that turbo runs side by side.
    pnpm_config_verify_deps_before_run: 'false',
  })
  if (isWritable(homedir())) return
  // npm and pnpm keep their caches and their store at home. Where that cannot be written to, they keep them here.
  Object.assign(process.env, {
    npm_config_cache: join(root, '.cache/npm'),
    XDG_CACHE_HOME: join(root, '.cache/xdg/cache'),
    XDG_DATA_HOME: join(root, '.cache/xdg/data'),
    XDG_STATE_HOME: join(root, '.cache/xdg/state'),
  })
}

/** Runs out of sight and unable to ask anything. */
function quietly(command, args, options) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: Number.POSITIVE_INFINITY,
    ...options,
  })
  return { ok: status === 0, output: error ? error.message : stdout + stderr }
}

function must({ ok, output }, what) {
  if (!ok) fail(`${output.trimEnd()}\n\n${what} failed; what was said is above.`)
}

// npm writes its own list last, pnpm its copy of the lock file: where they are, an installation was not broken off half-way.
function hasPnpm() {
  return existsSync(join(pnpmFolder, 'node_modules/.package-lock.json'))
}

function hasDependencies() {
  const installed = join(root, 'node_modules/.pnpm/lock.yaml')
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== lock) return false
  const importers = lock.slice(lock.indexOf('\nimporters:'), lock.indexOf('\npackages:'))
  return [...importers.matchAll(/^ {2}(\S+):$/gm)].every(([, folder]) => existsSync(join(root, folder, 'node_modules')))
}

function getPnpm() {
  mkdirSync(pnpmFolder, { recursive: true })
  // Marks the folder as a project of its own; without it npm would install into the repository.
  writeFileSync(join(pnpmFolder, 'package.json'), '{}')
  // Its install scripts would only put copies of the binary elsewhere, and npm may be set not to run any.
  const args = [
    'install',
    packageManager,
    '--include=optional',
    '--ignore-scripts',
    '--no-save',
    '--no-package-lock',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const npm = (more) => quietly('npm', [...args, ...more], { cwd: pnpmFolder, shell: process.platform === 'win32' })
  // The version is pinned, so what npm has in its cache is as good as what it would fetch; and offline it would retry for minutes.
  if (!npm(['--offline']).ok) must(npm([]), `Getting ${packageManager}`)
}

function getDependencies() {
  const args = ['install', '--frozen-lockfile', '--prefer-offline']
  // CI keeps pnpm from asking whether it may replace what is there.
  must(quietly('pnpm', args, { env: { ...process.env, CI: 'true' } }), 'Installing the dependencies')
}

function setUp() {
  const isReady = hasPnpm() && hasDependencies()
  if (!isReady) console.error(existsSync(join(root, 'node_modules')) ? 'Updating the set-up…' : 'Setting up (first time only)…')
  if (!hasPnpm()) getPnpm()
  // npm has chosen the binary for this machine: it is the only one there. turbo starts pnpm, too.
  const binaries = join(pnpmFolder, 'node_modules/@pnpm')
  putFirst(...readdirSync(binaries).map((name) => join(binaries, name)), join(root, 'node_modules/.bin'))
  if (!hasDependencies()) getDependencies()
}

function build() {
  const turbo = join(root, 'node_modules/turbo/bin/turbo')
  must(quietly(process.execPath, [turbo, 'run', 'build', '--output-logs=errors-only']), 'The build')
}

/** Hands the terminal over; ends as the script ends. */
function run(script, args) {
  const child = spawn(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' })
  // Ctrl-C reaches the script from the terminal itself. It may have things to put away, so it is waited for.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + system.signals[signal]
  })
}

const [name, ...more] = process.argv.slice(2)
if (!Object.hasOwn(verbs, name ?? '')) fail(`Usage: node scripts/bootstrap.mjs ${Object.keys(verbs).join('|')} [arguments]`)
const verb = verbs[name]
requireNode()
setEnvironment()
setUp()
if (verb.build) build()
run(verb.script, [...verb.args, ...more])
