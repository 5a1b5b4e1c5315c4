import type { EIP1193Provider } from 'viem'
import { expectTypeOf, it } from 'vitest'
import { createSessionClient, defineVocabulary, isSessionError, type Resource, SessionError } from '../src/index.ts'

const acme = defineVocabulary({ prefix: 'acme', types: ['Invoice'] })

it('resources are template-literal types', () => {
  expectTypeOf<'litPKP://1'>().toExtend<Resource>()
  expectTypeOf<'litAction://*'>().toExtend<Resource>()
  expectTypeOf<'litPkp://1'>().not.toExtend<Resource>()
  expectTypeOf<'litPKPCapability://1'>().not.toExtend<Resource>()
  expectTypeOf<'acmeInvoice://1'>().toExtend<Resource<typeof acme>>()
  expectTypeOf<'litPKP://1'>().not.toExtend<Resource<typeof acme>>()
})

it('a client follows its vocabulary', () => {
  const lit = createSessionClient({ nodes: [] })
  const own = createSessionClient({ nodes: [], vocabulary: acme })
  expectTypeOf(lit.getSessionSigs)
    .parameter(0)
    .exclude<undefined>()
    .toHaveProperty('resources')
    .toEqualTypeOf<readonly Resource[] | undefined>()
  expectTypeOf(own.getSessionSigs)
    .parameter(0)
    .exclude<undefined>()
    .toHaveProperty('resources')
    .toEqualTypeOf<readonly Resource<typeof acme>[] | undefined>()
})

it('details are typed by the code', () => {
  const error: unknown = new SessionError('nodes-empty', { field: 'nodes' })
  if (isSessionError(error, 'audience-mismatch')) {
    expectTypeOf(error.details).toEqualTypeOf<{ expected: readonly string[]; actual: string }>()
    expectTypeOf(error.code).toEqualTypeOf<'audience-mismatch'>()
  }
})

it('a provider of any typing can be followed', () => {
  const client = createSessionClient({ nodes: [] })
  expectTypeOf(client.follow).toBeCallableWith({} as EIP1193Provider)
  expectTypeOf(client.follow).toBeCallableWith(
    {} as {
      on(event: string, listener: (data: unknown) => void): void
      removeListener(event: string, listener: (data: unknown) => void): void
    },
  )
})

it('require() takes resources of either form', () => {
  const { require } = createSessionClient({ nodes: [] })
  expectTypeOf(require).toBeCallableWith(['litPKP://1'])
  expectTypeOf(require).toBeCallableWith([{ resource: { resource: '1', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }])
  // @ts-expect-error a capability is not asked for
  expectTypeOf(require).toBeCallableWith(['litPKPCapability://1'])
})
