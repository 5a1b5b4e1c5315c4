/**
 * Behind `npm run dev`: the nodes and both demo apps, each from its source. What is changed in an app or a package is on the page at once.
 */
import { fileURLToPath } from 'node:url'
import { serveNetwork, startNetwork } from '@session-sigs/app-nodes'
import { createServer } from 'vite'

const apps = [
  { name: 'Vue', folder: 'vue', port: 5173 },
  { name: 'Svelte', folder: 'svelte', port: 5174 },
]

/** An app's server, on its port or the next that is free. It tells its page of the network, which cannot be started before all sites' ports are known. */
async function startApp({ name, folder, port }, network) {
  const tellsOfNetwork = { name: 'network', configureServer: ({ middlewares }) => void middlewares.use(serveNetwork(network)) }
  const root = fileURLToPath(new URL(`../apps/${folder}`, import.meta.url))
  // Other pages, of this machine too, are not let in: they could stop nodes.
  const options = { host: 'localhost', port, cors: false }
  const server = await createServer({ root, server: options, logLevel: 'warn', plugins: [tellsOfNetwork] })
  await server.listen()
  const { port: used } = server.httpServer.address()
  return { name, server, domain: `localhost:${used}` }
}

/** On the ports that the documents name, or on others where those are taken. */
async function startNodes(domains) {
  // Short enough for a person to watch a signature of ten seconds end.
  const options = { domains, clockToleranceSeconds: 5 }
  try {
    return await startNetwork({ ...options, port: 7470 })
  } catch (error) {
    if (error.code !== 'EADDRINUSE') throw error
    return startNetwork(options)
  }
}

let tell = () => {}
const told = new Promise((resolve) => {
  tell = resolve
})

const running = []
for (const app of apps) running.push(await startApp(app, told))
const network = await startNodes(running.map(({ domain }) => domain))
tell(network)

console.log('\nThe demo is running, with a wallet built in.\n')
for (const { name, domain } of running) console.log(`  ${name.padEnd(8)}http://${domain}`)
console.log(`\n  ${'nodes'.padEnd(8)}${network.urls.join('  ')}\n\nStop it with Ctrl+C.`)

let isStopping = false
async function stop() {
  if (isStopping) return
  isStopping = true
  await Promise.all([network.close(), ...running.map(({ server }) => server.close())])
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void stop())
