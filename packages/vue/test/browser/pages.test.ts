/** `useSession` of Vue in pages. */
import vue from '@vitejs/plugin-vue'
import { describeAdapter } from '../../../../test/browser/adapters/adapter.ts'
import {
  describeEffects,
  describeExample,
  describeKeys,
  describeLeaks,
  describePages,
  describeServerRendering,
} from '../../../../test/browser/adapters/contract.ts'

describeAdapter('useSession (Vue)', { folder: new URL('../fixtures/', import.meta.url), plugin: vue }, (adapter) => {
  describeExample(adapter)
  describePages(adapter)
  describeEffects(adapter)
  describeServerRendering(adapter)
  describeKeys(adapter)
  describeLeaks(adapter)
})
