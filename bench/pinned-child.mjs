/** What `pinned.mjs` starts. */
import { createInterface } from 'node:readline'
import { createRunner } from './groups/verify.mjs'

const run = await createRunner(process.argv[2])
for await (const line of createInterface(process.stdin)) console.log(await run(Number(line)))
process.exit()
