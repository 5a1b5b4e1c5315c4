/** Before all tests, once a run: which browser is used by tests that are in a folder of this name. */
import type { TestProject } from 'vitest/node'
import { findChromium, getChromium } from './chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The path of a Chromium-family browser; empty where there is none. */
    chromium: string
  }
}

export default async function setup(project: TestProject): Promise<void> {
  const isWanted = project.vitest.state.getPaths().some((path) => path.includes('/test/browser/'))
  // A run that has none of these tests must not wait for a browser. While watching, it may have them later.
  if (!isWanted) return project.provide('chromium', findChromium() ?? '')
  const chromium = await getChromium()
  if ('reason' in chromium) console.warn(`SKIPPED the browser tests: ${chromium.reason}`)
  project.provide('chromium', 'path' in chromium ? chromium.path : '')
}
