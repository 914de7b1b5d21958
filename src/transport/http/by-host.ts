import { DefinitionError } from '../../errors.ts'
import type {
  BindOptions,
  FetchHandler,
  NodeHandler,
  NodeRequest,
  Runtime,
  UpgradeHandler,
} from '../../server/faces.ts'
import { refuseUpgrade } from '../websocket/response.ts'

/** What can stand behind a host name: a server, which is bound for that host, or a runtime that is bound already. */
export type Hosted = Runtime | { readonly bind: (options: BindOptions) => Runtime }

/** A handler for several hosts, for Node and for `Request` and `Response`. */
export type HostRouter = NodeHandler & {
  readonly handler: NodeHandler
  readonly upgrade: UpgradeHandler
  readonly fetch: FetchHandler
}

const withoutPort = (host: string): string => host.replace(/:\d+$/, '')

const hostOf = ({ headers }: NodeRequest): string => String(headers['host'] ?? headers[':authority'] ?? '')

const NOT_SERVED = 'This server does not answer for this host\n'

/**
 * Routes requests to servers by their `Host`, with or without its port. A host that is not named goes to the host
 * app's `next`, or is answered 421.
 *
 * @example
 * http.createServer(byHost({ 'a.example': serverA, 'b.example': serverB }))
 */
export const byHost = (hosts: Readonly<Record<string, Hosted>>): HostRouter => {
  const runtimes = new Map(
    Object.entries(hosts).map(([host, hosted]) => [
      host.toLowerCase(),
      'bind' in hosted ? hosted.bind({ allowedHosts: [host] }) : hosted,
    ]),
  )
  if (runtimes.size === 0) throw new DefinitionError("byHost: name at least one host, as in { 'a.example': server }")
  const find = (host: string): Runtime | undefined =>
    runtimes.get(host.toLowerCase()) ?? runtimes.get(withoutPort(host).toLowerCase())

  const handler: NodeHandler = (request, response, nextOrParsedBody) => {
    const runtime = find(hostOf(request))
    if (runtime) return runtime.handler(request, response, nextOrParsedBody)
    if (typeof nextOrParsedBody === 'function') return nextOrParsedBody()
    response.writeHead(421, { 'content-type': 'text/plain' })
    response.end(NOT_SERVED)
  }
  const upgrade: UpgradeHandler = (request, socket, head, next) => {
    const runtime = find(hostOf(request))
    if (runtime) runtime.upgrade(request, socket, head, next)
    else if (next) next()
    else refuseUpgrade(socket, { status: 421, headers: {}, message: NOT_SERVED.trimEnd() })
  }
  const fetch: FetchHandler = async (request) =>
    find(request.headers.get('host') ?? new URL(request.url).host)?.fetch(request) ??
    new Response(NOT_SERVED, { status: 421 })
  return Object.assign(handler.bind(undefined), { handler, upgrade, fetch })
}
