/** A load that costs next to nothing to make: requests that are bytes already, each sent once, over connections that are kept alive. */
import { createConnection } from 'node:net'

/** Sends `next()` over and over on so many connections until it gives nothing more; how many answers there were of each status. */
export async function fire(port, connections, next) {
  const statuses = new Map()
  const run = () =>
    new Promise((resolve, reject) => {
      const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
      const send = () => {
        const request = next()
        if (request === undefined) return socket.end()
        socket.write(request)
      }
      let rest = ''
      socket.setEncoding('latin1')
      socket.on('connect', send)
      socket.on('data', (chunk) => {
        rest += chunk
        const end = rest.indexOf('\r\n\r\n')
        if (end < 0) return
        const length = Number(/^content-length: (\d+)/im.exec(rest)?.[1] ?? 0)
        if (rest.length < end + 4 + length) return
        const status = rest.slice(9, 12)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        rest = rest.slice(end + 4 + length)
        send()
      })
      socket.on('error', reject)
      socket.on('close', resolve)
    })
  await Promise.all(Array.from({ length: connections }, run))
  return Object.fromEntries(statuses)
}
