/** Names of Lit's networks. The nodes of the later ones are listed on a chain: for those give `bootstrapUrls`. */
export const LIT_NETWORK = {
  Jalapeno: 'jalapeno',
  Serrano: 'serrano',
  Cayenne: 'cayenne',
  Manzano: 'manzano',
  Habanero: 'habanero',
  DatilDev: 'datil-dev',
  DatilTest: 'datil-test',
  Datil: 'datil',
  Localhost: 'localhost',
  Custom: 'custom',
} as const

export type LitNetworkName = (typeof LIT_NETWORK)[keyof typeof LIT_NETWORK]

const ports = (origin: string, first: number, count: number): string[] => Array.from({ length: count }, (_, i) => `${origin}:${first + i}`)

/** The nodes of each network, read when a client is made. A table of the app's own, as it is in Lit's constants: point a name elsewhere to use other nodes under it. */
export const LIT_NETWORKS: Record<LitNetworkName, string[]> = {
  jalapeno: /* @__PURE__ */ ports('https://node2.litgateway.com', 7370, 10),
  serrano: /* @__PURE__ */ ports('https://serrano.litgateway.com', 7370, 10),
  cayenne: /* @__PURE__ */ ports('https://cayenne.litgateway.com', 7370, 3),
  manzano: [],
  habanero: [],
  'datil-dev': [],
  'datil-test': [],
  datil: [],
  localhost: /* @__PURE__ */ ports('http://localhost', 7470, 10),
  custom: [],
}

/** The ten resource prefixes of the documentation: five that restrict, and for each the one that grants. */
export const LIT_RESOURCES = {
  EncryptionCondition: 'litEncryptionCondition://',
  SigningCondition: 'litSigningCondition://',
  PKP: 'litPKP://',
  RLI: 'litRLI://',
  Action: 'litAction://',
  EncryptionConditionCapability: 'litEncryptionConditionCapability://',
  SigningConditionCapability: 'litSigningConditionCapability://',
  PKPCapability: 'litPKPCapability://',
  RLICapability: 'litRLICapability://',
  ActionCapability: 'litActionCapability://',
} as const

/** Prefixes of the later form's resources. */
export const LIT_RESOURCE_PREFIX = {
  AccessControlCondition: 'lit-accesscontrolcondition',
  PKP: 'lit-pkp',
  RLI: 'lit-ratelimitincrease',
  LitAction: 'lit-litaction',
} as const

/** Abilities of the later form. */
export const LIT_ABILITY = {
  AccessControlConditionDecryption: 'access-control-condition-decryption',
  AccessControlConditionSigning: 'access-control-condition-signing',
  PKPSigning: 'pkp-signing',
  RateLimitIncreaseAuth: 'rate-limit-increase-auth',
  LitActionExecution: 'lit-action-execution',
} as const

export type LitAbilityName = (typeof LIT_ABILITY)[keyof typeof LIT_ABILITY]

/** Where Lit's client keeps things in local storage. This one keeps the session under `SESSION_KEY` and `WALLET_SIGNATURE`, and clears them all. */
export const LOCAL_STORAGE_KEYS = {
  AUTH_SIGNATURE: 'lit-auth-signature',
  AUTH_COSMOS_SIGNATURE: 'lit-auth-cosmos-signature',
  AUTH_SOL_SIGNATURE: 'lit-auth-sol-signature',
  WEB3_PROVIDER: 'lit-web3-provider',
  WALLET_CONNECT: 'walletconnect',
  KEY_PAIR: 'lit-comms-keypair',
  SESSION_KEY: 'lit-session-key',
  WALLET_SIGNATURE: 'lit-wallet-sig',
} as const

/** By its earlier name. @alias */
export const LitNetwork: typeof LIT_NETWORK = LIT_NETWORK
export type LitNetwork = LitNetworkName
/** By its earlier name. @alias */
export const LitAbility: typeof LIT_ABILITY = LIT_ABILITY
export type LitAbility = LitAbilityName
/** By its earlier name. @alias */
export const LitResourcePrefix: typeof LIT_RESOURCE_PREFIX = LIT_RESOURCE_PREFIX
export type LitResourcePrefix = (typeof LIT_RESOURCE_PREFIX)[keyof typeof LIT_RESOURCE_PREFIX]
