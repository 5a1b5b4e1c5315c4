import { svelte } from '@sveltejs/vite-plugin-svelte'
import { describeServer } from '../../../test/browser/adapters/server.ts'

describeServer('useSession (Svelte)', { folder: new URL('./fixtures/', import.meta.url), plugin: svelte })
