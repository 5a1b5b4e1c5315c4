import { testStorage } from '@session-sigs/conformance'
import { memoryStorage } from '@session-sigs/core'
import { it } from 'vitest'

testStorage(it, { create: memoryStorage })
