import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { type AbortedError, type BindOptions, type Context, createServer } from '../../../src/index.ts'
import { connectWebSocket } from '../../../src/transport/websocket/connect.ts'
import { CLOSE_TIMEOUT_MS } from '../../../src/transport/websocket/socket.ts'
import { closing, rawFrame } from '../../support/frames.ts'
import { envelope, initializeParams, keepingLogger, request, STATEFUL, type Version } from '../../support/messages.ts'
import { type Dialogue, dialogue, upgraded } from '../../support/websocket.ts'

/** Calls that wait until they are aborted, and why they were. */
const createWaiting = () => {
  const begun: (() => void)[] = []
  const aborted: AbortedError[] = []
  const wait = (_: unknown, { signal }: Pick<Context, 'signal'>): Promise<string> =>
    new Promise((_resolve, reject) => {
      for (const resolve of begun.splice(0)) resolve()
      signal.addEventListener('abort', () => {
        aborted.push(signal.reason)
        reject(signal.reason)
      })
    })
  /** Settles when the next one has begun. */
  const next = (): Promise<void> => new Promise((resolve) => begun.push(resolve))
  return { wait, next, aborted }
}

/** A server that listens, what its calls wait for, and how to connect to it. */
const serve = async (t: TestContext, options: BindOptions = {}) => {
  const { wait, next, aborted } = createWaiting()
  const held: { finish?: (text: string) => void } = {}
  const logger = keepingLogger()
  const running = await createServer({ name: 'test', version: '1.0.0' })
    .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
    .tool('wait', wait)
    .tool('hold', () => new Promise<string>((resolve) => Object.assign(held, { finish: resolve })))
    .tool('steps', async (_, ctx) => {
      await ctx.progress(1, 2)
      await ctx.progress(2, 2, 'nearly done')
      return 'done'
    })
    .tool('where', (_, { http }) => ({ url: http?.url.pathname, key: http?.headers.get('x-key'), auth: typeof http }))
    .tool('chatter', async (_, { log, signal }) => {
      while (!signal.aborted) {
        void log.info('x'.repeat(100_000))
        await new Promise((resolve) => setImmediate(resolve))
      }
      aborted.push(signal.reason)
    })
    .tool('tidy', async (_, { signal }) => {
      await wait(_, { signal }).catch(() => undefined)
      for (let step = 0; step < 500; step += 1) await undefined
      return 'tidied up'
    })
    .tool('ask', async (_, ctx) => JSON.stringify(await ctx.roots()))
    .listen({ port: 0, logger, ...options })
  const url = running.url.replace('http:', 'ws:')
  const connect = async (): Promise<Dialogue & { readonly channel: Awaited<ReturnType<typeof connectWebSocket>> }> => {
    const channel = await connectWebSocket(url, { headers: { 'x-key': 'secret' } })
    t.after(() => channel.close())
    return { channel, ...dialogue(channel) }
  }
  t.after(() => running.close({ drainMs: 0 }))
  return { running, url, connect, next, aborted, held, logger }
}

const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }

const initialize = async (line: Dialogue, version: Version, capabilities = {}): Promise<void> => {
  line.send({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { ...initializeParams(version), capabilities } })
  const { id, result } = await line.next()
  assert.deepEqual([id, result.protocolVersion, result.serverInfo.name], [0, version, 'test'])
  line.send(initialized)
}

const call = (version: Version, id: number | string, name: string, args: object = {}, _meta: object = {}) =>
  request(version, id, 'tools/call', { name, arguments: args, _meta })

const textOf = ({ result }: { result: { content: { text: string }[] } }) => result.content[0]?.text

for (const version of [...STATEFUL, '2026-07-28'] as const) {
  const open = async (t: TestContext, options?: BindOptions) => {
    const served = await serve(t, options)
    const line = await served.connect()
    if (version !== '2026-07-28') await initialize(line, version)
    return { ...served, line }
  }

  test(`${version} over WebSocket: tools are listed and called, unknown methods refused`, async (t) => {
    const { line } = await open(t)
    line.send(request(version, 1, 'tools/list'), call(version, 'two', 'add', { a: 1, b: 2 }))
    line.send(request(version, 3, 'tools/forget'))
    const [list, sum, unknown] = [await line.next(), await line.next(), await line.next()]
    assert.equal(list.id, 1)
    assert.ok(list.result.tools.some(({ name }: { name: string }) => name === 'add'))
    assert.deepEqual([sum.id, textOf(sum)], ['two', '3'])
    assert.deepEqual([unknown.id, unknown.error.code], [3, -32601])
  })

  test(`${version} over WebSocket: progress comes before the result, in order`, async (t) => {
    const { line } = await open(t)
    line.send(call(version, 1, 'steps', {}, { progressToken: 'token' }))
    const [one, two, last] = [await line.next(), await line.next(), await line.next()]
    assert.deepEqual([one.method, one.params.progress, one.params.total], ['notifications/progress', 1, 2])
    assert.deepEqual([two.params.progressToken, two.params.progress], ['token', 2])
    assert.equal(textOf(last), 'done')
  })

  test(`${version} over WebSocket: a cancelled call is aborted, and not answered`, async (t) => {
    const { line, next, aborted } = await open(t)
    const begun = next()
    line.send(call(version, 7, 'wait'))
    await begun
    line.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7, reason: 'enough' } })
    line.send(call(version, 8, 'add', { a: 2, b: 2 }))
    assert.equal((await line.next()).id, 8)
    assert.deepEqual(
      aborted.map(({ code, message }) => [code, message]),
      [['cancelled', 'cancelled by the client: enough']],
    )
  })

  test(`${version} over WebSocket: handlers see the request of the upgrade`, async (t) => {
    const { line } = await open(t)
    line.send(call(version, 1, 'where'))
    assert.deepEqual(JSON.parse(textOf(await line.next()) ?? ''), { url: '/mcp', key: 'secret', auth: 'object' })
  })
}

test('2025-03-26 §Batching: a batch over WebSocket is answered by a batch', async (t) => {
  const line = await (await serve(t)).connect()
  await initialize(line, '2025-03-26')
  line.send([call('2025-03-26', 1, 'add', { a: 1, b: 1 }), initialized, call('2025-03-26', 2, 'add', { a: 2, b: 2 })])
  const replies = await line.next()
  assert.deepEqual(
    replies.map((reply: { id: number; result: { content: { text: string }[] } }) => [reply.id, textOf(reply)]),
    [
      [1, '2'],
      [2, '4'],
    ],
  )
})

test('other revisions have no batches, over WebSocket neither', async (t) => {
  const line = await (await serve(t)).connect()
  await initialize(line, '2025-11-25')
  line.send([call('2025-11-25', 1, 'add', { a: 1, b: 1 })])
  assert.equal((await line.next()).error.code, -32600)
})

test('both eras share one WebSocket', async (t) => {
  const line = await (await serve(t)).connect()
  line.send(request('2026-07-28', 'before', 'server/discover'))
  assert.ok((await line.next()).result.supportedVersions.includes('2026-07-28'))
  await initialize(line, '2025-06-18')
  line.send(call('2026-07-28', 1, 'add', { a: 1, b: 1 }), call('2025-06-18', 2, 'add', { a: 2, b: 2 }))
  const [stateless, stateful] = [await line.next(), await line.next()]
  assert.deepEqual([stateless.id, stateless.result.resultType], [1, 'complete'])
  assert.deepEqual([stateful.id, stateful.result.resultType], [2, undefined])
})

test('2026-07-28 over WebSocket: a request without the envelope is refused before initialize', async (t) => {
  const line = await (await serve(t)).connect()
  line.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' })
  assert.equal((await line.next()).error.code, -32600)
})

test('a text that is no JSON is answered with -32700, and the connection goes on', async (t) => {
  const { channel, ...line } = await (await serve(t)).connect()
  channel.send('{"jsonrpc":')
  const { id, error } = await line.next()
  assert.deepEqual([id, error.code], [null, -32700])
  line.send(call('2026-07-28', 1, 'add', { a: 1, b: 1 }))
  assert.equal((await line.next()).id, 1)
})

test('every connection is a conversation of its own: the same ids, other revisions', async (t) => {
  const { connect } = await serve(t)
  const [one, two] = [await connect(), await connect()]
  await initialize(one, '2024-11-05')
  await initialize(two, '2025-11-25')
  one.send(call('2024-11-05', 1, 'add', { a: 1, b: 1 }))
  two.send(call('2025-11-25', 1, 'add', { a: 2, b: 2 }))
  assert.deepEqual([textOf(await one.next()), textOf(await two.next())], ['2', '4'])
})

// ---- asking the client

test('2025-11-25 over WebSocket: what a handler asks is a request to the client', async (t) => {
  const line = await (await serve(t)).connect()
  await initialize(line, '2025-11-25', { roots: {} })
  line.send(call('2025-11-25', 1, 'ask'))
  const asked = await line.next()
  assert.equal(asked.method, 'roots/list')
  line.send({ jsonrpc: '2.0', id: asked.id, result: { roots: [{ uri: 'file:///work' }] } })
  assert.equal(textOf(await line.next()), '[{"uri":"file:///work"}]')
})

test('2026-07-28 over WebSocket: what a handler asks ends the round', async (t) => {
  const line = await (await serve(t)).connect()
  const able = { 'io.modelcontextprotocol/clientCapabilities': { roots: {} } }
  line.send(call('2026-07-28', 1, 'ask', {}, able))
  const { result } = await line.next()
  assert.equal(result.resultType, 'input_required')
  const [key = ''] = Object.keys(result.inputRequests)
  line.send({
    jsonrpc: '2.0',
    id: 2,
    method: 'tools/call',
    params: {
      name: 'ask',
      arguments: {},
      _meta: envelope(able),
      requestState: result.requestState,
      inputResponses: { [key]: { roots: [{ uri: 'file:///work' }] } },
    },
  })
  assert.equal(textOf(await line.next()), '[{"uri":"file:///work"}]')
})

// ---- the end of a client

const endings: readonly (readonly [name: string, end: (socket: Awaited<ReturnType<typeof upgraded>>) => void])[] = [
  ['closes', (peer) => peer.send(rawFrame('close'))],
  ['goes away without a word', (peer) => peer.socket.end()],
  ['goes away within a frame', (peer) => peer.socket.end(peer.encode(rawFrame('text', 'cut off')).subarray(0, 9))],
  ['is reset', (peer) => peer.socket.destroy()],
  ['breaks a rule', (peer) => peer.send(rawFrame(3))],
  ['sends binary messages', (peer) => peer.send(rawFrame('binary', '{}'))],
]

for (const [name, end] of endings) {
  test(`a client that ${name} aborts what is in flight`, async (t) => {
    const { url, next, aborted } = await serve(t)
    const peer = await upgraded(url.replace('ws:', 'http:'))
    const begun = next()
    peer.send(rawFrame('text', JSON.stringify(call('2026-07-28', 1, 'wait'))))
    await begun
    end(peer)
    while (aborted.length === 0) await new Promise((resolve) => setImmediate(resolve))
    assert.equal(aborted[0]?.code, 'disconnected')
    peer.socket.destroy()
  })
}

test('a client that does not answer pings is given up, and what it had in flight is aborted', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const { url, next, aborted } = await serve(t, { keepAliveMs: 1000 })
  const peer = await upgraded(url.replace('ws:', 'http:'))
  const begun = next()
  peer.send(rawFrame('text', JSON.stringify(call('2026-07-28', 1, 'wait'))))
  await begun
  t.mock.timers.tick(1000)
  assert.deepEqual(await peer.take(1), [rawFrame('ping')])
  t.mock.timers.tick(1000)
  await peer.ended
  while (aborted.length === 0) await new Promise((resolve) => setImmediate(resolve))
  assert.equal(aborted[0]?.code, 'disconnected')
  peer.socket.destroy()
})

test('a client that does not read is closed once too much waits for it, and a log line says so', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { url, aborted, logger } = await serve(t)
  const peer = await upgraded(url.replace('ws:', 'http:'))
  peer.socket.pause()
  const meta = { 'io.modelcontextprotocol/logLevel': 'info' }
  peer.send(rawFrame('text', JSON.stringify(call('2026-07-28', 1, 'chatter', {}, meta))))
  while (aborted.length === 0) {
    t.mock.timers.tick(CLOSE_TIMEOUT_MS)
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.equal(aborted[0]?.code, 'disconnected')
  assert.deepEqual(
    logger.lines.map(({ level, message }) => [level, message]),
    [['warn', 'gave up the client: it does not read what it is sent']],
  )
  peer.socket.destroy()
})

test('a client that closes with 1008 is none that was closed: there is no log line', async (t) => {
  const { running, url, logger } = await serve(t)
  const peer = await upgraded(url.replace('ws:', 'http:'))
  peer.send(rawFrame('close', closing(1008)))
  assert.deepEqual(await peer.takeClose(), [1008, ''])
  await peer.ended
  peer.socket.destroy()
  await running.close()
  assert.deepEqual(logger.lines, [])
})

// ---- the end of the server

test('a server that closes answers what is in flight, begins nothing new, and closes with 1001', async (t) => {
  const { running, connect, held } = await serve(t)
  const line = await connect()
  line.send(call('2026-07-28', 1, 'hold'))
  line.send(call('2026-07-28', 2, 'add', { a: 1, b: 1 }))
  assert.equal((await line.next()).id, 2)
  const closed = running.close()
  line.send(call('2026-07-28', 3, 'add', { a: 1, b: 1 }))
  const refused = await line.next()
  assert.deepEqual([refused.id, refused.error], [3, { code: -32603, message: 'The server is closing' }])
  held.finish?.('late but here')
  const answered = await line.next()
  assert.deepEqual([answered.id, textOf(answered)], [1, 'late but here'])
  assert.deepEqual(await line.channel.closed, { code: 1001, reason: 'the server is closing', clean: true })
  await closed
})

test('while a server closes, what it has asked can still be answered', async (t) => {
  const { running, connect } = await serve(t)
  const line = await connect()
  await initialize(line, '2025-11-25', { roots: {} })
  line.send(call('2025-11-25', 1, 'ask'))
  const asked = await line.next()
  const closed = running.close()
  line.send({ jsonrpc: '2.0', id: asked.id, result: { roots: [] } })
  assert.equal(textOf(await line.next()), '[]')
  assert.equal((await line.channel.closed).code, 1001)
  await closed
})

test('what does not end in time is aborted, and its answer still comes before 1001', async (t) => {
  const { running, connect, next, aborted } = await serve(t)
  const line = await connect()
  const begun = next()
  line.send(call('2026-07-28', 1, 'wait'))
  await begun
  const closed = running.close({ drainMs: 1 })
  assert.deepEqual((await line.next()).result.isError, true)
  assert.equal((await line.channel.closed).code, 1001)
  await closed
  assert.equal(aborted[0]?.code, 'closed')
})

test('an answer that takes a few steps after the abort still comes before 1001', async (t) => {
  const { running, connect, next } = await serve(t)
  const line = await connect()
  const begun = next()
  line.send(call('2026-07-28', 1, 'tidy'))
  await begun
  const closed = running.close({ drainMs: 1 })
  assert.equal(textOf(await line.next()), 'tidied up')
  assert.equal((await line.channel.closed).code, 1001)
  await closed
})

test('a client that does not close when it is told to does not keep the server', async (t) => {
  const { running, url } = await serve(t)
  const peer = await upgraded(url.replace('ws:', 'http:'))
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const closed = running.close()
  assert.deepEqual(await peer.takeClose(), [1001, 'the server is closing'])
  t.mock.timers.tick(CLOSE_TIMEOUT_MS)
  await peer.ended
  peer.socket.destroy()
  await closed
})

test('a lifespan that fails at the end leaves no connection open', async (t) => {
  const running = await createServer({ name: 'test', version: '1.0.0' })
    .lifespan(async function* () {
      yield undefined
      throw new Error('could not end')
    })
    .tool('hello', () => 'Hello!')
    .listen({ port: 0 })
  const channel = await connectWebSocket(running.url.replace('http:', 'ws:'))
  dialogue(channel)
  t.after(() => running.close().catch(() => undefined))
  await assert.rejects(running.close(), /could not end/)
  assert.equal((await channel.closed).code, 1001)
})
