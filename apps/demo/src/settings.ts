import { defaults, lifetimes, signatureLifetimes, storages } from './choices.ts'
import { powerChoices, withChange } from './powers.ts'
import { isRecord, parseJson } from './values.ts'
import type { DemoView, PowerChoice } from './view.ts'

/** What a person chose: it is there again after a reload, and in another tab. */
export type Settings = Pick<DemoView, 'wallet' | 'powers' | 'lifetime' | 'storage' | 'signatureLifetime'>

/** Its name in the page's storage. */
export const settingsName = 'session-sigs-demo'

/** What to begin with: no power but one, and that only as far as it goes. */
export const firstSettings: Settings = {
  wallet: '',
  powers: powerChoices.map((choice) => withChange(choice, { isWanted: choice.type === 'Action' })),
  ...defaults,
}

function oneOf(choices: readonly { readonly id: string }[], value: unknown, otherwise: string): string {
  return choices.find(({ id }) => id === value)?.id ?? otherwise
}

function readPower(choice: PowerChoice, value: unknown): PowerChoice {
  if (!isRecord(value)) return choice
  const { isWanted, extent, id } = value
  if (typeof isWanted !== 'boolean' || (extent !== 'any' && extent !== 'one') || typeof id !== 'string' || id.length > 500) return choice
  return withChange(choice, { isWanted, extent, id })
}

/** Reads what was written; whatever is not as it should be counts as not chosen. */
export function readSettings(text: string | undefined): Settings {
  const value = parseJson(text)
  if (!isRecord(value)) return firstSettings
  const { wallet, powers } = value
  return {
    wallet: typeof wallet === 'string' ? wallet.slice(0, 200) : '',
    powers: isRecord(powers) ? firstSettings.powers.map((choice) => readPower(choice, powers[choice.type])) : firstSettings.powers,
    lifetime: oneOf(lifetimes, value['lifetime'], defaults.lifetime),
    storage: oneOf(storages, value['storage'], defaults.storage),
    signatureLifetime: oneOf(signatureLifetimes, value['signatureLifetime'], defaults.signatureLifetime),
  }
}

export function writeSettings({ wallet, powers, lifetime, storage, signatureLifetime }: Settings): string {
  const kept = powers.map(({ type, isWanted, extent, id }) => [type, { isWanted, extent, id }])
  return JSON.stringify({ wallet, powers: Object.fromEntries(kept), lifetime, storage, signatureLifetime })
}
