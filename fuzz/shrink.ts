/** Makes an input smaller for as long as it keeps what is interesting about it. */
import type { Json } from './parser.ts'

function* smallerTexts(text: string): Generator<string> {
  for (let size = Math.ceil(text.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < text.length; at += size) yield text.slice(0, at) + text.slice(at + size)
    if (text.length / size > 64) return
  }
}

function* smallerLists(list: readonly Json[]): Generator<Json> {
  if (list.length > 3) yield list.slice(0, list.length >> 1)
  if (list.length > 3) yield list.slice(list.length >> 1)
  for (let i = 0; i < Math.min(list.length, 40); i++) yield list.toSpliced(i, 1)
  for (const [i, item] of list.slice(0, 40).entries()) for (const smaller of smallerOnes(item)) yield list.with(i, smaller)
}

function* smallerObjects(object: { readonly [name: string]: Json }): Generator<Json> {
  const entries = Object.entries(object)
  for (let i = 0; i < entries.length; i++) yield Object.fromEntries(entries.toSpliced(i, 1))
  for (const [i, [name, item]] of entries.entries())
    for (const smaller of smallerOnes(item)) yield Object.fromEntries(entries.with(i, [name, smaller]))
}

/** Inputs that have a little less in them, much less first. */
function* smallerOnes(input: Json): Generator<Json> {
  if (typeof input === 'string') yield* smallerTexts(input)
  else if (Array.isArray(input)) yield* smallerLists(input)
  else if (typeof input === 'object' && input !== null) yield* smallerObjects(input as { readonly [name: string]: Json })
}

/** The smallest found within so many tries. */
export async function shrink(input: Json, isStillIt: (input: Json) => Promise<boolean>, tries: number): Promise<Json> {
  let smallest = input
  let left = tries
  let hasShrunk = true
  while (hasShrunk && left > 0) {
    hasShrunk = false
    for (const candidate of smallerOnes(smallest)) {
      if (left-- <= 0) break
      if (!(await isStillIt(candidate))) continue
      smallest = candidate
      hasShrunk = true
      break
    }
  }
  return smallest
}
