/**
 * Behind `pnpm check`: what can be judged without running all the tests. Everything is run, whatever fails on the way.
 * `pnpm check`, or `node scripts/bootstrap.mjs check` where there is no pnpm, puts the programs used here within reach.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const foldersIn = (kind) => readdirSync(join(root, kind)).map((name) => join(kind, name))
const packages = foldersIn('packages')
// The tests, at the root, take by far the longest: they go first, beside all the others.
const projects = ['.', ...packages, ...foldersIn('apps'), 'packages/vue/test/fixtures', 'packages/svelte/test/fixtures']

const vueTsc = ['apps/vue/node_modules/.bin/vue-tsc', '--noEmit', '-p', '.']
const svelteCheck = ['apps/svelte/node_modules/.bin/svelte-check', '--tsconfig', './tsconfig.json']
/** Components are read by programs of their own, which the apps have; `tsc` does not know what is in them. */
const readers = {
  'apps/vue': vueTsc,
  'apps/svelte': [...svelteCheck, '--fail-on-warnings'],
  'packages/vue/test/fixtures': vueTsc,
  // Warnings are Svelte's advice, and tests do on purpose what it advises against.
  'packages/svelte/test/fixtures': [...svelteCheck, '--threshold', 'error'],
}

/** Runs a program out of sight, unable to ask anything. */
function run(program, args, folder = '.') {
  return new Promise((resolve) => {
    const options = { cwd: join(root, folder), env: { ...process.env, NO_COLOR: '1' }, maxBuffer: Number.POSITIVE_INFINITY }
    const child = execFile(program, args, options, (error, stdout, stderr) =>
      resolve({ ok: !error, output: stdout + stderr || (error?.message ?? '') }),
    )
    child.stdin.end()
  })
}

/** One result out of several: what the failed ones said, each line once, as a mistake in core is found again by every project that imports it. */
function together(results) {
  const failed = results.filter(({ ok }) => !ok)
  const lines = failed.flatMap(({ output }) => output.trimEnd().split('\n'))
  return { ok: failed.length === 0, output: [...new Set(lines)].join('\n') }
}

/** Two at a time: the programs that read types take a processor and much memory each. */
async function forEach(items, work) {
  const results = []
  const waiting = items.values()
  const worker = async () => {
    for (const item of waiting) results.push(await work(item))
  }
  await Promise.all([worker(), worker()])
  return together(results)
}

function checkTypes(folder) {
  const [reader, ...args] = readers[folder.replaceAll('\\', '/')] ?? []
  return reader ? run(join(root, reader), args, folder) : run('tsc', ['-p', '.'], folder)
}

/** What users get is the packed package, which is not quite the folder: only some files, and dependencies with versions filled in. */
async function checkPacked(folder, target) {
  const tarball = join(target, `${basename(folder)}.tgz`)
  const packed = await run('pnpm', ['pack', '--out', tarball], folder)
  if (!packed.ok) return packed
  return together([await run('publint', [tarball, '--strict']), await run('attw', [tarball, '--profile', 'esm-only'])])
}

async function checkAllPacked() {
  const target = mkdtempSync(join(tmpdir(), 'packed-'))
  try {
    return await forEach(packages, (folder) => checkPacked(folder, target))
  } finally {
    rmSync(target, { recursive: true })
  }
}

const checks = {
  types: () => forEach(projects, checkTypes),
  'lint and format': () => run('biome', ['check', '.']),
  layers: () => run('vitest', ['run', 'test/layers.test.ts', '--reporter=dot']),
  'unused code and dependencies': () => run('knip', ['--no-progress']),
  build: () => run('turbo', ['run', 'build', '--output-logs=errors-only']),
  'packages as published': checkAllPacked,
  sizes: () => run('node', ['scripts/sizes.mjs']),
}

const failed = []
for (const [name, check] of Object.entries(checks)) {
  const start = performance.now()
  const { ok, output } = await check()
  console.log(`${ok ? '✓' : '✗'} ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`)
  // The sizes are worth seeing when they are good, too.
  if (!ok || name === 'sizes') console.log(`${output.trimEnd()}\n`)
  if (!ok) failed.push(name)
}
console.log(failed.length === 0 ? 'All checks passed.' : `Checks failed: ${failed.join(', ')}.`)
if (failed.length > 0) process.exitCode = 1
