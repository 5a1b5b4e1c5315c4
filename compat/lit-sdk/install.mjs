/** Installs the SDKs into this folder. `node install.mjs renew` writes a new lock file instead, after a version was changed in package.json. */
import { fileURLToPath } from 'node:url'
import { installAside } from '../../scripts/install-aside.mjs'

installAside(fileURLToPath(new URL('.', import.meta.url)))
