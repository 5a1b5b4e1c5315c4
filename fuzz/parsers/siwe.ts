/** EIP-4361 messages, read and written. */
import { SiweMessage as Siwe } from 'siwe'
import { formatSiweMessage, type SiweMessage } from '../../packages/core/src/siwe.ts'
import { parseSiweMessage } from '../../packages/core/src/siwe-reading.ts'
import { follows } from '../grammar.ts'
import { message as grammar, writeMessage } from '../grammars/siwe.ts'
import { hostileOf, plainOf } from '../hostile.ts'
import { attempt, outcomeOf } from '../judge.ts'
import { isFields, isSame } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { delegation, message, secondMessage } from '../samples.ts'

/** What a grammar cannot say is said of these: checksums, days of a month, numbers that are too large, a host that is not there. */
const beyondGrammar = ['address', 'issuedAt', 'expirationTime', 'notBefore', 'chainId', 'domain']

/** The `siwe` package reads more than we do, but all that we do. */
function compareWithSiwe(text: string, ours: SiweMessage): void {
  let theirs: Siwe | string
  try {
    theirs = new Siwe(text)
  } catch (error) {
    theirs = String(error)
  }
  must(typeof theirs !== 'string', 'siwe: the siwe package reads it, too', { text, theirs })
  if (typeof theirs === 'string') return
  // It does not write a request ID that is empty.
  if (ours.requestId !== '') must(theirs.prepareMessage() === text, 'siwe: the siwe package writes the same', text)
  for (const field of ['domain', 'address', 'uri', 'chainId', 'nonce', 'issuedAt', 'statement'] as const)
    must(theirs[field] === ours[field], `siwe: the siwe package reads the same ${field}`, text)
}

function readText(input: Json): Outcome {
  const text = hostileOf(input) as string
  const ours = attempt(() => parseSiweMessage(text))
  if (typeof text !== 'string') return outcomeOf(ours)
  const isShort = text.length <= 600 && text.length % 3 === 0
  if (ours.error) {
    const { field } = ours.error.details as { readonly field?: string }
    if (isShort && !beyondGrammar.includes(field ?? '')) must(!follows(grammar, text), 'siwe: reads all that the grammar has', text)
    return outcomeOf(ours)
  }
  must(formatSiweMessage(ours.value) === text, 'siwe: writes back what it read', text)
  must(
    Object.isFrozen(ours.value) && (!ours.value.resources || Object.isFrozen(ours.value.resources)),
    'siwe: what is read cannot be changed',
    text,
  )
  if (isShort) must(follows(grammar, text), 'siwe: reads nothing that the grammar has not', text)
  if (text.length % 16 === 0 && text.length < 2000) compareWithSiwe(text, ours.value)
  return outcomeOf(ours)
}

export const siwe: Parser = {
  name: 'siwe',
  reads: 'EIP-4361 messages: `parseSiweMessage`',
  weight: 8,
  seeds: () => [
    message,
    secondMessage,
    `https://${message}`,
    message.replace('\n\n\n', '\n\n\n\n'),
    message.replace('Issued', '\nIssued'),
    `${message}\n`,
  ],
  generate: writeMessage,
  speed: {
    run: (input) => parseSiweMessage(hostileOf(input) as string),
    busy: (length) => `${message}${'\n- a:b'.repeat(length / 6)}`,
  },
  read: readText,
}

/** Fields as the grammar's writer chose them, put together again. */
function readFields(input: Json): Outcome {
  const fields = plainOf(input) as SiweMessage
  if (!isFields(fields)) return outcomeOf(attempt(() => formatSiweMessage(Object(fields) as SiweMessage)))
  const ours = attempt(() => formatSiweMessage(fields))
  if (ours.error) return outcomeOf(ours)
  const present = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)
  const expected = { ...Object.fromEntries(present), chainId: Number(fields.chainId) }
  const back = attempt(() => parseSiweMessage(ours.value))
  must(!back.error && isSame({ ...back.value }, expected), 'siwe: what is written is read as it was', ours.value)
  return outcomeOf(ours)
}

export const siweFields: Parser = {
  name: 'siwe-fields',
  reads: 'the fields of a message: `formatSiweMessage`',
  weight: 3,
  seeds: () => [{ ...delegation }, { ...delegation, scheme: 'https', statement: '', requestId: '', notBefore: delegation.issuedAt }],
  generate(random) {
    const text = writeMessage(random)
    const read = attempt(() => parseSiweMessage(text))
    return { ...(read.value ?? delegation) }
  },
  speed: {
    run: (input) => formatSiweMessage(plainOf(input) as SiweMessage),
    busy: (length) => ({ ...delegation, resources: Array.from({ length: length / 5 }, () => 'a:b') }),
  },
  read: readFields,
}
