import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { type TestContext, test } from 'node:test'
import {
  type CallOptions,
  type Connection,
  type ConnectOptions,
  createClient,
  type Progress,
} from '../../src/client.ts'
import { createServer, type Transport, type TransportReceiver } from '../../src/index.ts'
import type { Loose } from '../support/answering.ts'
import { connectOver, EVERY_WAY } from '../support/client-channels.ts'
import { mockClocks } from '../support/clock.ts'
import { isStateless, keepingLogger, STATEFUL, VERSIONS, type Version } from '../support/messages.ts'
import { rawHttp, respondResult } from '../support/raw-http.ts'
import { type Script, type ScriptedServer, scripted, speaking } from '../support/scripted-server.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const timersOf = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

interface Set {
  readonly server: ScriptedServer
  readonly client: Connection
  readonly log: ReturnType<typeof keepingLogger>
}

/** A client of a scripted server, which answers what the script says. */
const begin = async (
  t: TestContext,
  version: Version,
  script: Script = {},
  { client = createClient(), ...options }: ConnectOptions & { client?: ReturnType<typeof createClient> } = {},
): Promise<Set> => {
  const server = scripted(speaking(version, script))
  const log = keepingLogger()
  const connection = await client.connect(server.runtime, { revisions: [version], logger: log, ...options })
  t.after(() => connection.close())
  return { server, client: connection, log }
}

const WRONG: readonly (readonly [options: unknown, message: string])[] = [
  [{ timeoutMs: 0 }, 'tools/call: timeoutMs must be a whole number of milliseconds above 0, got 0'],
  [{ timeoutMs: '1s' }, 'tools/call: timeoutMs must be a whole number of milliseconds above 0, got "1s"'],
  [{ maxTotalTimeoutMs: -5 }, 'tools/call: maxTotalTimeoutMs must be a whole number of milliseconds above 0, got -5'],
  [{ signal: 'stop' }, 'tools/call: signal must be an AbortSignal, got "stop"'],
  [{ onProgress: true }, 'tools/call: onProgress must be a function (progress) => void, got true'],
  [{ meta: 'trace' }, 'tools/call: meta must be an object, got "trace"'],
  [{ cache: 'never' }, 'tools/call: cache must be one of use, refresh, bypass, got "never"'],
  [5, 'tools/call: the options are an object, got 5'],
  [
    { timeout: 5 },
    'tools/call: there is no option "timeout". Did you mean "timeoutMs"? ' +
      'The options are signal, timeoutMs, maxTotalTimeoutMs, onProgress, meta, cache',
  ],
]

test('PY-111: options that a call cannot take are refused by name, and nothing is sent', async (t) => {
  const { server, client } = await begin(t, '2026-07-28')
  for (const [options, message] of WRONG) {
    await assert.rejects(client.callTool('any', {}, options as CallOptions), { name: 'DefinitionError', message })
  }
  await assert.rejects(client.callTool(5 as never), {
    name: 'DefinitionError',
    message: 'callTool: the first argument is the name of the tool',
  })
  await assert.rejects(client.request('tools/call', { size: 1n }), {
    name: 'DefinitionError',
    message: 'tools/call: what is sent must be JSON: Do not know how to serialize a BigInt',
  })
  const signal = new AbortController().signal
  await assert.rejects(client.callTool('any', { size: 1n }, { signal }), { name: 'DefinitionError' })
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  assert.deepEqual(server.methods, ['server/discover'])
})

for (const version of VERSIONS) {
  test(`PY-111; ${version}: a call of a silent server times out, by its own time or the connection's, and the server is told`, async (t) => {
    mockClocks(t)
    const { server, client } = await begin(t, version, {}, { timeoutMs: 4_000 })
    for (const [options, ms] of [
      [{}, 4_000],
      [{ timeoutMs: 1_000 }, 1_000],
      [{ timeoutMs: 9_000 }, 9_000],
    ] as const) {
      const failed = assert.rejects(client.callTool('any', {}, options), {
        name: 'TimeoutError',
        code: 'timeout',
        message: `The server has not answered "tools/call" in time: it was silent for ${ms} ms`,
      })
      const { id } = await server.next('tools/call')
      t.mock.timers.tick(ms - 1)
      await turn()
      assert.equal(server.methods.at(-1), 'tools/call')
      t.mock.timers.tick(1)
      await failed
      assert.deepEqual((await server.next('notifications/cancelled')).params, {
        requestId: id,
        reason: `The server has not answered "tools/call" in time: it was silent for ${ms} ms`,
      })
      server.answer({ id }, { content: [] })
      await turn()
    }
  })

  test(`${version}: a call without limits waits`, async (t) => {
    const { server, client } = await begin(t, version)
    mockClocks(t)
    const forever = Number.POSITIVE_INFINITY
    const called = client.callTool('any', {}, { timeoutMs: forever, maxTotalTimeoutMs: forever })
    const request = await server.next('tools/call')
    t.mock.timers.tick(2 ** 40)
    server.answer(request, { content: [] })
    assert.deepEqual((await called).content, [])
  })

  test(`${version}: a call that is aborted rejects with the reason as its cause, and the server is told`, async (t) => {
    const { server, client } = await begin(t, version)
    const controller = new AbortController()
    const called = client.callTool('any', {}, { signal: controller.signal })
    const { id } = await server.next('tools/call')
    const reason = new Error('never mind')
    controller.abort(reason)
    await assert.rejects(called, {
      name: 'AbortedError',
      code: 'cancelled',
      message: '"tools/call" was aborted by the caller',
      cause: reason,
    })
    assert.deepEqual((await server.next('notifications/cancelled')).params, {
      requestId: id,
      reason: '"tools/call" was aborted by the caller',
    })
    assert.equal(getEventListeners(controller.signal, 'abort').length, 0)
  })

  test(`${version}: a call whose signal has aborted already sends nothing`, async (t) => {
    const { server, client } = await begin(t, version)
    const sent = server.received.length
    await assert.rejects(client.callTool('any', {}, { signal: AbortSignal.abort('why') }), {
      name: 'AbortedError',
      cause: 'why',
    })
    await turn()
    assert.equal(server.received.length, sent)
  })

  test(`${version}: an error of the server is an McpError with its code, message and data`, async (t) => {
    const answer = ({ id }: Loose) =>
      JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: 'No such tool', data: { name: 'any' } } })
    const { client } = await begin(t, version, { 'tools/call': answer })
    await assert.rejects(client.callTool('any'), {
      name: 'McpError',
      code: -32602,
      message: 'No such tool',
      data: { name: 'any' },
    })
  })

  test(`${version}: an answer that is none ends its call`, async (t) => {
    for (const [rest, message] of [
      [{ error: 'no' }, 'Invalid request: "error" needs an integer "code" and a string "message"'],
      [{}, 'Invalid request: it has neither "method" nor "result" nor "error"'],
      [{ jsonrpc: '1.0', result: {} }, 'Invalid request: "jsonrpc" must be "2.0"'],
    ] as const) {
      const answer = ({ id }: Loose) => JSON.stringify({ jsonrpc: '2.0', id, ...rest })
      const { client } = await begin(t, version, { 'tools/call': answer })
      await assert.rejects(client.callTool('any'), { name: 'InvalidResultError', message })
    }
  })
}

/** A server whose one tool waits until it is given up, and says when it has begun and why it has ended. */
const patient = () => {
  const events: { begun?: () => void; aborted?: (code: string) => void } = {}
  const begun = new Promise<void>((resolve) => {
    events.begun = resolve
  })
  const aborted = new Promise<string>((resolve) => {
    events.aborted = resolve
  })
  const server = createServer({ name: 'patient', version: '1.0.0' }).tool('wait', async (_, { signal }) => {
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve())
      events.begun?.()
    })
    events.aborted?.(signal.reason.code)
    return 'too late'
  })
  return { server, begun, aborted }
}

for (const [version, channel] of EVERY_WAY) {
  test(`${version} over ${channel.name}: a handler hears that its call was given up`, async (t) => {
    const { server, begun, aborted } = patient()
    const { client } = await connectOver(t, channel, version, server)
    const controller = new AbortController()
    const called = client.callTool('wait', {}, { signal: controller.signal })
    await begun
    controller.abort(new Error('enough'))
    await assert.rejects(called, { name: 'AbortedError', cause: new Error('enough') })
    assert.match(await aborted, /^(cancelled|disconnected)$/)
    await client.ping()
  })

  test(`${version} over ${channel.name}: progress is heard, step by step`, async (t) => {
    const server = createServer({ name: 'stepping', version: '1.0.0' }).tool('walk', async (_, ctx) => {
      await ctx.progress(1, 3, 'first')
      await ctx.progress(2, 3)
      await ctx.progress(3)
      return 'there'
    })
    const { client } = await connectOver(t, channel, version, server)
    const steps: Progress[] = []
    const { text } = await client.callTool('walk', {}, { onProgress: (step) => void steps.push(step) })
    assert.equal(text, 'there')
    assert.deepEqual(steps, [
      { progress: 1, total: 3, ...(version !== '2024-11-05' && { message: 'first' }) },
      { progress: 2, total: 3 },
      { progress: 3 },
    ])
  })
}

const progressOf = (progressToken: unknown, progress: unknown, more: object = {}) => ({
  method: 'notifications/progress',
  params: { progressToken, progress, ...more },
})

test('progress is asked for only by who listens, and what is none is not heard', async (t) => {
  const { server, client } = await begin(t, '2025-11-25')
  const deaf = client.callTool('any')
  assert.equal((await server.next('tools/call')).params._meta, undefined)
  server.answer(server.received.at(-1), { content: [] })
  await deaf
  const steps: Progress[] = []
  const called = client.callTool('any', {}, { onProgress: (step) => void steps.push(step), meta: { own: 1 } })
  const request = await server.next('tools/call')
  const { progressToken, ...meta } = request.params._meta
  assert.deepEqual(meta, { own: 1 })
  server.say(
    progressOf('other', 1),
    progressOf(progressToken, 'half'),
    progressOf(progressToken, 1, { total: 'many', message: 5 }),
    { method: 'notifications/progress' },
  )
  server.answer(request, { content: [] })
  await called
  server.say(progressOf(progressToken, 2))
  await turn()
  assert.deepEqual(steps, [{ progress: 1 }])
})

test('what a listener of progress throws, at once or later, costs that step, and never the call', async (t) => {
  const { server, client, log } = await begin(t, '2026-07-28')
  const heard: number[] = []
  const called = client.callTool(
    'any',
    {},
    {
      onProgress: ({ progress }) => {
        heard.push(progress)
        if (progress === 1) throw new Error('thrown at once')
        return Promise.reject(new Error('rejected later'))
      },
    },
  )
  const request = await server.next('tools/call')
  const { progressToken } = request.params._meta
  server.say(progressOf(progressToken, 1), progressOf(progressToken, 2))
  server.answer(request, { content: [] })
  await called
  assert.deepEqual(heard, [1, 2])
  assert.deepEqual(
    log.lines.map(({ level, message, details: [error] }) => [level, message, (error as Error).message]),
    [
      ['warn', 'onProgress failed:', 'thrown at once'],
      ['warn', 'onProgress failed:', 'rejected later'],
    ],
  )
})

test('TS-47: progress renews the time of silence, and never the time altogether', async (t) => {
  mockClocks(t)
  const { server, client } = await begin(t, '2026-07-28')
  const call = (onProgress?: () => void) =>
    client.callTool('any', {}, { timeoutMs: 1_000, maxTotalTimeoutMs: 2_500, ...(onProgress && { onProgress }) })
  const failed = assert.rejects(
    call(() => undefined),
    {
      name: 'TimeoutError',
      message: 'The server has not answered "tools/call" in time: it took longer than 2500 ms altogether',
    },
  )
  const { params } = await server.next('tools/call')
  for (const progress of [1, 2]) {
    t.mock.timers.tick(999)
    server.say(progressOf(params._meta.progressToken, progress))
    await turn()
  }
  t.mock.timers.tick(501)
  await turn()
  assert.equal(server.methods.at(-1), 'tools/call')
  t.mock.timers.tick(1)
  await failed
  const silent = assert.rejects(
    call(() => undefined),
    { message: /it was silent for 1000 ms$/ },
  )
  const next = await server.next('tools/call')
  t.mock.timers.tick(999)
  server.say(progressOf(next.params._meta.progressToken, 1))
  await turn()
  t.mock.timers.tick(1_000)
  await silent
})

for (const version of STATEFUL) {
  test(`${version}: the time of silence stands still while the server waits for an answer, and begins anew behind it`, async (t) => {
    mockClocks(t)
    const answers: (() => void)[] = []
    const client = createClient().roots(async () => {
      await new Promise<void>((resolve) => answers.push(resolve))
      return []
    })
    const set = await begin(t, version, {}, { client, timeoutMs: 1_000 })
    const failed = assert.rejects(set.client.callTool('any'), { message: /it was silent for 1000 ms$/ })
    await set.server.next('tools/call')
    t.mock.timers.tick(900)
    set.server.say({ id: 'q', method: 'roots/list' })
    await turn()
    // Step by step: a timer that is set in a step begins at its end.
    for (const step of [100, 1_000, 1_000, 1_000, 900]) t.mock.timers.tick(step)
    answers[0]?.()
    assert.deepEqual((await set.server.next()).result, { roots: [] })
    await turn()
    t.mock.timers.tick(999)
    await turn()
    assert.equal(set.server.methods.includes('notifications/cancelled'), false)
    t.mock.timers.tick(1)
    await failed
  })
}

test('pings of the server are no sign of life of a call', async (t) => {
  mockClocks(t)
  const { server, client } = await begin(t, '2025-11-25', {}, { timeoutMs: 1_000 })
  const failed = assert.rejects(client.callTool('any'), { message: /it was silent for 1000 ms$/ })
  await server.next('tools/call')
  t.mock.timers.tick(900)
  server.say({ id: 'p', method: 'ping' })
  await server.next()
  await turn()
  t.mock.timers.tick(100)
  await failed
})

test('the time altogether runs on while the server waits for an answer', async (t) => {
  mockClocks(t)
  const client = createClient().roots(() => new Promise(() => undefined))
  const set = await begin(t, '2025-11-25', {}, { client, timeoutMs: 1_000, maxTotalTimeoutMs: 5_000 })
  const failed = assert.rejects(set.client.callTool('any'), { message: /it took longer than 5000 ms altogether$/ })
  await set.server.next('tools/call')
  set.server.say({ id: 'q', method: 'roots/list' })
  await turn()
  t.mock.timers.tick(5_000)
  await failed
})

test('what is put into _meta by a call, or by its parameters, is sent beside what the revision has there', async (t) => {
  for (const version of VERSIONS) {
    const { server, client } = await begin(t, version, { 'acme/own': {} })
    const envelope = isStateless(version) ? server.received[0].params._meta : {}
    const version_ = 'io.modelcontextprotocol/protocolVersion'
    const sent = async (params: object, options?: CallOptions): Promise<Loose> => {
      await client.request('acme/own', params as never, options)
      return server.received.at(-1).params
    }
    assert.deepEqual(await sent({ a: 1 }), { a: 1, ...(isStateless(version) && { _meta: envelope }) })
    assert.deepEqual(await sent({ _meta: { b: 2 } }, { meta: { c: 3, [version_]: 'mine' } }), {
      _meta: { b: 2, c: 3, ...(isStateless(version) ? envelope : { [version_]: 'mine' }) },
    })
    assert.deepEqual(await sent({ _meta: 'odd' }, { meta: { c: 3 } }), { _meta: { c: 3, ...envelope } })
  }
})

const LIST = { tools: [], ttlMs: 60_000, cacheScope: 'public' }

test('a call takes a kept result, asks for a fresh one, or passes the kept ones by, as it says', async (t) => {
  let count = 0
  const fresh = () => {
    count += 1
    return { ...LIST, count }
  }
  const { client } = await begin(t, '2026-07-28', { 'tools/list': fresh })
  const countOf = async (options?: CallOptions) => (await client.request('tools/list', {}, options))['count']
  assert.equal(await countOf(), 1)
  assert.equal(await countOf({ cache: 'use' }), 1)
  assert.equal(await countOf({ cache: 'bypass' }), 2)
  assert.equal(await countOf({}), 1)
  assert.equal(await countOf({ cache: 'refresh' }), 3)
  assert.equal(await countOf(), 3)
  assert.equal(await countOf({ meta: { own: 1 } }), 4)
  assert.equal(await countOf(), 3)
  await client.close()
  await assert.rejects(countOf(), { name: 'ConnectionError', code: 'closed' })
})

test('2026-07-28 Caching, Interaction with Pagination: a cursor that is refused makes the pages before it stale', async (t) => {
  let asked = 0
  const { client } = await begin(t, '2026-07-28', {
    'tools/list': ({ id, params }: Loose) => {
      asked += 1
      return params.cursor === undefined
        ? { ...LIST, nextCursor: 'b' }
        : JSON.stringify({
            jsonrpc: '2.0',
            id,
            error: { code: params.cursor === 'b' ? -32602 : -32603, message: 'no' },
          })
    },
  })
  const ask = async (cursor?: string) => client.request('tools/list', cursor === undefined ? {} : { cursor })
  await ask()
  await assert.rejects(ask('c'), { code: -32603 })
  await ask()
  assert.equal(asked, 2)
  await assert.rejects(ask('b'), { code: -32602 })
  await ask()
  assert.equal(asked, 4)
})

/** A server that answers everything alike, and cheaply. */
const echo = (): Transport => {
  let receiver: TransportReceiver | undefined
  return {
    start: (given) => {
      receiver = given
    },
    send: (text) => {
      const [, id] = /"id":(\d+)/.exec(text) ?? []
      const result = '{"supportedVersions":["2026-07-28"],"capabilities":{}}'
      void receiver?.message(`{"jsonrpc":"2.0","id":${id},"result":${result}}`)
      return undefined
    },
    close: () => undefined,
  }
}

test('a hundred thousand calls leave nothing behind: no timer, and no listener on the signal of the caller', async () => {
  const client = await createClient().connect(echo(), { cache: false })
  const { signal } = new AbortController()
  const timers = timersOf()
  for (let batch = 0; batch < 1_000; batch += 1) {
    await Promise.all(Array.from({ length: 100 }, () => client.request('acme/own', {}, { signal })))
  }
  assert.equal(getEventListeners(signal, 'abort').length, 0)
  assert.equal(timersOf(), timers)
  await client.close()
})

test('PY-3: ours differs: a call that is given up is cancelled, also while its event stream is being taken up again', async (t) => {
  const controller = new AbortController()
  const { url, requests } = await rawHttp(t, (response, request) => {
    const { verb, headers, message } = request
    if (message?.method === 'initialize') {
      respondResult(
        response,
        request,
        { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'a', version: '1' } },
        { 'mcp-session-id': 's' },
      )
    } else if (message?.method === 'tools/call') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).end('retry: 1\nid: 7\ndata: \n\n')
    } else if (verb === 'GET' && headers['last-event-id'] === '7') controller.abort(new Error('enough'))
    else response.writeHead(verb === 'POST' ? 202 : 405).end()
  })
  const client = await createClient().connect(url, { revisions: ['2025-11-25'], logger: keepingLogger() })
  await assert.rejects(client.callTool('any', {}, { signal: controller.signal }), { name: 'AbortedError' })
  await client.close()
  const call = requests.find(({ message }) => message?.method === 'tools/call')
  const cancelled = requests.find(({ message }) => message?.method === 'notifications/cancelled')
  assert.equal(cancelled?.message.params.requestId, call?.message.id)
})
