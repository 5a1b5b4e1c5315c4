/**
 * A browser of the Chromium family for the tests: the one named in SESSION_SIGS_CHROMIUM, else one that is installed, else one got by the means at hand.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const isWindows = process.platform === 'win32'
const minute = 60_000

/** Chrome 137 was the first with Ed25519 in WebCrypto. */
const oldestMajor = 137

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge', 'brave-browser']

function onPath(): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return names.flatMap((name) => folders.map((folder) => join(folder, isWindows ? `${name}.exe` : name)))
}

function onMac(): string[] {
  const apps = ['Chromium', 'Google Chrome', 'Microsoft Edge', 'Brave Browser']
  const folders = ['/Applications', join(homedir(), 'Applications')]
  return apps.flatMap((app) => folders.map((folder) => join(folder, `${app}.app`, 'Contents/MacOS', app)))
}

function onWindows(): string[] {
  const programs = ['Chromium/Application/chrome.exe', 'Google/Chrome/Application/chrome.exe', 'Microsoft/Edge/Application/msedge.exe']
  const folders = ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].map((name) => process.env[name] ?? '')
  return programs.flatMap((program) => folders.filter((folder) => folder !== '').map((folder) => join(folder, program)))
}

const platformPlaces: Partial<Record<NodeJS.Platform, () => string[]>> = { darwin: onMac, win32: onWindows }

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

/** Programs in the usual places, and nothing started to find them. A browser that was named is the only one looked at. */
function installed(): string[] {
  const named = process.env['SESSION_SIGS_CHROMIUM']
  const places = named ? [named] : [...onPath(), ...(platformPlaces[process.platform]?.() ?? [])]
  return places.filter(isFile)
}

/** What playwright-core has got at some time: the browser, or its shell without windows in the folder beside it. */
async function ofPlaywright(): Promise<string[]> {
  // Loaded only now: it is large, and where a browser is installed it has nothing to say.
  const { chromium } = await import('playwright-core')
  const browser = chromium.executablePath()
  const shellFolder = /^.*chromium-\d+/.exec(browser)?.[0].replace(/chromium-(?=\d+$)/, 'chromium_headless_shell-') ?? ''
  const inside = existsSync(shellFolder) ? readdirSync(shellFolder, { recursive: true, encoding: 'utf8' }) : []
  const shells = inside.filter((path) => /(?:^|[\\/])chrome-headless-shell(?:\.exe)?$/.test(path))
  return [browser, ...shells.map((path) => join(shellFolder, path))].filter(isFile)
}

/** Runs out of sight and unable to ask anything; tells what went wrong, in a line, or nothing. */
function failureOf(command: string, args: readonly string[], timeout: number): string | undefined {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status, stdout, stderr, error } = spawnSync(command, args, { env, timeout, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  if (status === 0) return undefined
  const said = error ? [error.message] : (stderr + stdout).split('\n').filter((line) => line.trim() !== '')
  return (said.find((line) => /error|^E:/i.test(line)) ?? said.at(-1) ?? `exit code ${status}`).trim().slice(0, 200)
}

/** Whether it starts, and is recent enough: a program of that name may be a mere hint where to get the real one. */
function isUsable(path: string): boolean {
  // On Windows the question would open a window.
  if (isWindows) return true
  const { stdout } = spawnSync(path, ['--version'], { timeout: minute / 2, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
  return Number(/(\d+)\.\d+\.\d+/.exec(stdout ?? '')?.[1]) >= oldestMajor
}

async function findUsable(): Promise<string | undefined> {
  const path = installed().find(isUsable)
  return path !== undefined || process.env['SESSION_SIGS_CHROMIUM'] ? path : (await ofPlaywright()).find(isUsable)
}

function isDebianRoot(): boolean {
  const release = '/etc/os-release'
  return process.getuid?.() === 0 && existsSync(release) && /^ID=debian$/m.test(readFileSync(release, 'utf8'))
}

function installByApt(): string | undefined {
  const install = ['install', '-y', '--no-install-recommends', 'chromium']
  return failureOf('apt-get', ['update'], 2 * minute) ?? failureOf('apt-get', install, 5 * minute)
}

function installByPlaywright(): string | undefined {
  const cli = fileURLToPath(new URL('../../node_modules/playwright-core/cli.js', import.meta.url))
  return failureOf(process.execPath, [cli, 'install', 'chromium-headless-shell'], 5 * minute)
}

/** A browser's path, or why there is none. */
export type Chromium = { readonly path: string } | { readonly reason: string }

/** A browser in one of the usual places, untried: costs nothing. */
export function findChromium(): string | undefined {
  return installed()[0]
}

/** A browser that starts; installed if need be, which can take minutes. */
export async function getChromium(): Promise<Chromium> {
  const path = await findUsable()
  if (path !== undefined) return { path }
  const named = process.env['SESSION_SIGS_CHROMIUM']
  if (named) return { reason: `SESSION_SIGS_CHROMIUM names no browser of version ${oldestMajor} or newer` }
  console.log('Getting Chromium for the browser tests (first time only)…')
  const reasons: string[] = []
  for (const install of [...(isDebianRoot() ? [installByApt] : []), installByPlaywright]) {
    const failure = install()
    const got = await findUsable()
    if (got !== undefined) return { path: got }
    reasons.push(`${install === installByApt ? 'apt-get' : 'playwright'}: ${failure ?? 'what it installed cannot be used'}`)
  }
  return { reason: `no Chromium here, and none could be got (${reasons.join('; ')})` }
}
