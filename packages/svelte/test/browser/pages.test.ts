/** `useSession` of Svelte in pages. */
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { describeAdapter } from '../../../../test/browser/adapters/adapter.ts'
import {
  describeEffects,
  describeExample,
  describeKeys,
  describeLeaks,
  describePages,
  describeServerRendering,
} from '../../../../test/browser/adapters/contract.ts'

describeAdapter('useSession (Svelte)', { folder: new URL('../fixtures/', import.meta.url), plugin: svelte }, (adapter) => {
  describeExample(adapter)
  describePages(adapter)
  describeEffects(adapter)
  describeServerRendering(adapter)
  describeKeys(adapter)
  describeLeaks(adapter)
})
