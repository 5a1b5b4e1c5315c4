import { testReadme } from '../../../test/browser/adapters/readme.ts'

testReadme(new URL('../README.md', import.meta.url), 'svelte', new URL('./fixtures/Example.svelte', import.meta.url))
