/** Those who send slowly, too much, half of it, or by a wrong clock: each with the answer that it has to get. */
import { setTimeout as after } from 'node:timers/promises'
import { text } from './requests.mjs'
import { maxBodyBytes } from './settings.mjs'
import { bytesOf, converse, heard } from './wire.mjs'

const megabyte = 1_000_000
const times = (count, work) => Promise.all(Array.from({ length: count }, (_, i) => work(i)))

export function createStrange({ random, crowd, ledger, portOf, judge }) {
  const anyPort = () => portOf(random.below(2))
  const party = () => crowd.party('first')
  const signed = (may, path, init) => party().sign(`${path}?n=${ledger.next(may)}`, init)

  async function judged(kind, expected, work, needs = []) {
    const sent = Date.now()
    const { said } = await work()
    judge.judge(kind, { said, expected, needs, sent })
  }

  /** A body that comes byte by byte, and never to its end. */
  const trickling = (bytes) => (socket) => {
    const end = bytes.indexOf('\r\n\r\n') + 4
    socket.write(bytes.subarray(0, end))
    let at = end
    const timer = setInterval(() => socket.write(bytes.subarray(at, ++at)), 250)
    socket.once('close', () => clearInterval(timer))
  }

  async function slowOne() {
    const bytes = bytesOf(await signed('never', '/body', text(2000)))
    await judged('slow body', '408 body-incomplete', () => converse(anyPort(), trickling(bytes)))
  }

  /** Half of a request, or a whole one, from somebody who does not wait for an answer. */
  async function brokenOne(i) {
    const isWhole = i % 2 === 0
    const bytes = bytesOf(await signed(isWhole ? 'once' : 'never', '/body', text(3000)))
    const sent = isWhole ? bytes : bytes.subarray(0, bytes.length - random.below(2500) - 1)
    await converse(anyPort(), (socket) => socket.write(sent, () => socket.resetAndDestroy()))
  }

  async function largeBody() {
    const one = await crowd.newParty('first')
    const n = ledger.next('once')
    await judged('body of 1 MB', '200', () => heard(one.send(`/body?n=${n}`, text(megabyte))), ['store'])
  }

  async function tooLargeBody() {
    const bytes = bytesOf(await signed('never', '/body', text(maxBodyBytes)))
    // Who goes on sending after the answer may not get to read it.
    await judged('body of more than 1 MiB', ['413 input-too-large', 'no answer'], () =>
      converse(anyPort(), (socket) => socket.write(bytes)),
    )
  }

  async function largeHead() {
    const parts = await signed('never', '/first')
    const bytes = bytesOf({ ...parts, headers: { ...parts.headers, 'x-large': 'a'.repeat(megabyte) } })
    await judged('head of 1 MB', ['431', 'no answer'], () => converse(anyPort(), (socket) => socket.write(bytes)))
  }

  /** A device whose clock jumps while its session goes on, and comes back. */
  async function skewedOne(i) {
    const one = await crowd.newParty('first')
    const use = () => judged('clock off by 10 minutes', '200', () => heard(one.send(`/first?n=${ledger.next('once')}`)), ['store'])
    await use()
    for (const skew of [i % 2 === 0 ? 600_000 : -600_000, 0]) {
      one.clock.skew = skew
      for (let j = 0; j < 5; j += 1) await use()
    }
  }

  return {
    slow: () => times(30, slowOne),
    async broken(seconds) {
      const end = Date.now() + seconds * 1000
      while (Date.now() < end) {
        await times(20, brokenOne)
        await after(200)
      }
    },
    large: () => times(15, (i) => [largeBody, tooLargeBody, largeHead][i % 3]()),
    skewed: () => times(10, skewedOne),
  }
}
