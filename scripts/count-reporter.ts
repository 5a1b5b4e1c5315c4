import type { Reporter, TestCase, TestModule } from 'vitest/node'

/**
 * Ends a run with one plain line that any tool can read, `N passed, N failed`; before it, how many tests were left out.
 * With SESSION_SIGS_NOTHING_SKIPPED in the environment nothing may be: the tests left out are named, and the run fails.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests: Record<'passed' | 'failed' | 'skipped' | 'pending', TestCase[]> = { passed: [], failed: [], skipped: [], pending: [] }
    for (const module of modules) for (const test of module.children.allTests()) tests[test.result().state].push(test)
    // A file that could not even be loaded has no tests to count.
    const broken = modules.filter((module) => module.state() === 'failed' && module.errors().length > 0)

    const left = tests.skipped
    if (left.length > 0 && process.env['SESSION_SIGS_NOTHING_SKIPPED']) {
      console.log(`${left.length} left out, and here nothing may be:`)
      for (const test of left) console.log(`  ${test.module.relativeModuleId} > ${test.fullName}`)
      process.exitCode = 1
    } else if (left.length > 0) console.log(`${left.length} left out`)
    console.log(`${tests.passed.length} passed, ${tests.failed.length + broken.length + errors.length} failed`)
  }
}
