import type { Dialer } from '../client/carrier.ts'
import type { DialTarget, Target } from '../client/client.ts'
import { DuplexCarrier } from '../client/duplex.ts'
import type { ConnectSettings } from '../client/settings.ts'
import type { ClientAuth, CommandTarget } from '../client/types.ts'
import { DefinitionError } from '../errors.ts'
import { show } from '../model/schema/problems.ts'
import type { Transport } from '../peer/transport.ts'
import type { Runtime } from '../server/faces.ts'
import { checkOptions } from '../server/options.ts'
import { isObject } from '../wire/json.ts'
import { HttpCarrier } from './http-client/carrier.ts'
import { inMemory } from './in-memory.ts'
import { connectSse } from './sse/connect.ts'
import { webSocketTransport } from './websocket/client.ts'

const overTransport = (
  settings: ConnectSettings,
  address: string | undefined,
  canRedial: boolean,
  open: () => Transport,
): Dialer => ({
  address,
  canRedial,
  older: undefined,
  dial: () => new DuplexCarrier(open(), settings.logger),
})

const NO_RECONNECT = { attempts: 0, delayMs: 0, maxDelayMs: 0 }

const dialHttp = (url: URL, settings: ConnectSettings, auth: ClientAuth | undefined): Dialer => {
  const { headers, fetch, maxMessageBytes, logger, reconnect = NO_RECONNECT } = settings
  const options = { url, headers, fetch, auth, maxMessageBytes, logger, reconnect }
  return {
    address: url.href,
    canRedial: true,
    older: overTransport(settings, url.href, true, () => connectSse(options)),
    dial: () => new HttpCarrier(options),
  }
}

const dialWebSocket = (url: URL, settings: ConnectSettings, auth: ClientAuth | undefined): Dialer => {
  const { headers, maxMessageBytes } = settings
  return overTransport(settings, url.href, true, () => webSocketTransport({ url, headers, auth, maxMessageBytes }))
}

const SCHEMES: Readonly<Record<string, (url: URL, settings: ConnectSettings, auth: ClientAuth | undefined) => Dialer>> =
  {
    'http:': dialHttp,
    'https:': dialHttp,
    'ws:': dialWebSocket,
    'wss:': dialWebSocket,
  }

const dialUrl = (target: string | URL, settings: ConnectSettings, auth: ClientAuth | undefined): Dialer => {
  const url = URL.canParse(target) ? new URL(target) : undefined
  const dial = url && SCHEMES[url.protocol]
  if (dial) return dial(url, settings, auth)
  throw new DefinitionError(
    `connect: ${show(String(target))} is no URL of a server; write 'https://example.com/mcp' (or ws:), ` +
      "{ command: 'node', args: ['server.js'] } for a process, or pass a server",
  )
}

const isTransport = (target: object): target is Transport =>
  ['start', 'send', 'close'].every((name) => typeof (target as Record<string, unknown>)[name] === 'function')

/** By its members: two copies of this package may meet. */
const isServer = (target: object): target is { readonly runtime: Runtime } =>
  '~definition' in target && 'runtime' in target

const isRuntime = (target: object): target is Runtime => 'connect' in target && 'replace' in target

const isCommand = (target: object): target is CommandTarget => typeof (target as CommandTarget).command === 'string'

const COMMAND = [
  'command',
  'args',
  'env',
  'cwd',
  'stderr',
  'graceMs',
] as const satisfies readonly (keyof CommandTarget)[]

const dialCommand = (target: CommandTarget, settings: ConnectSettings): Dialer => {
  checkOptions(target, COMMAND, 'connect')
  const { command, args = [], env = {}, cwd, stderr, graceMs } = target
  const { maxMessageBytes } = settings
  // What tells one server from another, environment and all, for as long as this process lives.
  const address = JSON.stringify([command, args, env, cwd ?? null])
  return overTransport(settings, address, true, () =>
    lazily(async () => {
      const { spawnTransport } = await import('./spawn/spawn.ts')
      return spawnTransport({
        command,
        args,
        env,
        maxLineBytes: maxMessageBytes,
        ...(cwd !== undefined && { cwd }),
        ...(stderr && { stderr }),
        ...(graceMs !== undefined && { graceMs }),
      })
    }),
  )
}

/** A transport that is loaded when it is started: it needs Node. */
const lazily = (load: () => Promise<Transport>): Transport => {
  let transport: Transport | undefined
  let isClosed = false
  return {
    start: async (receiver) => {
      transport = await load()
      if (isClosed) throw new DefinitionError('it was closed before it was started')
      await transport.start(receiver)
    },
    send: (text) => transport?.send(text),
    close: async (error) => {
      isClosed = true
      await transport?.close(error)
    },
  }
}

const single = (target: Transport, settings: ConnectSettings): Dialer =>
  overTransport(settings, undefined, false, () => target)

/** What leads to a target. @throws DefinitionError for what is none */
export const dialTarget: DialTarget = (target: Target, settings, auth) => {
  if (typeof target === 'string' || target instanceof URL) return dialUrl(target, settings, auth)
  if (isObject(target)) {
    if (isServer(target)) return overTransport(settings, undefined, true, () => inMemory(target.runtime))
    if (isTransport(target)) return single(target, settings)
    if (isRuntime(target)) return overTransport(settings, undefined, true, () => inMemory(target))
    if (isCommand(target)) return dialCommand(target, settings)
  }
  throw new DefinitionError(
    `connect: pass a URL, { command, args, env }, a server, a runtime or a transport, got ${show(target)}`,
  )
}
