/** The documentation's example, letter by letter but for the import, as TypeScript reads it in an app that is strict and has none of our other settings. */
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { beforeAll, describe, expect, it } from 'vitest'

const folder = fileURLToPath(new URL('.', import.meta.url))
const head = `
import { Wallet } from 'ethers'
import { SiweMessage } from 'siwe'
import { LitNodeClient } from '../src/index.ts'
const wallet = new Wallet('0x01')
const litNodeClient = new LitNodeClient({
  litNetwork: "serrano",
  debug: true,
});
await litNodeClient.connect();
`
const body = `{
  const domain = "localhost:3000";
  const message = new SiweMessage({
    domain,
    address: wallet.address,
    statement: "Sign a session key to use with Lit Protocol",
    uri,
    version: "1",
    chainId: 1,
    expirationTime: expiration,
    resources,
  });
  const toSign = message.prepareMessage();
  const signature = await wallet.signMessage(toSign);

  const authSig = {
    sig: signature,
    derivedVia: "web3.eth.personal.sign",
    signedMessage: toSign,
    address: wallet.address,
  };

  return authSig;
}`
const call = (callback: string): string => `
const sessionSigs = await litNodeClient.getSessionSigs({
  chain: "ethereum",
  resources: ["litAction://*"],
  ${callback},
});
const sig: string = Object.values(sessionSigs)[0].sig
export { sig }
`
const parameter = '{ chain, resources, expiration, uri }'

/** Programs by name; each is compiled beside the others. */
const programs: Readonly<Record<string, string>> = {
  inferred: head + call(`authNeededCallback: async (${parameter}) => ${body}`),
  typed: `import type { GetSessionSigsParams } from '../src/index.ts'
    ${head} const authNeededCallback: GetSessionSigsParams['authNeededCallback'] = async (${parameter}) => ${body}; ${call('authNeededCallback')}`,
  annotated: `import type { AuthCallbackParams } from '../src/index.ts'
    ${head} const authNeededCallback = async (${parameter}: AuthCallbackParams) => ${body}; ${call('authNeededCallback')}`,
  loose: `${head} const authNeededCallback = async (${parameter}: any) => ${body}; ${call('authNeededCallback')}`,
  'one that signs nothing': head + call(`authNeededCallback: async (${parameter}) => ${body.replace('return authSig', 'void authSig')}`),
  'a name that is not given': head + call(`authNeededCallback: async ({ uri, expiration, resources, privateKey }) => ${body}`),
}

/** What the compiler finds wrong in each, by its name. */
const found: Map<string, string[]> = new Map()

beforeAll(() => {
  const paths = new Map(Object.entries(programs).map(([name, text], i) => [`${folder}documented-${i}.ts`, { name, text }]))
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    customConditions: ['@session-sigs/source'],
    allowImportingTsExtensions: true,
    skipLibCheck: true,
    types: [],
  }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (path) => paths.has(path) || fileExists(path)
  host.readFile = (path) => paths.get(path)?.text ?? readFile(path)
  const program = ts.createProgram([...paths.keys()], options, host)
  for (const [path, { name }] of paths) {
    const diagnostics = ts.getPreEmitDiagnostics(program, program.getSourceFile(path))
    found.set(
      name,
      diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n')),
    )
  }
}, 120_000)

describe('compiles', () => {
  it.each(['inferred', 'typed', 'annotated', 'loose'])('with a callback whose parameter is %s', (name) => {
    expect(found.get(name)).toEqual([])
  })
})

describe('does not compile', () => {
  it.each([
    ['one that signs nothing', /AuthSig/],
    ['a name that is not given', /privateKey/],
  ])('with a callback that is wrong: %s', (name, words) => {
    expect(found.get(name)?.join()).toMatch(words)
  })
})
