/** The package as one file, for tests that need a process or a realm of its own. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'

const common = {
  entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
  bundle: true,
  conditions: ['@session-sigs/source', 'import'],
}

/** As a script for any platform, that leaves the exports in `lit`. */
export async function litScript(): Promise<string> {
  const { outputFiles } = await build({ ...common, format: 'iife', globalName: 'lit', platform: 'neutral', write: false })
  return outputFiles[0]?.text ?? ''
}

interface Program {
  readonly stdout: string
  readonly stderr: string
}

export interface LitModule {
  /** Runs a program in a process of its own, where `await import(litModule)` is the package. Rejects if it fails, or does not end by itself within that time, in milliseconds. */
  run(program: string, timeout?: number): Promise<Program>
  remove(): void
}

/** As a module for Node, parts that are loaded later in files of their own. */
export async function litModule(): Promise<LitModule> {
  const folder = mkdtempSync(join(tmpdir(), 'session-sigs-lit-'))
  await build({ ...common, format: 'esm', platform: 'node', splitting: true, outdir: folder, outExtension: { '.js': '.mjs' } })
  return {
    run(program, timeout = 30_000) {
      const text = `const litModule = ${JSON.stringify(join(folder, 'index.mjs'))}\n${program}`
      return promisify(execFile)(process.execPath, ['--input-type=module', '--eval', text], { timeout })
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
