/** Runs one part of one group in a process of its own, and sends what came of it: no peer can slow down another, or ours beside another. */
import { groups } from './groups.mjs'

const [name, part, options] = process.argv.slice(2)
const group = groups.find((one) => one.name === name)
try {
  const result = await group.parts[part](JSON.parse(options))
  await new Promise((resolve) => process.send({ result }, resolve))
  // Some peers keep timers and sockets.
  process.exit(0)
} catch (error) {
  console.error(error)
  process.exit(1)
}
