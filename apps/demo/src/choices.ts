import type { Choice } from './view.ts'

/** A choice of how long something lives. */
interface Lifetime extends Choice {
  readonly seconds: number
}

const day = 86_400

export const lifetimes: readonly Lifetime[] = [
  { id: '1-minute', label: '1 minute', text: 'To watch it end.', seconds: 60 },
  { id: '1-hour', label: '1 hour', text: 'For one task.', seconds: 3_600 },
  { id: '24-hours', label: '24 hours', text: 'The usual.', seconds: day },
  { id: '7-days', label: '7 days', text: 'For a device of your own.', seconds: 7 * day },
]

export const signatureLifetimes: readonly Lifetime[] = [
  { id: '10-seconds', label: '10 seconds', text: 'To see one refused when it is sent too late.', seconds: 10 },
  { id: '5-minutes', label: '5 minutes', text: 'The usual.', seconds: 300 },
]

export const storages: readonly Choice[] = [
  { id: 'memory', label: 'Memory', text: 'Gone when this page is reloaded or closed. Nothing is stored.' },
  { id: 'local', label: 'localStorage', text: 'Outlasts the browser. The key is a text that any script of this site can read.' },
  { id: 'indexeddb', label: 'IndexedDB', text: 'Outlasts the browser. Where the browser can, it gives the key to nobody.' },
]

export const defaults = { lifetime: '24-hours', signatureLifetime: '5-minutes', storage: 'indexeddb' } as const

/** How long what is chosen lives. */
export function secondsOf(choices: readonly Lifetime[], id: string): number {
  return choices.find((choice) => choice.id === id)?.seconds ?? day
}

/** When what is chosen ends, if it begins now. */
export function endOf(choices: readonly Lifetime[], id: string, now: Date): string {
  return new Date(now.getTime() + secondsOf(choices, id) * 1000).toISOString()
}
