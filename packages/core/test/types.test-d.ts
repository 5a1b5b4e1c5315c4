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
