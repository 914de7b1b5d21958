import type { Notify } from '../server/changes.ts'
import type { Definition } from '../server/definition.ts'
import type {
  BindOptions,
  FetchHandler,
  NodeHandler,
  NodeRequest,
  NodeResponse,
  Runtime,
  UpgradeHandler,
} from '../server/faces.ts'
import { ServerRuntime } from '../server/runtime.ts'
import { settle } from '../server/settings.ts'
import { HttpEndpoint } from './http/endpoint.ts'
import type { Exchange } from './http/exchange.ts'
import { FetchExchange } from './http/fetch.ts'
import { isEndpoint, isMountedEndpoint, pathOf } from './http/mount.ts'
import { NodeExchange } from './http/node.ts'
import { WebSocketEndpoint } from './websocket/endpoint.ts'

const notFound = (exchange: Exchange): void => {
  exchange.respond(404, { 'content-type': 'text/plain' }, exchange.method === 'HEAD' ? undefined : 'Not found\n')
}

const answerHealth = (exchange: Exchange, runtime: ServerRuntime): void => {
  const respond = (status: number, text: string): void => {
    const body = exchange.method === 'HEAD' ? undefined : JSON.stringify({ status: text })
    exchange.respond(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }, body)
  }
  if (runtime.closed) return respond(503, 'closing')
  runtime.start().then(
    () => respond(200, 'ok'),
    () => respond(503, 'failed to start'),
  )
}

const isHealthCheck = (path: string | undefined, method: string | undefined, url: string): boolean =>
  path !== undefined && (method === 'GET' || method === 'HEAD') && pathOf(url) === pathOf(path)

const isNodeHealthCheck = (path: string | undefined, { method, url = '/', originalUrl = url }: NodeRequest): boolean =>
  isHealthCheck(path, method, originalUrl)

/** A server that is bound to options, with a handler for each kind of host. */
export class BoundRuntime implements Runtime {
  readonly handler: NodeHandler
  readonly upgrade: UpgradeHandler
  readonly fetch: FetchHandler
  readonly root: NodeHandler
  readonly notify: Notify
  readonly close: Runtime['close']
  /** What the other transports serve. */
  readonly '~server': ServerRuntime

  constructor(server: ServerRuntime) {
    const { settings } = server
    const { path, health, publicUrl } = settings
    const endpoint = new HttpEndpoint(server)
    const sockets = new WebSocketEndpoint(server)
    const exchangeOf = (request: NodeRequest, response: NodeResponse, body?: unknown): NodeExchange =>
      new NodeExchange(request, response, body, publicUrl)

    this['~server'] = server
    this.notify = server.notify
    this.handler = (request, response, nextOrParsedBody) => {
      const next = typeof nextOrParsedBody === 'function' ? nextOrParsedBody : undefined
      // The health check is asked first, so that `'*'` leaves it its path.
      if (!isNodeHealthCheck(health, request) && isMountedEndpoint(path, request)) {
        endpoint.handle(exchangeOf(request, response, next ? undefined : nextOrParsedBody))
      } else {
        this.root(request, response, next)
      }
    }
    this.root = (request, response, next) => {
      if (isNodeHealthCheck(health, request)) answerHealth(exchangeOf(request, response), server)
      else if (typeof next === 'function') next()
      else notFound(exchangeOf(request, response))
    }
    this.upgrade = sockets.upgrade
    this.fetch = (request) => {
      const exchange = new FetchExchange(request, publicUrl)
      const { pathname } = new URL(request.url)
      if (isHealthCheck(health, request.method, pathname)) answerHealth(exchange, server)
      else if (isEndpoint(path, pathname)) endpoint.handle(exchange)
      else notFound(exchange)
      return exchange.response
    }
    this.close = ({ drainMs } = {}) => server.close(drainMs).finally(() => sockets.close())
  }
}

/**
 * Binds a definition to options.
 * @throws DefinitionError
 */
export const bind = (definition: Definition, options: BindOptions): BoundRuntime =>
  new BoundRuntime(new ServerRuntime(definition, settle(options)))
