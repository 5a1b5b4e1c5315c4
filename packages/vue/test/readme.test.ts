import { testReadme } from '../../../test/browser/adapters/readme.ts'

testReadme(new URL('../README.md', import.meta.url), 'vue', new URL('./fixtures/Example.vue', import.meta.url))
