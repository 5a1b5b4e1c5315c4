/** Instants that fail closed: whatever is no RFC 3339 date-time is `NaN`, and every comparison here is written so that `NaN` fails. */

const pattern = /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2}):([0-9]{2})(\.[0-9]+)?(?:[Zz]|([+-])([0-9]{2}):([0-9]{2}))$/

/** Milliseconds since 1970 of an RFC 3339 §5.6 date-time, `NaN` for anything else. A leap second counts as the second after it. */
export function parseInstant(text: string): number {
  const match = pattern.exec(text)
  if (!match) return Number.NaN
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])]
  const date = new Date(0)
  // Date.UTC would read the years 0–99 as 1900–1999.
  date.setUTCFullYear(year, month - 1, day)
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return Number.NaN
  const [offsetHours, offsetMinutes] = [Number(match[9] ?? 0), Number(match[10] ?? 0)]
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return Number.NaN
  const offset = (offsetHours * 60 + offsetMinutes) * (match[8] === '-' ? -60_000 : 60_000)
  const atMinute = date.getTime() + (hour * 60 + minute) * 60_000 - offset
  // Leap seconds are added in the last minute of a day, UTC (RFC 3339 §5.7).
  if (second === 60 && ((atMinute % 86_400_000) + 86_400_000) % 86_400_000 !== 86_340_000) return Number.NaN
  return atMinute + second * 1000 + Number(match[7] ?? 0) * 1000
}

/** `toISOString()` form, as the wire writes it: milliseconds and `Z`. */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
