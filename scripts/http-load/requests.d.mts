import type { RevocationStatement, SessionClient, Signer } from '@session-sigs/core'

export interface LoadSessionOptions {
  lifeSeconds?: number
  sessionSeconds?: number
  signer?: Signer
  domain?: string
  sendRevocation?: (statement: RevocationStatement) => Promise<void>
}

export interface LoadSession {
  readonly client: SessionClient
  readonly signer: Signer
  sign(url: string, init?: RequestInit): Promise<Buffer>
  signWhole(url: string, init?: RequestInit): Promise<Buffer>
  request(url: string, init?: RequestInit): Promise<{ method: string; path: string; headers: Record<string, string> }>
}

export declare function createSigner(): Signer
export declare function createSession(options?: LoadSessionOptions): Promise<LoadSession>
