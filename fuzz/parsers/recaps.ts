/** EIP-5573: ReCaps by themselves, in messages, and as they are written. */
import { type Attenuations, decodeRecap, encodeRecap, recapStatement } from '../../packages/core/src/recap.ts'
import { isRecapGranted, mergeRecaps, recapOf } from '../../packages/core/src/recap-grant.ts'
import { RecapSessionCapabilityObject } from '../../packages/lit/src/capability.ts'
import { sorted, writeAttenuations, writeRecap } from '../grammars/recap.ts'
import { hostileOf, plainOf } from '../hostile.ts'
import { attempt, outcomeOf, refusedWith } from '../judge.ts'
import { type Fields, isFields, isSame, jsonOf } from '../model.ts'
import { type Json, must, type Outcome, type Parser } from '../parser.ts'
import { delegation, secondMessage } from '../samples.ts'

const head = 'urn:recap:'
const good = encodeRecap({ att: { 'lit-litaction://Qm1': { 'Threshold/Execution': [{}] } } })

function readUri(input: Json): Outcome {
  const text = hostileOf(input) as string
  const ours = attempt(() => decodeRecap(text))
  const lits = attempt(() => RecapSessionCapabilityObject.decode(text))
  must((ours.error === undefined) === (lits.error === undefined), "recap: Lit's class reads the same", input)
  if (ours.error) return outcomeOf(ours)
  const recap = ours.value
  const content = jsonOf(Buffer.from(text.slice(head.length), 'base64url').toString()) as Fields
  must(isSame(recap.att, content['att']) && isSame(recap.prf, content['prf']), 'recap: nothing is changed', text)
  must(JSON.stringify(sorted(recap.att as Json)) === JSON.stringify(content['att']), 'recap: its keys are in order', text)
  const canonical = encodeRecap(recap)
  must(isSame(decodeRecap(canonical), recap) && encodeRecap(decodeRecap(canonical)) === canonical, 'recap: one canonical spelling', text)
  must(lits.value?.encodeAsSiweResource() === canonical, "recap: Lit's class writes the same", text)
  const sentence = recapStatement(recap)
  must(!/[^\x20-\x7e]/.test(sentence), 'recap: its sentence is one line of plain characters', sentence)
  const [abilities, named] = [Object.values(recap.att).flatMap((names) => Object.keys(names)), sentence.match(/ \([0-9]+\) '/g) ?? []]
  must(abilities.length === 0 || named.length > 0, 'recap: its sentence says what it grants', text)
  must(isSame(mergeRecaps(recap, { att: {}, prf: [] }).att, recap.att), 'recap: nothing comes of joining nothing', text)
  return outcomeOf(ours)
}

export const recap: Parser = {
  name: 'recap',
  reads: 'ReCap URIs: `decodeRecap`, `recapStatement`, `mergeRecaps`; Lit’s capability object',
  weight: 6,
  seeds: () => [good, `${head}e30`, encodeRecap({ att: {}, prf: ['zdj7Wj6FNS4rUUbsiJvjjxcsNqZdDCSiYR8sKQXfoPfpSZuAw'] })],
  generate: writeRecap,
  speed: {
    run: (input) => decodeRecap(hostileOf(input) as string),
    busy: (length) =>
      head +
      Buffer.from(JSON.stringify({ att: { 'a:b': { 'c/d': Array.from({ length: (length * 0.75) / 3 }, () => ({})) } }, prf: [] })).toString(
        'base64url',
      ),
    slack: 12,
  },
  read: readUri,
}

function readAttenuations(input: Json): Outcome {
  const given = Object(plainOf(input)) as { readonly att: Attenuations; readonly prf: readonly string[] }
  const ours = attempt(() => encodeRecap(given))
  if (ours.error) return outcomeOf(ours)
  const back = attempt(() => decodeRecap(ours.value))
  must(back.error === undefined && encodeRecap(back.value) === ours.value, 'recap: what is written is read', ours.value)
  return outcomeOf(ours)
}

export const recapFields: Parser = {
  name: 'recap-fields',
  reads: 'what is to become a ReCap: `encodeRecap`',
  weight: 3,
  seeds: () => [{ att: { 'lit-litaction://Qm1': { 'Threshold/Execution': [{}] } } }, { att: {}, prf: [] }],
  generate: (random) => ({ att: writeAttenuations(random), prf: [] }),
  read: readAttenuations,
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string')

function readMessage(input: Json): Outcome {
  const given = plainOf(input)
  // A message that was read has these as they are; another one is a programmer's.
  if (!isFields(given) || typeof (given['statement'] ?? '') !== 'string' || !isTexts(given['resources'] ?? []))
    return refusedWith('no message')
  const ours = attempt(() => recapOf(given))
  if (ours.error) return outcomeOf(ours)
  const { statement, resources } = given as { statement: string; resources: readonly string[] }
  must(statement.endsWith(recapStatement(ours.value)), 'recap: the statement says what is granted', input)
  must(encodeRecap(ours.value) === resources.at(-1), 'recap: it is the last resource, canonical', input)
  must(resources.filter((one) => one.toLowerCase().startsWith(head)).length === 1, 'recap: there is one', input)
  must(
    !isRecapGranted(ours.value, 'lit-litaction://other', 'lit-action-execution') ||
      JSON.stringify(ours.value).includes('lit-litaction://*') ||
      JSON.stringify(ours.value).includes('//other'),
    'recap: what is not named is not granted',
    input,
  )
  return outcomeOf(ours)
}

const statement = /\n\n(.*)\n\nURI/.exec(secondMessage)?.[1] ?? ''

export const recapMessages: Parser = {
  name: 'recap-message',
  reads: 'the ReCap of a message: `recapOf`, `isRecapGranted`',
  weight: 3,
  seeds: () => [
    { statement, resources: [good] },
    { statement, resources: ['https://x.example', good] },
    { resources: [...(delegation.resources ?? [])] },
  ],
  generate(random) {
    const uri = writeRecap(random)
    const read = attempt(() => decodeRecap(uri))
    return {
      statement: `Hi. ${read.value ? recapStatement(read.value) : ''}`,
      resources: [...(random.chance(0.3) ? ['https://x.example'] : []), uri],
    }
  },
  read: readMessage,
}
