import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { type TestContext, test } from 'node:test'
import { type Client, type ConnectOptions, createClient, type LogMessage } from '../../src/client.ts'
import { createServer, type Transport, type TransportReceiver } from '../../src/index.ts'
import { type Loose, Refused } from '../support/answering.ts'
import { connectOver, EVERY_WAY } from '../support/client-channels.ts'
import { mockClocks } from '../support/clock.ts'
import { isStateless, keepingLogger, STATEFUL, VERSIONS, type Version } from '../support/messages.ts'
import { CAPABLE, scripted, speaking } from '../support/scripted-server.ts'

const near = createServer({ name: 'near', version: '1.0.0', title: 'Near', instructions: 'Add things.' }).tool(
  'add',
  () => 3,
)

for (const [version, channel] of EVERY_WAY) {
  test(`${version} over ${channel.name}: a connection knows what the server says of itself`, async (t) => {
    const { client } = await connectOver(t, channel, version, near)
    assert.equal(client.protocolVersion, version)
    const { name, version: its, title } = client.serverInfo ?? {}
    assert.deepEqual([name, its, title], ['near', '1.0.0', version < '2025-06-18' ? undefined : 'Near'])
    assert.deepEqual(client.capabilities.tools, { listChanged: true })
    assert.equal(client.instructions, 'Add things.')
    assert.equal(await client.tools.add(), 3)
    await client.ping()
  })
}

for (const version of VERSIONS) {
  test(`PY-103; ${version}: what was agreed on is the same object each time, and asked for once`, async () => {
    const server = scripted(speaking(version))
    const client = await createClient().connect(server.runtime)
    assert.equal(client.protocolVersion, version)
    assert.equal(client.serverInfo, client.serverInfo)
    assert.equal(client.capabilities, client.capabilities)
    assert.deepEqual(client.capabilities, CAPABLE)
    assert.deepEqual(client.serverInfo, { name: 'scripted', version: '1.0.0' })
    await client.close()
    const expected = isStateless(version)
      ? ['server/discover']
      : ['server/discover', 'initialize', 'notifications/initialized']
    assert.deepEqual(server.methods, expected)
    assert.equal(server.open, 0)
  })

  test(`${version}: a server that says nothing of itself, or nothing sensible, is connected to all the same`, async () => {
    for (const strange of [undefined, null, 'words', [], { version: '1.0.0' }, { name: 5 }]) {
      const said = { capabilities: strange, instructions: 5, _meta: { 'io.modelcontextprotocol/serverInfo': strange } }
      const server = scripted(
        speaking(version, {
          ...(isStateless(version)
            ? { 'server/discover': { supportedVersions: [version], ...said } }
            : { initialize: { protocolVersion: version, serverInfo: strange, ...said } }),
        }),
      )
      const client = await createClient().connect(server.runtime)
      assert.equal(client.serverInfo, undefined)
      assert.equal(client.instructions, undefined)
      assert.equal(client.capabilities.tools, undefined)
      assert.deepEqual(await client.listTools(), [])
      await client.close()
    }
  })
}

test('2026-07-28: who the server is may stand in the result of the probe, too', async () => {
  const discovered = {
    supportedVersions: ['2026-07-28'],
    capabilities: {},
    serverInfo: { name: 'plain', version: '1' },
  }
  for (const _meta of [undefined, {}, 'none']) {
    const server = scripted({ 'server/discover': { ...discovered, ...(_meta !== undefined && { _meta }) } })
    const client = await createClient().connect(server.runtime)
    assert.deepEqual(client.serverInfo, { name: 'plain', version: '1' })
    await client.close()
  }
})

const WRONG_OPTIONS: readonly (readonly [options: unknown, message: string])[] = [
  [null, 'connect: the options are an object, got null'],
  ['fast', 'connect: the options are an object, got "fast"'],
  [
    { timeout: 5 },
    'connect: there is no option "timeout". Did you mean "timeoutMs"? The options are revisions, headers, fetch, signal, ' +
      'timeoutMs, maxTotalTimeoutMs, probeTimeoutMs, reconnect, pingMs, maxRounds, cache, maxMessageBytes, logger',
  ],
  [{ revisions: '2026-07-28' }, `connect: revisions must be an array such as ['2026-07-28'], got "2026-07-28"`],
  [
    { revisions: ['2024-01-01'] },
    "revisions: '2024-01-01' does not exist; there are '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28'",
  ],
  [
    { revisions: [] },
    "revisions: name at least one of '2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28', or leave it out",
  ],
  [{ headers: 'x: y' }, `connect: headers must be an object of strings such as { 'x-tenant': 'a' }, got "x: y"`],
  [{ headers: null }, "connect: headers must be an object of strings such as { 'x-tenant': 'a' }, got null"],
  [{ headers: { a: 5 } }, "connect: headers must be an object of strings such as { 'x-tenant': 'a' }, got an object"],
  [{ fetch: 'node' }, 'connect: fetch must be a function such as fetch, got "node"'],
  [{ signal: 5 }, 'connect: signal must be an AbortSignal, got 5'],
  [{ signal: new AbortController() }, 'connect: signal must be an AbortSignal, got an object'],
  [{ timeoutMs: 0 }, 'connect: timeoutMs must be a whole number of milliseconds above 0, got 0'],
  [{ timeoutMs: '5s' }, 'connect: timeoutMs must be a whole number of milliseconds above 0, got "5s"'],
  [{ maxTotalTimeoutMs: -1 }, 'connect: maxTotalTimeoutMs must be a whole number of milliseconds above 0, got -1'],
  [{ probeTimeoutMs: 0.5 }, 'connect: probeTimeoutMs must be a whole number of milliseconds above 0, got 0.5'],
  [
    { pingMs: Number.POSITIVE_INFINITY },
    'connect: pingMs must be a whole number of milliseconds above 0, got Infinity',
  ],
  [{ maxRounds: 0 }, 'connect: maxRounds must be a whole number above 0, got 0'],
  [{ maxMessageBytes: '1 MiB' }, 'connect: maxMessageBytes must be a whole number above 0, got "1 MiB"'],
  [{ reconnect: true }, 'connect: reconnect: the options are an object, got true'],
  [
    { reconnect: { tries: 1 } },
    'connect: reconnect: there is no option "tries". The options are attempts, delayMs, maxDelayMs',
  ],
  [{ reconnect: { attempts: 0 } }, 'connect: reconnect: attempts must be a whole number above 0, got 0'],
  [{ reconnect: { delayMs: 0 } }, 'connect: reconnect: delayMs must be a whole number of milliseconds above 0, got 0'],
  [{ cache: true }, 'connect: cache: the options are an object, got true'],
  [
    { logger: { log: () => undefined } },
    'connect: logger must be an object with the functions debug, info, warn and error, got an object',
  ],
]

test('options that connect cannot take are refused by name, before anything is sent', async () => {
  const server = scripted(speaking('2026-07-28'))
  for (const [options, message] of WRONG_OPTIONS) {
    await assert.rejects(createClient().connect(server.runtime, options as ConnectOptions), {
      name: 'DefinitionError',
      message,
    })
  }
  assert.equal(server.connections, 0)
})

test('options that say nothing, or say that there is no limit, are taken', async () => {
  const server = scripted(speaking('2026-07-28'))
  const forever = Number.POSITIVE_INFINITY
  for (const options of [
    { timeoutMs: forever, maxTotalTimeoutMs: forever, probeTimeoutMs: forever },
    { timeoutMs: 2 ** 40, cache: false, reconnect: false },
    { cache: {}, reconnect: {}, headers: {} },
    { timeoutMs: undefined as never, logger: undefined as never, reconnect: undefined as never },
  ] satisfies ConnectOptions[]) {
    await (await createClient().connect(server.runtime, options)).close()
  }
})

test('a client whose connecting has failed can be connected again', async () => {
  let attempts = 0
  const server = scripted(
    speaking('2026-07-28', {
      'server/discover': () => {
        attempts += 1
        return attempts === 1 ? new Refused(-32020, 'Not yet') : speaking('2026-07-28')['server/discover']
      },
    }),
  )
  const client = createClient()
  await assert.rejects(client.connect(server.runtime), { name: 'McpError', code: -32020, message: 'Not yet' })
  assert.equal(server.open, 0)
  const connection = await client.connect(server.runtime)
  assert.equal(connection.protocolVersion, '2026-07-28')
  await connection.close()
})

/** A transport that stops at some point of its life. */
const stuck = (
  at: 'start' | 'send',
): { readonly transport: Transport; readonly closed: () => readonly (Error | undefined)[] } => {
  const closed: (Error | undefined)[] = []
  let receiver: TransportReceiver | undefined
  return {
    closed: () => closed,
    transport: {
      start: (given) => {
        receiver = given
        return at === 'start' ? new Promise<void>(() => undefined) : undefined
      },
      send: (text) => {
        const { id, method } = JSON.parse(text)
        if (method === 'initialize') {
          const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 's', version: '1' } }
          void receiver?.message(JSON.stringify({ jsonrpc: '2.0', id, result }))
        }
        return method === 'notifications/initialized' ? new Promise<void>(() => undefined) : undefined
      },
      close: (error) => void closed.push(error),
    },
  }
}

/** Where connecting can be stuck, in the order of what happens, with the options that lead there. */
const STEPS: readonly (readonly [
  what: string,
  begin: () => { readonly target: Transport; readonly closed: () => boolean; readonly reached: Promise<unknown> },
  options: ConnectOptions,
  late: string,
])[] = [
  [
    'the transport does not start',
    () => {
      const { transport, closed } = stuck('start')
      return { target: transport, closed: () => closed().length > 0, reached: Promise.resolve() }
    },
    {},
    'connecting to the server took longer than 5000 ms',
  ],
  [
    'initialize is not answered',
    () => {
      const server = scripted({})
      return { target: server.transport(), closed: () => server.open === 0, reached: server.next('initialize') }
    },
    { revisions: ['2025-11-25'] },
    'The server has not answered "initialize" in time: it took longer than 5000 ms altogether',
  ],
  [
    'the last notification is not taken',
    () => {
      const { transport, closed } = stuck('send')
      return { target: transport, closed: () => closed().length > 0, reached: Promise.resolve() }
    },
    { revisions: ['2025-11-25'] },
    '"notifications/initialized" took longer than 5000 ms',
  ],
  [
    'the probe is not answered, and nothing else would do',
    () => {
      const server = scripted({})
      return { target: server.transport(), closed: () => server.open === 0, reached: server.next('server/discover') }
    },
    { revisions: ['2026-07-28'], probeTimeoutMs: 5_000 },
    'The server has not answered "server/discover" in time: it took longer than 5000 ms altogether',
  ],
]

/** Lets what has been said arrive. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const timersOf = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

for (const [what, begin, options, late] of STEPS) {
  test(`PY-117: connecting is aborted when ${what}, and nothing is left`, async () => {
    const { target, closed, reached } = begin()
    const timers = timersOf()
    const controller = new AbortController()
    const { signal } = controller
    const connecting = createClient().connect(target, { ...options, signal })
    await reached
    await turn()
    const reason = new Error('the user has left')
    controller.abort(reason)
    await assert.rejects(connecting, {
      name: 'AbortedError',
      code: 'cancelled',
      message: 'connect was aborted by the caller',
      cause: reason,
    })
    await turn()
    assert.ok(closed())
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    assert.equal(timersOf(), timers)
  })

  test(`connecting takes no longer than it may when ${what}, and nothing is left`, async (t) => {
    mockClocks(t)
    const { target, closed, reached } = begin()
    const connecting = createClient().connect(target, { timeoutMs: 5_000, ...options })
    const failed = assert.rejects(connecting, { name: 'TimeoutError', code: 'timeout', message: late })
    await reached
    await turn()
    t.mock.timers.tick(5_000)
    await failed
    await turn()
    assert.ok(closed())
  })
}

test('connecting with a signal that has aborted already reaches no server', async () => {
  const server = scripted(speaking('2026-07-28'))
  const reason = new Error('never mind')
  await assert.rejects(createClient().connect(server.runtime, { signal: AbortSignal.abort(reason) }), {
    name: 'AbortedError',
    cause: reason,
  })
  assert.equal(server.connections, 0)
})

test('PY-4: neither the probe nor what opens a conversation is ever cancelled', async (t) => {
  mockClocks(t)
  const server = scripted({})
  const connecting = assert.rejects(createClient().connect(server.runtime, { timeoutMs: 7_000 }), {
    name: 'TimeoutError',
  })
  await server.next('server/discover')
  t.mock.timers.tick(10_000)
  await server.next('initialize')
  t.mock.timers.tick(7_000)
  await connecting
  await turn()
  assert.deepEqual(server.methods, ['server/discover', 'initialize'])
  assert.equal(server.open, 0)
})

test('the signal of connect gives up the connecting, and nothing after it', async () => {
  const server = scripted(speaking('2026-07-28', { 'tools/call': { content: [] } }))
  const controller = new AbortController()
  const client = await createClient().connect(server.runtime, { signal: controller.signal })
  assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  controller.abort()
  assert.deepEqual((await client.callTool('any')).content, [])
  await client.close()
})

test('a server of this process that cannot start says why', async () => {
  const server = createServer({ name: 'broken', version: '1.0.0' })
    .lifespan(() => {
      throw new Error('the database is away')
    })
    .tool('any', () => 1)
  const runtime = server.bind({ logger: keepingLogger() })
  await assert.rejects(createClient().connect(runtime), {
    name: 'ConnectionError',
    code: 'disconnected',
    message: 'The connection to the server was lost: the database is away',
  })
  await runtime.close()
})

const connected = async (
  t: TestContext,
  version: Version,
  client: Client,
  script: Loose = {},
): Promise<ReturnType<typeof scripted>> => {
  const server = scripted(speaking(version, script))
  const connection = await client.connect(server.runtime, { revisions: [version], logger: keepingLogger() })
  t.after(() => connection.close())
  return server
}

const logOf = (level: unknown, data?: unknown, logger?: unknown) => ({
  method: 'notifications/message',
  params: { level, data, logger },
})

for (const version of VERSIONS) {
  test(`${version}: log messages are heard as they are, and what is none is not`, async (t) => {
    const heard: LogMessage[] = []
    const client = createClient().logging((message) => void heard.push(message))
    const server = await connected(t, version, client)
    server.say(
      logOf('info', { a: 1 }, 'db'),
      logOf('loud', 'x'),
      { method: 'notifications/message' },
      logOf('error'),
      logOf('debug', 'plain', 5),
    )
    await turn()
    assert.deepEqual(heard, [
      { level: 'info', data: { a: 1 }, logger: 'db' },
      { level: 'error', data: null },
      { level: 'debug', data: 'plain' },
    ])
  })

  test(`${version}: log messages that nobody hears cost nothing`, async (t) => {
    const server = await connected(t, version, createClient())
    server.say(logOf('info', 'unheard'))
    await turn()
    assert.equal(server.open, 1)
  })
}

test('PY-109: a handler of log messages may use the connection, and its failure costs one message', async () => {
  const server = scripted(speaking('2025-11-25'))
  const log = keepingLogger()
  const heard: unknown[] = []
  const pinged: Promise<void>[] = []
  const client = await createClient()
    .logging(async ({ data }) => {
      heard.push(data)
      pinged.push(client.ping())
      if (data === 1) throw new Error('thrown at once')
      await pinged.at(-1)
      throw new Error('rejected later')
    })
    .connect(server.runtime, { revisions: ['2025-11-25'], logger: log })
  server.say(logOf('info', 1), logOf('info', 2))
  await server.next('ping')
  await server.next('ping')
  await Promise.all(pinged)
  await turn()
  assert.deepEqual(heard, [1, 2])
  assert.deepEqual(
    log.lines.map(({ level, message, details: [error] }) => [level, message, (error as Error).message]),
    [
      ['warn', 'the logging handler failed:', 'thrown at once'],
      ['warn', 'the logging handler failed:', 'rejected later'],
    ],
  )
  await client.close()
})

test('a handler of log messages that throws at once costs one message', async (t) => {
  const heard: unknown[] = []
  const client = createClient().logging(({ data }) => {
    heard.push(data)
    throw new Error('no')
  })
  const server = await connected(t, '2026-07-28', client)
  server.say(logOf('info', 1), logOf('info', 2))
  await turn()
  assert.deepEqual(heard, [1, 2])
})

for (const version of STATEFUL) {
  test(`${version}: the level that a client has named is set as soon as it is connected`, async (t) => {
    const client = createClient().logging(() => undefined, { level: 'warning' })
    const server = await connected(t, version, client)
    assert.deepEqual((await server.next('logging/setLevel')).params, { level: 'warning' })
  })

  test(`${version}: no level is set where none was named, or the server does not log`, async (t) => {
    const quiet = createClient().logging(() => undefined)
    const server = await connected(t, version, quiet)
    const loud = createClient().logging(() => undefined, { level: 'debug' })
    const mute = await connected(t, version, loud, {
      initialize: { protocolVersion: version, capabilities: {}, serverInfo: { name: 'mute', version: '1' } },
    })
    await turn()
    assert.ok(![...server.methods, ...mute.methods].includes('logging/setLevel'))
  })
}

test('a server that does not take the level is used all the same', async () => {
  const log = keepingLogger()
  const server = scripted(speaking('2025-11-25', { 'logging/setLevel': new Refused(-32603, 'not now') }))
  const client = await createClient()
    .logging(() => undefined, { level: 'error' })
    .connect(server.runtime, { revisions: ['2025-11-25'], logger: log })
  await server.next('logging/setLevel')
  await client.ping()
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    ['the server did not take the log level:'],
  )
  await client.close()
})

test('2026-07-28: each request carries the level, which is info for whoever has named none', async (t) => {
  const level = 'io.modelcontextprotocol/logLevel'
  for (const [client, expected] of [
    [createClient(), undefined],
    [createClient().logging(() => undefined), 'info'],
    [createClient().logging(() => undefined, { level: 'alert' }), 'alert'],
  ] as const) {
    const server = await connected(t, '2026-07-28', client)
    assert.equal(server.received[0].params._meta[level], expected)
  }
})
