import { run } from './run.ts'
import { createScreen } from './screen.ts'

const colour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined
process.exitCode = (await run(createScreen((line) => console.log(line), colour))) ? 0 : 1
