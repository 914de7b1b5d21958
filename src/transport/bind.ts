import { DefinitionError } from '../errors.ts'
import type { Transport } from '../peer/transport.ts'
import type { Notify } from '../server/changes.ts'
import type { Definition } from '../server/definition.ts'
import type {
  AnyServer,
  BindOptions,
  ConnectOptions,
  FetchHandler,
  NodeHandler,
  NodeRequest,
  Runtime,
  UpgradeHandler,
} from '../server/faces.ts'
import { checkOptions } from '../server/options.ts'
import { ServerRuntime } from '../server/runtime.ts'
import { settle } from '../server/settings.ts'
import { isObject } from '../wire/json.ts'
import { Connections } from './connections.ts'
import { HttpEndpoint } from './http/endpoint.ts'
import type { Exchange } from './http/exchange.ts'
import { FetchExchange } from './http/fetch.ts'
import { isEndpoint, isMountedEndpoint, pathOf } from './http/mount.ts'
import { NodeExchange } from './http/node.ts'
import { SseEndpoint } from './sse/endpoint.ts'
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

const isTransport = (value: unknown): boolean =>
  isObject(value) && ['start', 'send', 'close'].every((name) => typeof value[name] === 'function')

const connect = async (
  server: ServerRuntime,
  connections: Connections,
  transport: Transport,
  options: ConnectOptions,
): Promise<void> => {
  if (!isTransport(transport)) {
    throw new DefinitionError('connect: pass a transport, an object with start, send and close')
  }
  checkOptions(options, ['auth'], 'connect')
  const serving = connections.open(transport, { surroundings: { auth: options.auth, http: undefined } })
  try {
    if (!server.closed) await server.start()
  } catch (error) {
    await serving.close(error as Error)
    throw error
  }
  if (server.closed) return serving.close()
  await serving.start()
  await serving.over
}

const definitionOf = (server: AnyServer): Definition => {
  if (isObject(server) && isObject(server['~definition'])) return server['~definition']
  throw new DefinitionError('replace: pass a server made by createServer(…)')
}

/** A server that is bound to options, with a handler for each kind of host. */
export class BoundRuntime implements Runtime {
  readonly handler: NodeHandler
  readonly upgrade: UpgradeHandler
  readonly fetch: FetchHandler
  readonly root: NodeHandler
  readonly notify: Notify
  readonly connect: Runtime['connect']
  readonly stdio: Runtime['stdio']
  readonly replace: Runtime['replace']
  readonly close: Runtime['close']
  /** What the other transports serve. */
  readonly '~server': ServerRuntime

  constructor(server: ServerRuntime) {
    const { settings } = server
    const { path, health, publicUrl } = settings
    const endpoint = new HttpEndpoint(server)
    const connections = new Connections(server)
    const sockets = new WebSocketEndpoint(server, connections)
    const events = settings.sse && new SseEndpoint(server, connections, settings.sse)

    const answerEndpoint = (exchange: Exchange): void => endpoint.handle(exchange)
    /** What answers at a path of its own, whatever the path of the endpoint is; undefined where nothing does. */
    const beside = (request: Pick<NodeRequest, 'method' | 'url' | 'originalUrl'>) => {
      const { method, url = '/', originalUrl = url } = request
      return isHealthCheck(health, method, originalUrl)
        ? (exchange: Exchange) => answerHealth(exchange, server)
        : events?.answerTo(request)
    }
    const routed =
      (hasEndpoint: boolean): NodeHandler =>
      (request, response, nextOrParsedBody) => {
        const next = typeof nextOrParsedBody === 'function' ? nextOrParsedBody : undefined
        const own = beside(request) ?? (hasEndpoint && isMountedEndpoint(path, request) ? answerEndpoint : undefined)
        if (!own && next) return next()
        const answer = own ?? notFound
        answer(new NodeExchange(request, response, next ? undefined : nextOrParsedBody, publicUrl))
      }

    this['~server'] = server
    this.notify = server.notify
    this.handler = routed(true)
    this.root = routed(false)
    this.upgrade = sockets.upgrade
    this.fetch = (request) => {
      const exchange = new FetchExchange(request, publicUrl)
      const { pathname } = new URL(request.url)
      const answer = beside({ method: request.method, url: pathname })
      if (answer) answer(exchange)
      else if (isEndpoint(path, pathname)) answerEndpoint(exchange)
      else notFound(exchange)
      return exchange.response
    }
    // Loaded when it is used: this module runs wherever JavaScript does.
    this.stdio = async () => {
      const { serveStdio } = await import('./stdio.ts')
      try {
        await serveStdio(server)
      } catch (error) {
        await this.close()
        throw error
      }
      // What has not ended in time is not waited for again.
      await connections.close()
    }
    this.replace = async (next) => server.replace(definitionOf(next))
    this.connect = (transport, options = {}) => connect(server, connections, transport, options)
    this.close = ({ drainMs } = {}) => server.close(drainMs).finally(() => connections.close())
  }
}

/**
 * Binds a definition to options.
 * @throws DefinitionError
 */
export const bind = (definition: Definition, options: BindOptions): BoundRuntime =>
  new BoundRuntime(new ServerRuntime(definition, settle(options)))
