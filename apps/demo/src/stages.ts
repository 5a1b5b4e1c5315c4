/**
 * What is on the page at a time, and where the keyboard goes when that is something else.
 */
import type { SessionView } from '@session-sigs/core'
import type { DemoView } from './view.ts'

export type Page = 'session' | 'inspector'

/** The page that an address names by its `#…`. One that leads to a place on the page changes nothing. */
export function pageOf(hash: string, before: Page): Page {
  if (hash === '' || hash === '#session') return 'session'
  return hash === '#inspector' ? 'inspector' : before
}

export const pageTitles: Readonly<Record<Page, string>> = { session: 'Session signatures', inspector: 'Inspector – Session signatures' }

export type Stage = 'loading' | 'failed' | 'choices' | 'session'

/** `before` stays while the storage of another client is looked at, so that choosing one does not take the choices away. */
export function stageOf(view: DemoView, session: SessionView | undefined, before: Stage): Stage {
  if (view.network.status === 'failed') return 'failed'
  if (view.network.status === 'loading' || !session) return 'loading'
  if (session.protection === undefined && session.error === undefined) return before === 'failed' ? 'loading' : before
  return session.state.status === 'signed-in' ? 'session' : 'choices'
}

/** The id of the heading of what is to be read next; none while there is nothing. */
export function headingOf(stage: Stage, view: DemoView, session: SessionView | undefined): string | undefined {
  if (stage === 'loading') return undefined
  if (stage !== 'choices') return `${stage}-title`
  if (view.message) return 'message-title'
  return session?.state.status === 'signed-out' && session.state.reason !== 'never' ? 'ended-title' : 'powers-title'
}

/** Moves the keyboard to a heading: where a message came to be read, or what had the keyboard has gone. Never while somebody is somewhere else. */
export function moveTo(heading: string): void {
  if (heading === 'message-title' || document.activeElement === document.body) document.getElementById(heading)?.focus()
}

/** Lets the keyboard go back to where it was before it came into something that may vanish under it. */
export interface WayBack {
  /** On `focusin`. */
  enter(event: FocusEvent): void
  /** Once it has vanished. */
  leave(): void
}

export function createWayBack(): WayBack {
  let from: HTMLElement | undefined
  let isIn = false
  return {
    enter({ currentTarget, relatedTarget }) {
      isIn = true
      if (currentTarget instanceof Node && relatedTarget instanceof HTMLElement && !currentTarget.contains(relatedTarget))
        from = relatedTarget
    },
    leave() {
      const isLost = isIn && document.activeElement === document.body
      isIn = false
      if (!isLost) return
      const place = from?.isConnected ? from : document.getElementById('main')
      place?.focus({ preventScroll: true })
    },
  }
}
