/** `pnpm fuzz`: see README.md for what can be said after it. */
import { load } from './build.mjs'

const { main, ...built } = await load()
process.exitCode = await main(process.argv.slice(2), built)
process.exit()
