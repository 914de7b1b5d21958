import type { AuthInfo } from '../../model/types.ts'
import type { NodeRequest } from '../../server/faces.ts'
import type { HttpInfo, Surroundings } from '../../server/incoming.ts'
import type { Guarded } from './guard.ts'
import { withoutAuthority } from './mount.ts'

const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/

/** The request as `ctx.http` shows it, made when somebody looks. */
class NodeHttpInfo implements HttpInfo {
  readonly #request: NodeRequest
  readonly #publicUrl: URL | undefined

  constructor(request: NodeRequest, publicUrl: URL | undefined) {
    this.#request = request
    this.#publicUrl = publicUrl
  }

  get headers(): Headers {
    const headers = new Headers()
    for (const [name, value] of Object.entries(this.#request.headers)) {
      // HTTP/2 has pseudo-headers, which are no headers.
      if (value === undefined || name.startsWith(':')) continue
      for (const one of Array.isArray(value) ? value : [value]) headers.append(name, one)
    }
    return headers
  }

  release(): void {}

  get url(): URL {
    const { originalUrl, url = '/', headers, socket } = this.#request
    const scheme = socket?.encrypted ? 'https' : 'http'
    const host = headers['host'] ?? headers[':authority'] ?? 'localhost'
    const target = withoutAuthority(originalUrl ?? url)
    const written = `${scheme}://${String(host)}${target}`
    // Whatever a client calls the host, its path is a path.
    const own = new URL(URL.canParse(written) ? written : `${scheme}://localhost${target}`)
    if (!this.#publicUrl) return own
    const shown = new URL(this.#publicUrl)
    shown.search = own.search
    return shown
  }
}

/** Who asks, as Node's request tells. */
export class NodeCaller implements Surroundings, Guarded {
  readonly #request: NodeRequest
  readonly #publicUrl: URL | undefined

  constructor(request: NodeRequest, publicUrl: URL | undefined) {
    this.#request = request
    this.#publicUrl = publicUrl
  }

  get auth(): AuthInfo | undefined {
    return this.#request.auth
  }

  get http(): HttpInfo {
    return new NodeHttpInfo(this.#request, this.#publicUrl)
  }

  get onLoopback(): boolean | undefined {
    const address = this.#request.socket?.localAddress
    return address === undefined ? undefined : LOOPBACK_ADDRESS.test(address)
  }

  header(name: string): string | undefined {
    const { headers } = this.#request
    const value = headers[name] ?? (name === 'host' ? headers[':authority'] : undefined)
    return Array.isArray(value) ? value.join(', ') : value
  }
}
