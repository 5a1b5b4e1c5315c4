/** All groups, in the order of the table. */
import { bundles } from './groups/bundles.mjs'
import { verifyCold } from './groups/cold.mjs'
import { firstCall } from './groups/first.mjs'
import { growth } from './groups/growth.mjs'
import { installed } from './groups/installed.mjs'
import { load } from './groups/load.mjs'
import { memory } from './groups/memory.mjs'
import { whereTimeGoes } from './groups/profile.mjs'
import { requests } from './groups/requests.mjs'
import { sign } from './groups/sign.mjs'
import { siwe } from './groups/siwe.mjs'
import { verifyCached } from './groups/verify.mjs'

export const groups = [sign, firstCall, verifyCached, verifyCold, siwe, requests, load, bundles, installed, memory, growth, whereTimeGoes]
