import { memoryNonces } from '@session-sigs/http/verify'

const rpcUrl = 'https://rpc.example'
const options = { origin: 'https://api.example', domains: ['app.example'], nonces: memoryNonces() }

// begin
import { createGuard } from '@session-sigs/http/express'
import { createVerifyWallet } from '@session-sigs/viem-signer/verify'
import { createPublicClient, http } from 'viem'
import { mainnet } from 'viem/chains'

const verifyWallet = createVerifyWallet([createPublicClient({ chain: mainnet, transport: http(rpcUrl) })])
const guard = createGuard({ ...options, verifyWallet })
// end

if (!guard.revoke) throw new Error('There is no guard')
