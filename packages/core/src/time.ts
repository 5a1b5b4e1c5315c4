/** Instants that fail closed: whatever is no RFC 3339 date-time is `NaN`, and every comparison here is written so that `NaN` fails. */

const pattern = /^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})$/

/** In milliseconds. After 400 years the calendar begins anew. */
const era = 146_097 * 86_400_000

/** Milliseconds since 1970 of an RFC 3339 §5.6 date-time, `NaN` for anything else. A leap second counts as the second after it. */
export function parseInstant(text: string): number {
  if (!pattern.test(text)) return Number.NaN
  /** The number that two digits make. */
  const two = (at: number): number => text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 528
  const [month, day, hour, minute, second] = [two(5), two(8), two(11), two(14), two(17)]
  // Date.UTC would read the years 0–99 as 1900–1999.
  const date = Date.UTC(two(0) * 100 + two(2) + 400, month - 1, day) - era
  if (month < 1 || month > 12 || day < 1 || (day > 28 && new Date(date).getUTCDate() !== day)) return Number.NaN
  const zone = /[Zz]$/.test(text) ? text.length - 1 : text.length - 6
  const [offsetHours, offsetMinutes] = zone === text.length - 1 ? [0, 0] : [two(zone + 1), two(zone + 4)]
  if (hour > 23 || minute > 59 || second > 60 || offsetHours > 23 || offsetMinutes > 59) return Number.NaN
  const offset = (offsetHours * 60 + offsetMinutes) * (text.charAt(zone) === '-' ? -60_000 : 60_000)
  const atMinute = date + (hour * 60 + minute) * 60_000 - offset
  // Leap seconds are added in the last minute of a day, UTC (RFC 3339 §5.7).
  if (second === 60 && ((atMinute % 86_400_000) + 86_400_000) % 86_400_000 !== 86_340_000) return Number.NaN
  return atMinute + second * 1000 + Number(`0${text.slice(19, zone)}`) * 1000
}

/** `toISOString()` form, as the wire writes it: milliseconds and `Z`. */
export function formatInstant(milliseconds: number): string {
  return new Date(milliseconds).toISOString()
}
