/** A load that costs next to nothing to make: requests that are bytes already, each sent once, over connections that are kept alive. */
import { createConnection } from 'node:net'

/** The body of the only answer that is under way, as far as it came; nothing where more of it has to come. What is sent in chunks is small here, and one chunk. */
function bodyOf(head, rest) {
  const length = /^content-length: (\d+)/im.exec(head)?.[1]
  if (length !== undefined) return rest.length < Number(length) ? undefined : rest
  if (!/^transfer-encoding: chunked/im.test(head)) return ''
  return rest.endsWith('\r\n0\r\n\r\n') ? rest.slice(rest.indexOf('\r\n') + 2, -7) : undefined
}

/**
 * Sends `next()` over and over on so many connections until it gives nothing more; how many answers there were of each status. `heard` is told of each answer: its status, its
 * body, and the request that it is to.
 */
export async function fire(port, connections, next, heard) {
  const statuses = new Map()
  const run = () =>
    new Promise((resolve, reject) => {
      const socket = createConnection({ port, host: '127.0.0.1', noDelay: true })
      let request
      const send = () => {
        request = next()
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
        const body = bodyOf(rest.slice(0, end), rest.slice(end + 4))
        if (body === undefined) return
        const status = rest.slice(9, 12)
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
        heard?.(Number(status), body, request)
        rest = ''
        send()
      })
      socket.on('error', reject)
      socket.on('close', resolve)
    })
  await Promise.all(Array.from({ length: connections }, run))
  return Object.fromEntries(statuses)
}
