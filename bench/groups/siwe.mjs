/** The EIP-4361 codec by itself. */
import { formatSiweMessage, parseSiweMessage } from '@session-sigs/core'
import { SiweMessage } from 'siwe'
import { createSiweMessage, parseSiweMessage as parseLeniently } from 'viem/siwe'
import { measure, paceOf } from '../measure.mjs'
import { createWallet } from '../ours.mjs'
import { timeRow } from '../rows.mjs'

const fields = {
  domain: 'app.example',
  address: createWallet().address,
  statement: 'Sign in to app.example, and lend a key on this device the powers listed below.',
  uri: `lit:session:${'0f'.repeat(32)}`,
  version: '1',
  chainId: 1,
  nonce: 'abcdefgh12345678',
  issuedAt: '2026-01-01T00:00:00.000Z',
  expirationTime: '2026-01-02T00:00:00.000Z',
  resources: ['litAction://QmExample', 'litPKP://42'],
}
const text = formatSiweMessage(fields)
/** What viem's writer takes: dates. */
const dated = { ...fields, issuedAt: new Date(fields.issuedAt), expirationTime: new Date(fields.expirationTime) }

const works = {
  parse: {
    ours: () => parseSiweMessage(text),
    siwe: () => new SiweMessage(text),
    viem: () => parseLeniently(text),
  },
  format: {
    ours: () => formatSiweMessage(fields),
    siwe: () => new SiweMessage(fields).prepareMessage(),
    viem: () => createSiweMessage(dated),
  },
  'parse and format': {
    ours: () => formatSiweMessage(parseSiweMessage(text)),
    siwe: () => new SiweMessage(text).prepareMessage(),
    viem: () => createSiweMessage(parseLeniently(text)),
  },
}

async function codec(settings) {
  const rows = []
  for (const [name, sides] of Object.entries(works)) {
    const texts = new Set(
      Object.values(sides)
        .map((run) => run())
        .filter((value) => typeof value === 'string'),
    )
    if (texts.size > 1) throw new Error(`They do not write the same: ${[...texts].join('\n\n')}`)
    const times = await measure(sides, paceOf(settings))
    const what = `SIWE, ${name}`
    rows.push(timeRow({ what, of: 'siwe 3.0.0', peer: 'siwe', times, must: { atLeast: 80 } }))
    rows.push(timeRow({ what, of: 'viem/siwe 2.57.20', peer: 'viem', times, must: { atLeast: 1 } }))
  }
  return { rows }
}

export const siwe = {
  name: 'siwe',
  title: 'The EIP-4361 codec',
  notes: [
    'One message with all that a sign-in has and two resources. siwe checks it by a grammar; viem reads it by a pattern; ours refuses whatever would not be written back the same. Times are read and written as strings by siwe and by ours, as dates by viem.',
  ],
  parts: { codec },
}
