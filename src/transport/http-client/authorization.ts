import type { AuthChallenge, ClientAuth } from '../../client/types.ts'
import type { HeaderRecord } from './headers.ts'

/** Who the client is towards one server, for all of its requests. */
export class Authorization {
  readonly #auth: ClientAuth
  /** How often it was worth trying again. */
  #renewals = 0
  #renewing: Promise<boolean> | undefined

  constructor(auth: ClientAuth) {
    this.#auth = auth
  }

  /**
   * The headers of a request, and how often they were renewed before.
   * @throws what `headers` does
   */
  async headers(url: URL, method: string): Promise<{ readonly headers: HeaderRecord; readonly renewals: number }> {
    // What would be refused all the same can wait; whether that fails is for those to hear who have caused it.
    await this.#renewing?.catch(() => undefined)
    const renewals = this.#renewals
    return { headers: await this.#auth.headers({ url: url.href, method }), renewals }
  }

  /**
   * The server has refused a request.
   * @param renewals before its headers were made
   * @returns whether it is worth trying again
   * @throws what `challenged` does
   */
  async renew(challenge: AuthChallenge, renewals: number): Promise<boolean> {
    if (renewals !== this.#renewals) return true
    this.#renewing ??= this.#renew(challenge)
    return this.#renewing
  }

  async #renew(challenge: AuthChallenge): Promise<boolean> {
    try {
      const isWorthIt = (await this.#auth.challenged?.(challenge)) ?? false
      if (isWorthIt) this.#renewals += 1
      return isWorthIt
    } finally {
      this.#renewing = undefined
    }
  }
}
