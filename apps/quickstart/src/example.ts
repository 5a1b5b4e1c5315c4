/**
 * Runs the example of Lit's documentation, which stands in `documentation` as it stands there, but for its imports, the network's name, and a last line that exports what came of it.
 */
import { format } from 'node:util'
import type { AuthCallbackParams, AuthSig, LitNetworkName, LitNodeClient, SessionSig } from '@session-sigs/lit'
import { LIT_NETWORKS } from '@session-sigs/lit'
import { SigningKey } from 'ethers'

export const documented = new URL('../documentation/getting-session-sigs.mjs', import.meta.url)

/** What the example exports. */
interface Example {
  readonly authNeededCallback: (params: AuthCallbackParams) => Promise<AuthSig>
  readonly litNodeClient: LitNodeClient
  readonly sessionSigs: Record<string, SessionSig>
}

export interface ExampleOptions {
  readonly file: URL
  /** The network that the file names, and the nodes that it is to find under that name. */
  readonly litNetwork: LitNetworkName
  readonly nodes: readonly string[]
  /** Of the wallet that the example makes: `0x` and 64 hex digits. */
  readonly privateKey: string
}

export interface ExampleRun {
  readonly sessionSigs: Record<string, SessionSig>
  /** How often the wallet signed while the example ran. */
  readonly asked: number
  /** How often it signed when the example's last call was made once more. */
  readonly askedAgain: number
  /** What the example printed: it has `debug: true`. */
  readonly printed: readonly string[]
}

/** Gives what a place has to what it had. */
type Undo = () => void

/** The example reads its wallet's key from the environment, and its nodes from the table. */
function setUp({ litNetwork, nodes, privateKey }: ExampleOptions): Undo {
  const [urls, key] = [LIT_NETWORKS[litNetwork], process.env['YOUR_PRIVATE_KEY']]
  LIT_NETWORKS[litNetwork] = [...nodes]
  process.env['YOUR_PRIVATE_KEY'] = privateKey
  return () => {
    LIT_NETWORKS[litNetwork] = urls
    if (key === undefined) delete process.env['YOUR_PRIVATE_KEY']
    else process.env['YOUR_PRIVATE_KEY'] = key
  }
}

/** Counts what a key signs. The example makes its wallet by itself, so the counter sits where every wallet of ethers signs. */
function countSignatures(privateKey: string): { readonly signed: () => number; readonly undo: Undo } {
  const { sign } = SigningKey.prototype
  let signed = 0
  SigningKey.prototype.sign = function (digest) {
    if (this.privateKey === privateKey) signed += 1
    return sign.call(this, digest)
  }
  return {
    signed: () => signed,
    undo: () => {
      SigningKey.prototype.sign = sign
    },
  }
}

/** Takes what would be printed, so that it stands where it belongs on the screen. */
function overhear(): { readonly printed: string[]; readonly undo: Undo } {
  const { log } = console
  const printed: string[] = []
  console.log = (...values) => printed.push(...format(...values).split('\n'))
  return {
    printed,
    undo: () => {
      console.log = log
    },
  }
}

let runs = 0

export async function runExample(options: ExampleOptions): Promise<ExampleRun> {
  const restore = setUp(options)
  const { signed, undo: stopCounting } = countSignatures(options.privateKey)
  const { printed, undo: stopHearing } = overhear()
  try {
    runs += 1
    // A module is run once; under another name it is another module.
    const { authNeededCallback, litNodeClient, sessionSigs }: Example = await import(`${options.file.href}?run=${runs}`)
    const asked = signed()
    await litNodeClient.getSessionSigs({ chain: 'ethereum', resources: ['litAction://*'], authNeededCallback })
    await litNodeClient.disconnect()
    return { sessionSigs, asked, askedAgain: signed() - asked, printed }
  } finally {
    stopHearing()
    stopCounting()
    restore()
  }
}
