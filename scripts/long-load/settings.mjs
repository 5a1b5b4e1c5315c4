/** What servers and clients of this load agree about. */
export const origin = 'http://api.example'
export const domain = 'app.example'
/** The paths that are guarded, and for what. Nobody here is granted what `/other` asks for, and `/body` goes by the body. */
export const resources = {
  '/first': 'litPKP://42',
  '/second': { resource: 'lit-pkp://42', ability: 'pkp-signing' },
  '/other': 'litPKP://43',
}
export const abilityRequest = { resource: { resource: '42', resourcePrefix: 'lit-pkp' }, ability: 'pkp-signing' }
export const maxBodyBytes = 1_048_576
/** How long sessions last at most, in seconds. What is revoked is kept for so long. */
export const maxDelegationSeconds = 7200
/** How long a signature of a request lasts, in seconds: longer than anything here is stopped for. */
export const lifeSeconds = 60
/** So little that it is soon full: what is remembered of delegations must not look like a leak. */
export const delegationBytes = 2_097_152
