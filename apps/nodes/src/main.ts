import { startNetwork } from './network.ts'

const network = await startNetwork({ port: Number(process.env['PORT'] ?? 7470) })
console.log('Nodes are running. They accept delegations signed for localhost:3000.\n')
for (const url of network.urls) console.log(`  ${url}`)
console.log(`\nThe registered action is litAction://${network.actions.greet}\nStop them with Ctrl+C.`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void network.close())
