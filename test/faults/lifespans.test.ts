import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { type Connection, type ConnectOptions, createClient } from '../../src/client.ts'
import { createServer, type Runtime } from '../../src/index.ts'
import { keepingLogger, STATEFUL, VERSIONS, type Version } from '../support/messages.ts'
import { gate, listening } from '../transport/http/support.ts'

const FAILURE = new Error('no database')

/** A runtime that is served without having started, and how to connect with it. */
type Serve = (t: TestContext, runtime: Runtime) => Promise<(options: ConnectOptions) => Promise<Connection>>

const overNode =
  (address: (origin: string) => string): Serve =>
  async (t, runtime) => {
    const http = createHttpServer(runtime.handler)
    http.on('upgrade', runtime.upgrade)
    const url = address(`http://127.0.0.1:${await listening(t, http)}`)
    return (options) => createClient().connect(url, options)
  }

const overFetch: Serve = async (_, { fetch }) => {
  const handed = (input: string | URL | Request, init?: RequestInit) => fetch(new Request(input, init))
  return (options) => createClient().connect('http://localhost/mcp', { fetch: handed, ...options })
}

const WAYS: Readonly<Record<string, readonly [serve: Serve, versions: readonly Version[]]>> = {
  memory: [async (_, runtime) => (options) => createClient().connect(runtime, options), VERSIONS],
  'Streamable HTTP on Node': [overNode((origin) => `${origin}/mcp`), VERSIONS],
  'Streamable HTTP by fetch': [overFetch, VERSIONS],
  'HTTP with SSE': [overNode((origin) => `${origin}/sse`), STATEFUL],
  WebSocket: [overNode((origin) => origin.replace('http', 'ws').concat('/mcp')), VERSIONS],
}

const EVERY_WAY = Object.entries(WAYS).flatMap(([name, [serve, versions]]) =>
  versions.map((version) => [name, version, serve] as const),
)

const base = createServer({ name: 'living', version: '1.0.0' }).tool('fine', () => 'fine')

const serveOver = async (t: TestContext, serve: Serve, version: Version, server: typeof base) => {
  const log = keepingLogger()
  const runtime = server.bind({ logger: log, sse: true })
  const dial = await serve(t, runtime)
  const connect = async (options: ConnectOptions = {}): Promise<Connection> => {
    const connection = await dial({ revisions: [version], reconnect: false, logger: keepingLogger(), ...options })
    t.after(() => connection.close())
    return connection
  }
  return { runtime, log, connect }
}

const NAMED = /^(?:ConnectionError|McpError)$/

for (const [name, version, serve] of EVERY_WAY) {
  describe(`${name}, ${version}`, () => {
    it('a lifespan that fails to start fails every client by name, and the log tells', async (t) => {
      const fails = [() => Promise.reject(FAILURE), () => assert.fail(FAILURE)] as const
      for (const fail of fails) {
        const { runtime, log, connect } = await serveOver(t, serve, version, base.lifespan(fail) as typeof base)
        for (const _ of [1, 2]) await assert.rejects(connect(), ({ name }) => NAMED.test(name))
        // Whoever connects in memory is the program itself, which hears of it by the rejection.
        if (name !== 'memory') assert.ok(log.lines.some(({ details }) => details.includes(FAILURE)))
        await runtime.close()
      }
    })

    it('a lifespan that hangs at its start keeps nobody for longer than they wait, and serves once it has started', async (t) => {
      const started = gate()
      const server = base.lifespan(() => started.opened) as typeof base
      const { runtime, connect } = await serveOver(t, serve, version, server)
      await assert.rejects(connect({ timeoutMs: 1, probeTimeoutMs: 1 }), { name: 'TimeoutError' })
      const late = connect()
      started.open()
      assert.equal((await (await late).callTool('fine')).text, 'fine')
      await runtime.close()
    })

    it('a lifespan that hangs at its start ends with the runtime as soon as it has started', async (t) => {
      const begun = gate()
      const started = gate()
      const ended: string[] = []
      const server = base.lifespan(async function* () {
        begun.open()
        await started.opened
        yield
        ended.push('ended')
      }) as typeof base
      const { runtime, connect } = await serveOver(t, serve, version, server)
      const connecting = assert.rejects(connect(), ({ name }) => NAMED.test(name))
      await begun.opened
      const closing = runtime.close()
      started.open()
      await Promise.all([connecting, closing])
      assert.deepEqual(ended, ['ended'])
    })

    it('a lifespan that fails to stop rejects the closing, after its clients have been let go', async (t) => {
      const server = base.lifespan(async function* () {
        yield
        throw FAILURE
      }) as typeof base
      const { runtime, connect } = await serveOver(t, serve, version, server)
      const connection = await connect()
      assert.equal((await connection.callTool('fine')).text, 'fine')
      await assert.rejects(runtime.close(), FAILURE)
      await assert.rejects(connection.callTool('fine'), ({ name }) => NAMED.test(name))
    })

    it('a lifespan that hangs at its stop keeps no client', async (t) => {
      const stopped = gate()
      const stopping = gate()
      const server = base.lifespan(async function* () {
        yield
        stopping.open()
        await stopped.opened
      }) as typeof base
      const { runtime, connect } = await serveOver(t, serve, version, server)
      const connection = await connect()
      assert.equal((await connection.callTool('fine')).text, 'fine')
      const closing = runtime.close()
      await stopping.opened
      await assert.rejects(connection.callTool('fine', {}, { timeoutMs: 5_000 }), ({ name }) => NAMED.test(name))
      stopped.open()
      await closing
    })
  })
}
