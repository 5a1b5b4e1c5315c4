import vue from '@vitejs/plugin-vue'
import { describeServer } from '../../../test/browser/adapters/server.ts'

describeServer('useSession (Vue)', { folder: new URL('./fixtures/', import.meta.url), plugin: vue })
