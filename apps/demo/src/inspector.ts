import type { Report, VerifyOptions } from '@session-sigs/core/verify'
import { readChecks } from './checks.ts'
import { readDelegation } from './delegations.ts'
import { writable } from './observable.ts'
import { localTime, shortAddress, shortResource } from './texts.ts'
import { isRecord, parseJson } from './values.ts'
import type { InspectionView, Inspector, InspectorView } from './view.ts'

type Payload = NonNullable<Report['payload']>

/** Asked where nothing is known yet: any question shows what can be read. */
const anyQuestion: VerifyOptions = { audience: 'any', domains: '*', resource: 'litAction://*' }

const empty: InspectorView = { text: '', audience: '', resource: '', resources: [], isBusy: false, problem: undefined, result: undefined }

/** The signature in a pasted text: the text itself, so that nothing is repaired, or the first of what `getSessionSigs` gave for several nodes. */
function signatureIn(text: string): unknown {
  const value = parseJson(text)
  if (!isRecord(value) || 'sig' in value) return text
  const [first] = Object.values(value)
  return isRecord(first) && 'sig' in first ? first : text
}

/** The resources that a signature names, as they are asked for: in the second form with the ability. */
function resourcesIn({ resources, resourceAbilityRequests }: Payload): readonly string[] {
  return (
    resources ??
    (resourceAbilityRequests ?? []).map(({ resource, ability }) => {
      return `${resource.resourcePrefix}://${resource.resource} ${ability}`
    })
  )
}

function questionFor(audience: string, resource: string): VerifyOptions {
  const [name = '', ability] = resource.trim().split(/\s+/)
  return { audience, domains: '*', resource: name, ...(ability === undefined ? {} : { ability }) }
}

function verdictOf({ ok, session, checks }: Report): string {
  if (ok && session) {
    const { address, resource, audience, expiresAt } = session
    return `Good. ${shortAddress(address)} may use ${shortResource(resource)} at ${audience} until ${localTime(expiresAt)}.`
  }
  const failed = checks.find(({ status }) => status === 'failed')
  return `Refused. ${failed?.hint ?? 'It cannot be read.'}`
}

function viewOf(report: Report): InspectionView {
  const { payload } = report
  return {
    ok: report.ok,
    verdict: verdictOf(report),
    node: payload?.nodeAddress,
    resources: payload ? resourcesIn(payload) : [],
    signedAt: payload?.issuedAt,
    until: payload?.expiration,
    delegations: (payload?.capabilities ?? []).flatMap((capability) => readDelegation(capability) ?? []),
    checks: readChecks(report),
  }
}

/** What the person says that it is asked for as; the rest is taken from the signature. */
interface Said {
  readonly audience?: string
  readonly resource?: string
}

type Inspected = Pick<InspectorView, 'audience' | 'resource' | 'resources' | 'problem' | 'result'>

/** @throws TypeError for what cannot be asked */
async function inspect(text: string, said: Said): Promise<Inspected> {
  const { inspectSessionSig } = await import('@session-sigs/core/verify')
  const sig = signatureIn(text)
  const first = await inspectSessionSig(sig, anyQuestion)
  const resources = first.payload ? resourcesIn(first.payload) : []
  const { audience = first.payload?.nodeAddress ?? '', resource = resources[0] ?? '' } = said
  const about = { audience, resource, resources, problem: undefined, result: undefined }
  // Nothing more can be said of what cannot be read.
  if (!first.payload) return { ...about, result: viewOf(first) }
  if (audience === '') return { ...about, problem: 'Write which node it is sent to.' }
  if (resource === '') return { ...about, problem: 'Write which resource is asked for.' }
  try {
    return { ...about, result: viewOf(await inspectSessionSig(sig, questionFor(audience, resource))) }
  } catch (error) {
    return { ...about, problem: error instanceof Error ? error.message : 'This cannot be asked.' }
  }
}

export function createInspector(): Inspector {
  const view = writable(empty)
  let said: Said = {}
  let runs = 0

  function change(change: Partial<InspectorView>): void {
    view.set({ ...view.get(), ...change })
  }

  async function run(): Promise<void> {
    runs += 1
    const mine = runs
    const { text } = view.get()
    if (text.trim() === '') return view.set({ ...empty, text })
    change({ isBusy: true })
    const failed = (): Partial<InspectorView> => ({ problem: 'The verifier could not be loaded. Reload the page.', result: undefined })
    const done = await inspect(text, said).catch(failed)
    // A later question is the one to answer.
    if (mine === runs) change({ ...done, isBusy: false })
  }

  return Object.freeze<Inspector>({
    get: view.get,
    subscribe: view.subscribe,
    async setText(text) {
      said = {}
      change({ text })
      await run()
    },
    async setAudience(audience) {
      said = { ...said, audience }
      change({ audience })
      await run()
    },
    async setResource(resource) {
      said = { ...said, resource }
      change({ resource })
      await run()
    },
  })
}
