/**
 * Grammars as values. Each rule is used both ways: to write a text that follows it, and to say whether a text does, which is a second opinion on our parsers that shares no
 * line with them.
 */
import type { Random } from './random.ts'

export interface Rule {
  write(random: Random): string
  /** Every place where a match that begins at `at` can end. */
  ends(text: string, at: number): ReadonlySet<number>
}

/** Exactly this text. */
export function word(expected: string): Rule {
  return { write: () => expected, ends: (text, at) => new Set(text.startsWith(expected, at) ? [at + expected.length] : []) }
}

/** `min` to `max` of these characters. */
export function of(characters: string, min = 1, max = 1): Rule {
  const known = new Set(characters)
  return {
    write: (random) => {
      const length = min + random.below(Math.min(max, min + 12) - min + 1)
      return Array.from({ length }, () => random.pick([...known])).join('')
    },
    ends: (text, at) => {
      const ends = new Set<number>()
      for (let i = at; ; i++) {
        if (i - at >= min) ends.add(i)
        if (i - at >= max || i >= text.length || !known.has(text.charAt(i))) return ends
      }
    },
  }
}

/** One after the other. A text among the rules is itself. */
export function seq(...parts: readonly (Rule | string)[]): Rule {
  const rules = parts.map((part) => (typeof part === 'string' ? word(part) : part))
  return {
    write: (random) => rules.map((rule) => rule.write(random)).join(''),
    ends: (text, at) => {
      let places: ReadonlySet<number> = new Set([at])
      for (const rule of rules) places = new Set([...places].flatMap((place) => [...rule.ends(text, place)]))
      return places
    },
  }
}

/** One of them. */
export function any(...rules: readonly Rule[]): Rule {
  return {
    write: (random) => random.pick(rules).write(random),
    ends: (text, at) => new Set(rules.flatMap((rule) => [...rule.ends(text, at)])),
  }
}

/** `min` to `max` times the rule; few are written. */
export function times(rule: Rule, min: number, max: number): Rule {
  return {
    write: (random) => {
      const length = min + random.below(Math.min(max, min + 3) - min + 1)
      return Array.from({ length }, () => rule.write(random)).join('')
    },
    ends: (text, at) => {
      const found = new Set<number>(min === 0 ? [at] : [])
      let places = new Set([at])
      for (let round = 1; round <= max && places.size > 0; round++) {
        places = new Set([...places].flatMap((place) => [...rule.ends(text, place)]).filter((place) => !found.has(place)))
        if (round >= min) for (const place of places) found.add(place)
      }
      return found
    },
  }
}

export function maybe(rule: Rule | string): Rule {
  return times(typeof rule === 'string' ? word(rule) : rule, 0, 1)
}

/** Whether the whole text follows the rule. */
export function follows(rule: Rule, text: string): boolean {
  return rule.ends(text, 0).has(text.length)
}
