import type { Settings } from '../../server/settings.ts'

/** What the guard looks at in a request. */
export interface Guarded {
  /** By lower-case name. */
  header(name: string): string | undefined
  /** Whether the connection came in on a loopback address; undefined where nobody can tell. */
  readonly onLoopback: boolean | undefined
}

/** Why a request is refused before anything of it is read. */
export interface Refused {
  readonly status: number
  /** For the client. */
  readonly message: string
  /** For the log: names the option to change. */
  readonly advice: string
}

const LOOPBACK_NAME = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i

/** `example.com:8000` without its port. */
const withoutPort = (host: string): string => host.replace(/:\d+$/, '')

const isLoopbackName = (host: string): boolean => LOOPBACK_NAME.test(withoutPort(host))

const isLoopbackOrigin = (origin: string): boolean => URL.canParse(origin) && isLoopbackName(new URL(origin).hostname)

const isListedHost = (allowed: readonly string[], host: string): boolean => {
  const lower = host.toLowerCase()
  return allowed.some((name) => name.toLowerCase() === lower || name.toLowerCase() === withoutPort(lower))
}

/** 2026-07-28 Streamable HTTP, Security & Endpoint: who may ask. */
export class Guard {
  readonly #settings: Settings
  /** The `Host` that was accepted last: clients send the same one with each request, and it is judged once. */
  #accepted: string | undefined

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** Undefined when the request may go on. */
  check(request: Guarded): Refused | undefined {
    return this.#checkHost(request) ?? this.#checkOrigin(request.header('origin'))
  }

  /** Whether browsers of this origin may call and read. */
  allowsOrigin(origin: string): boolean {
    const { allowedOrigins, publicUrl } = this.#settings
    if (publicUrl?.origin === origin) return true
    return allowedOrigins ? allowedOrigins.includes('*') || allowedOrigins.includes(origin) : isLoopbackOrigin(origin)
  }

  // A page that rebinds its own name to a loopback address still names itself in `Host`.
  #checkHost(request: Guarded): Refused | undefined {
    const host = request.header('host') ?? ''
    if (host === this.#accepted) return undefined
    const { allowedHosts } = this.#settings
    if (!allowedHosts && request.onLoopback !== true) return undefined
    if (this.#answersFor(host)) {
      this.#accepted = host
      return undefined
    }
    return {
      status: 421,
      message: `This server does not answer for the host ${JSON.stringify(host)}`,
      advice: `refused Host ${JSON.stringify(host)}: add it to allowedHosts, or set publicUrl, to answer for it`,
    }
  }

  #answersFor(host: string): boolean {
    const { allowedHosts, publicUrl } = this.#settings
    if (publicUrl?.host === host.toLowerCase()) return true
    return allowedHosts ? isListedHost(allowedHosts, host) : isLoopbackName(host)
  }

  #checkOrigin(origin: string | undefined): Refused | undefined {
    if (origin === undefined || this.allowsOrigin(origin)) return undefined
    return {
      status: 403,
      message: `Requests from the origin ${JSON.stringify(origin)} are not allowed`,
      advice: `refused Origin ${JSON.stringify(origin)}: add it to allowedOrigins to let its pages call and read`,
    }
  }
}
