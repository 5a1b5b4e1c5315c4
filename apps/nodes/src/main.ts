import { startNetwork } from './network.ts'

// As many as Lit's own local network has; messages of Lit apps that run without a page name plain localhost.
const domains = ['localhost:3000', 'localhost']
const network = await startNetwork({ port: Number(process.env['PORT'] ?? 7470), count: 10, domains })
console.log(`Nodes are running. They accept delegations signed for ${domains.join(' and ')}.\n`)
for (const url of network.urls) console.log(`  ${url}`)
console.log(`\nThe registered action is litAction://${network.actions.greet}\nStop them with Ctrl+C.`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void network.close())
