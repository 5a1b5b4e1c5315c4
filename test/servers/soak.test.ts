/** `pnpm soak`, short: memory is flat under traffic of all sorts, and what watches it would see a leak. It runs what is built: `pnpm build` first (`npm test` does). */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/soak.mjs', import.meta.url))

function soak(environment: Readonly<Record<string, string>>): Promise<{ code: unknown; output: string }> {
  const env = { ...process.env, SOAK_SECONDS: '22', ...environment }
  return new Promise((resolve) => {
    execFile(process.execPath, [script], { env }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, output: stdout + stderr }))
  })
}

it('memory stays flat, and all that is refused is refused as it should be', async () => {
  const { code, output } = await soak({})
  expect(output).toMatch(/heap and external: +\S+ MB more over \d{3,} requests/)
  const codes = ['nonce-used', 'revoked', 'session-signature-invalid', 'delegation-unknown', 'body-mismatch', 'session-sig-expired']
  for (const said of ['ok', ...codes]) expect(output).toMatch(new RegExp(`${said} \\d+`))
  expect(code, output).toBe(0)
})

it('a server that keeps its requests is found out', async () => {
  const { code, output } = await soak({ SOAK_LEAK: '1' })
  const [, rise = '', most = ''] = /heap and external: +(\S+) MB more .*at most +(\S+) MB/.exec(output) ?? []
  expect(Number(rise), output).toBeGreaterThan(Number(most))
  expect(code).toBe(1)
})
