import { prepareSessionKey } from '@session-sigs/core/verify'
import { generateKeyPairSync, sign } from 'node:crypto'
const pairs = Array.from({length: 20000}, () => { const {publicKey, privateKey} = generateKeyPairSync('ed25519'); const m = Buffer.from('abc'); return { pub: Buffer.from(publicKey.export({format:'jwk'}).x,'base64url').toString('hex'), m: new Uint8Array(m), s: new Uint8Array(sign(null, m, privateKey)) } })
const mem = () => { gc(); gc(); const u = process.memoryUsage(); return u }
await new Promise(r => setTimeout(r, 500))
const warm = []
for (const p of pairs.slice(0,500)) { const k = prepareSessionKey(p.pub); if (!await k.verify(p.m, p.s)) throw 1; warm.push(k) }
const a = mem()
const keys = []
for (const p of pairs) { const k = prepareSessionKey(p.pub); if (!await k.verify(p.m, p.s)) throw 1; keys.push(k) }
await new Promise(r => setTimeout(r, 500))
const b = mem()
for (const n of ['heapUsed','external','rss']) console.log(n, ((b[n]-a[n])/keys.length).toFixed(0))
console.log(keys.length, warm.length)
