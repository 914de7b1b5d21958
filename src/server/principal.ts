import type { AuthInfo } from '../model/types.ts'

/** Who calls, as a text that is the same for each request of theirs. Undefined for those that nobody knows. */
export const principalOf = (auth: AuthInfo | undefined): string | undefined =>
  auth && JSON.stringify([auth.clientId, auth.extra?.['sub'], auth.extra?.['iss']])
