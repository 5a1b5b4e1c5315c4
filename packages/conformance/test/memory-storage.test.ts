import { testStorage } from '@session-sigs/conformance'
import { it } from 'vitest'
import { memoryStorage } from '../src/storage.ts'

testStorage(it, { create: memoryStorage })
