import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import * as v from 'valibot'
import { type AuthInfo, type BindOptions, type Context, createServer } from '../../../src/index.ts'
import { envelope, initializeParams, keepingLogger, type Params, STATEFUL } from '../../support/messages.ts'
import { SseReader } from '../../support/sse.ts'
import { gate, open, type Sent, sendToPort, serveNode, testBoth } from '../http/support.ts'
import { call, JSON_TYPE, openConversation, openStream, request, TRANSPORT } from './support.ts'

/** A server whose calls tell when they begin. */
const create = () => {
  const begun: ((ctx: Context) => void)[] = []
  const released = gate()
  const server = createServer({ name: 'old', version: '1.0.0' })
    .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
    .tool('steps', async (_, ctx) => {
      await ctx.progress(1)
      await ctx.progress(2)
      return 'done'
    })
    .tool('ask', async (_, ctx) => JSON.stringify(await ctx.roots()))
    .tool('tell', (_, ctx) => {
      ctx.notify.toolsChanged()
      return 'told'
    })
    .tool('where', (_, ctx) => ({
      path: ctx.http?.url.pathname,
      key: ctx.http?.headers.get('x-key') ?? null,
      who: ctx.auth?.token ?? null,
    }))
    .tool('echo', v.object({ text: v.string() }), ({ text }) => text)
    .tool('hold', async (_, ctx) => {
      begun.shift()?.(ctx)
      await released.opened
      return 'whole'
    })
    .tool('obey', (_, ctx) => {
      const { signal } = ctx
      begun.shift()?.(ctx)
      return new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason.code)))
    })
  return { server, released, next: (): Promise<Context> => new Promise((resolve) => begun.push(resolve)) }
}

const { server } = create()
const SSE: BindOptions = { sse: true }

const textOf = (message: { readonly result: { readonly content: readonly { readonly text: string }[] } }) =>
  message.result.content[0]?.text

const aborted = async ({ signal }: Context): Promise<string> => {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  return signal.reason.code
}

// ---- the conversation

for (const version of STATEFUL) {
  testBoth(`${TRANSPORT}: revision ${version} is negotiated, and speaks`, async (_, bound) => {
    const client = await openConversation(await bound(server, SSE), version)
    await client.send(request(1, 'tools/list'), call('two', 'add', { a: 1, b: 2 }), request(3, 'tools/forget'))
    assert.equal((await client.next()).result.tools.length, 8)
    const sum = await client.next()
    assert.deepEqual([sum.id, textOf(sum)], ['two', '3'])
    assert.equal((await client.next()).error.code, -32601)
    await client.send(call(4, 'steps'))
    const told = [await client.next(), await client.next(), await client.next()]
    assert.deepEqual(
      told.map((message) => message.params?.progress ?? textOf(message)),
      [1, 2, 'done'],
    )
    await client.send(call(5, 'ask'))
    const question = await client.next()
    assert.equal(question.method, 'roots/list')
    await client.send({ jsonrpc: '2.0', id: question.id, result: { roots: [] } })
    assert.equal(textOf(await client.next()), '[]')
    await client.send(call(6, 'tell'))
    const messages = [await client.next(), await client.next()]
    assert.ok(messages.some(({ method }) => method === 'notifications/tools/list_changed'))
    await client.leave()
  })
}

testBoth(
  '2025-03-26 §Batching: a batch is answered by a batch on the stream, and by other revisions not',
  async (_, bound) => {
    const subject = await bound(server, SSE)
    const batch = [call(1, 'add', { a: 1, b: 1 }), call(2, 'add', { a: 2, b: 2 })]
    const able = await openConversation(subject, '2025-03-26')
    await able.send(batch)
    assert.deepEqual((await able.next()).map(textOf), ['2', '4'])
    await able.leave()
    const unable = await openConversation(subject, '2025-11-25')
    await unable.send(batch)
    assert.equal((await unable.next()).error.code, -32600)
    await unable.leave()
  },
)

testBoth('2026-07-28 is not carried: its envelope is refused with -32022 and what is carried', async (_, bound) => {
  const client = await openStream(await bound(server, SSE))
  const params: Params = { name: 'add', arguments: { a: 1, b: 2 }, _meta: envelope() }
  await client.send(request(1, 'tools/call', params))
  const { id, error } = await client.next()
  assert.deepEqual([id, error.code], [1, -32022])
  assert.deepEqual(error.data, {
    supported: ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
    requested: '2026-07-28',
  })
  await client.send(request(2, 'tools/list'))
  assert.match((await client.next()).error.message, /came before "initialize"/)
  await client.send(request(3, 'initialize', initializeParams('2026-07-28')))
  assert.equal((await client.next()).result.protocolVersion, '2025-11-25')
  await client.leave()
})

testBoth('2024-11-05 Cancellation: a cancelled call is aborted, and not answered', async (_, bound) => {
  const { server: waiting, next } = create()
  const client = await openConversation(await bound(waiting, SSE), '2024-11-05')
  const begun = next()
  await client.send(call(7, 'obey'))
  const ctx = await begun
  await client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } })
  assert.equal(await aborted(ctx), 'cancelled')
  await client.send(request(8, 'ping'))
  assert.equal((await client.next()).id, 8)
  await client.leave()
})

testBoth('each stream is a session of its own: the same ids, other revisions', async (_, bound) => {
  const subject = await bound(server, SSE)
  const [one, two] = [await openConversation(subject, '2024-11-05'), await openConversation(subject, '2025-11-25')]
  assert.notEqual(one.at, two.at)
  await two.send(call(1, 'add', { a: 2, b: 2 }))
  await one.send(call(1, 'add', { a: 1, b: 1 }))
  assert.deepEqual([textOf(await one.next()), textOf(await two.next())], ['2', '4'])
  await Promise.all([one.leave(), two.leave()])
})

testBoth('a handler sees the POST that carried its call', async (_, bound) => {
  const client = await openConversation(await bound(server, SSE), '2025-11-25')
  assert.equal((await client.begin(call(1, 'where'), { 'x-key': 'secret' }).response).status, 202)
  const { path, key } = JSON.parse(textOf(await client.next()) ?? '')
  assert.deepEqual([path, key], ['/messages', 'secret'])
  await client.leave()
})

// ---- what the endpoint refuses

/** What a request to one of the two addresses gets. */
type Case = readonly [name: string, sent: (at: string) => Sent, status: number, message?: RegExp]

const PING = JSON.stringify(request(1, 'ping'))
const posted = (at: string, sent: Sent): Sent => ({ path: at, headers: JSON_TYPE, body: PING, ...sent })

const refusals: readonly Case[] = [
  ['a POST to the stream', () => ({ path: '/sse', headers: JSON_TYPE, body: PING }), 405, /open the stream with GET/],
  ['a HEAD of the stream', () => ({ method: 'HEAD', path: '/sse' }), 405],
  ['a GET that takes no events', () => ({ method: 'GET', path: '/sse', headers: { accept: 'text/html' } }), 406],
  ['a GET of the messages', (at) => ({ method: 'GET', path: at }), 405, /send messages with POST/],
  ['a DELETE of the messages', (at) => ({ method: 'DELETE', path: at }), 405],
  ['no session', () => posted('/messages', {}), 400, /no \\"sessionId\\" of ours/],
  ['an empty session', () => posted('/messages?sessionId=', {}), 400],
  ['PY-92: a session that none can be', () => posted('/messages?sessionId=1', {}), 400],
  ['an unknown session', () => posted('/messages?sessionId=f9c5b1d2-0d5e-4b54-9b3e-0c3c8d4f2a11', {}), 404],
  ['another type', (at) => posted(at, { headers: { 'content-type': 'text/plain' } }), 415, /application\/json/],
  ['no type', (at) => posted(at, { headers: {} }), 415],
  ['no JSON', (at) => posted(at, { body: '{' }), 400, /Parse error/],
  ['no UTF-8', (at) => posted(at, { body: Uint8Array.of(0x22, 0xff, 0x22) }), 400, /UTF-8/],
  ['too deep a body', (at) => posted(at, { body: '['.repeat(200) + ']'.repeat(200) }), 400, /deeper/],
  ['no message', (at) => posted(at, { body: '{"id":5}' }), 400, /"id":5/],
  ['neither id nor message', (at) => posted(at, { body: '5' }), 400, /"id":null/],
  ['too large a body', (at) => posted(at, { body: 'x'.repeat(2000) }), 413],
  ['too large a body in pieces', (at) => posted(at, { body: ['x'.repeat(900), 'x'.repeat(900)] }), 413],
  [
    'PY-92: a foreign Origin without a session',
    () => posted('/messages', { headers: { origin: 'https://evil.example' } }),
    403,
  ],
  ['a foreign Origin', (at) => posted(at, { headers: { ...JSON_TYPE, origin: 'https://evil.example' } }), 403],
  [
    'a GET of a foreign Origin',
    () => ({ method: 'GET', path: '/sse', headers: { origin: 'https://evil.example' } }),
    403,
  ],
  ['a foreign Host', (at) => posted(at, { headers: { ...JSON_TYPE, host: 'evil.example' } }), 421],
  ['a GET of a foreign Host', () => ({ method: 'GET', path: '/sse', headers: { host: 'evil.example' } }), 421],
]

for (const [name, sent, status, message] of refusals) {
  testBoth(`${TRANSPORT}: ${name} is a ${status}, and the stream goes on`, async (_, bound) => {
    const subject = await bound(server, { ...SSE, maxBodyBytes: 1000, allowedHosts: ['localhost', '127.0.0.1'] })
    const client = await openStream(subject)
    const response = await subject.send(sent(client.at))
    assert.equal(response.status, status)
    const text = await response.text()
    if (message) assert.match(text, message)
    await client.send(request('after', 'ping'))
    assert.equal((await client.next()).id, 'after')
    await client.leave()
  })
}

testBoth('a stream that has ended is unknown, and a log line says why that may be', async (_, bound) => {
  const subject = await bound(server, SSE)
  const client = await openStream(subject)
  await client.leave()
  while ((await client.begin(request(1, 'ping')).response).status === 202) await turn()
  assert.equal((await client.begin(request(1, 'ping')).response).status, 404)
  assert.match(subject.log.lines.at(-1)?.message ?? '', /ended or is on another replica/)
})

test('a stream that ends while a message to it comes in is unknown, and the message is not taken', async (t) => {
  const methods: string[] = []
  const noting = server.intercept(({ method }, next) => {
    methods.push(method)
    return next()
  })
  const { runtime } = await open(t, 'fetch', noting, SSE)
  const reader = await SseReader.open(await runtime.fetch(new Request('http://localhost/sse')))
  const pulled = gate()
  const left = gate()
  const body = new ReadableStream({
    pull: async (controller) => {
      pulled.open()
      await left.opened
      controller.enqueue(new TextEncoder().encode(PING))
      controller.close()
    },
  })
  const at = `http://localhost${reader.messagesAt}`
  const sent = { method: 'POST', headers: JSON_TYPE, body, duplex: 'half' } as RequestInit
  const response = runtime.fetch(new Request(at, sent))
  await pulled.opened
  await reader.leave()
  left.open()
  assert.equal((await response).status, 404)
  assert.deepEqual(methods, [])
})

testBoth('without the option, there is nothing at its addresses', async (_, bound) => {
  const { send } = await bound(server)
  assert.equal((await send({ method: 'GET', path: '/sse' })).status, 404)
  assert.equal((await send({ path: '/messages?sessionId=1' })).status, 404)
})

testBoth('Fetch Standard: a page of an allowed origin may open the stream, post, and read', async (_, bound) => {
  const origin = 'https://app.example'
  const subject = await bound(server, { ...SSE, allowedOrigins: [origin] })
  for (const [path, method, allow] of [
    ['/sse', 'GET', 'GET, OPTIONS'],
    ['/messages?sessionId=1', 'POST', 'POST, OPTIONS'],
  ] as const) {
    const preflight = await subject.send({
      method: 'OPTIONS',
      path,
      headers: { origin, 'access-control-request-method': method },
    })
    assert.equal(preflight.status, 204)
    assert.equal(preflight.headers.get('access-control-allow-origin'), origin)
    assert.equal(preflight.headers.get('access-control-allow-methods'), allow)
    assert.equal(preflight.headers.get('allow'), allow)
  }
  const opened = await subject.send({ method: 'GET', path: '/sse', headers: { origin } })
  assert.equal(opened.headers.get('access-control-allow-origin'), origin)
  const reader = await SseReader.open(opened)
  const accepted = await subject.send({
    path: reader.messagesAt,
    headers: { ...JSON_TYPE, origin },
    body: PING,
  })
  assert.deepEqual([accepted.status, accepted.headers.get('access-control-allow-origin')], [202, origin])
  assert.equal((await reader.next()).id, 1)
  await reader.leave()
})

// ---- who calls

const ADA: AuthInfo = { clientId: 'ada', token: 'one', scopes: [] }

test('a stream belongs to who has opened it: to others it is a 404; a new token of the same one will do', async (t) => {
  const log = keepingLogger()
  const runtime = server.bind({ ...SSE, logger: log })
  t.after(() => runtime.close({ drainMs: 1 }))
  let auth: AuthInfo | undefined = ADA
  const port = await serveNode(t, (incoming, response) =>
    runtime.handler(auth ? Object.assign(incoming, { auth }) : incoming, response),
  )
  const get = sendToPort(port, { method: 'GET', path: '/sse' })
  const reader = await SseReader.open(await get.response)
  const post = async (message: unknown): Promise<number> => {
    const sent = { path: reader.messagesAt, headers: JSON_TYPE, body: JSON.stringify(message) }
    return (await sendToPort(port, sent).response).status
  }
  assert.equal(await post(request(0, 'initialize', initializeParams('2025-11-25'))), 202)
  await reader.next()
  auth = { ...ADA, clientId: 'eve' }
  assert.equal(await post(request(1, 'ping')), 404)
  assert.match(log.lines.at(-1)?.message ?? '', /somebody else has opened/)
  auth = undefined
  assert.equal(await post(request(1, 'ping')), 404)
  auth = { ...ADA, token: 'two' }
  assert.equal(await post(call(1, 'where')), 202)
  assert.equal(JSON.parse(textOf(await reader.next()) ?? '').who, 'two')
  get.leave()
})

// ---- the life of a stream

testBoth('silence on a stream is broken by comments, and messages go on', async (_, bound) => {
  const client = await openConversation(await bound(server, { ...SSE, keepAliveMs: 5 }), '2025-11-25')
  while (client.reader.comments < 3) assert.ok(await client.reader.read())
  await client.send(request(1, 'ping'))
  assert.equal((await client.next()).id, 1)
  await client.leave()
})

testBoth('a client that goes away aborts its calls, and nobody else', async (_, bound) => {
  const { server: waiting, next } = create()
  const subject = await bound(waiting, SSE)
  const [one, two] = [await openConversation(subject, '2025-11-25'), await openConversation(subject, '2025-11-25')]
  const begun = next()
  await one.send(call(1, 'obey'))
  const ctx = await begun
  await one.leave()
  assert.equal(await aborted(ctx), 'disconnected')
  await two.send(request(1, 'ping'))
  assert.equal((await two.next()).id, 1)
  await two.leave()
})

testBoth(
  'there are as many streams as sessions.max allows; one more is a 503, until there is room',
  async (_, bound) => {
    const subject = await bound(server, { ...SSE, sessions: { max: 1 } })
    const client = await openStream(subject)
    const refused = await subject.send({ method: 'GET', path: '/sse' })
    assert.deepEqual([refused.status, refused.headers.get('retry-after')], [503, '1'])
    assert.match(await refused.text(), /too many sessions/)
    assert.match(subject.log.lines.at(-1)?.message ?? '', /sessions\.max/)
    await client.leave()
    let response = await subject.send({ method: 'GET', path: '/sse' })
    while (response.status === 503) {
      await turn()
      response = await subject.send({ method: 'GET', path: '/sse' })
    }
    await (await SseReader.open(response)).leave()
  },
)

testBoth(
  'close: what is in flight is answered, answers are heard, nothing new begins, and the streams end',
  async (_, bound) => {
    const { server: waiting, next, released } = create()
    const subject = await bound(waiting, SSE)
    const [client, asked] = [
      await openConversation(subject, '2025-11-25'),
      await openConversation(subject, '2025-11-25'),
    ]
    const begun = next()
    await client.send(call(1, 'hold'))
    await begun
    await asked.send(call(1, 'ask'))
    const question = await asked.next()
    const closed = subject.runtime.close()
    await client.send(call(2, 'add', { a: 1, b: 1 }))
    assert.equal((await client.next()).error.message, 'The server is closing')
    assert.equal((await subject.send({ method: 'GET', path: '/sse' })).status, 503)
    await asked.send({ jsonrpc: '2.0', id: question.id, result: { roots: [] } })
    assert.equal(textOf(await asked.next()), '[]')
    released.open()
    assert.equal(textOf(await client.next()), 'whole')
    assert.deepEqual([await client.next(), await asked.next()], [undefined, undefined])
    await closed
    assert.equal((await client.begin(request(3, 'ping')).response).status, 404)
  },
)

testBoth('close: what does not end in time is aborted, and its answer still comes', async (_, bound) => {
  const { server: waiting, next } = create()
  const subject = await bound(waiting, SSE)
  const client = await openConversation(subject, '2025-11-25')
  const begun = next()
  await client.send(call(1, 'obey'))
  await begun
  const closed = subject.runtime.close({ drainMs: 1 })
  assert.equal(textOf(await client.next()), 'closed')
  assert.equal(await client.next(), undefined)
  await closed
})

testBoth('a client that goes away while the server closes is no trouble', async (_, bound) => {
  const { server: waiting, next, released } = create()
  const subject = await bound(waiting, SSE)
  const client = await openConversation(subject, '2025-11-25')
  const begun = next()
  await client.send(call(1, 'hold'))
  const ctx = await begun
  // It does not obey the abort, so that its last word is waited for.
  const closed = subject.runtime.close({ drainMs: 1 })
  await aborted(ctx)
  await client.leave()
  await turn()
  released.open()
  await closed
})

testBoth('a lifespan starts before the first stream; one that fails to start is a 503', async (_, bound) => {
  const started: string[] = []
  const good = await bound(
    server.lifespan(async () => void started.push('started')),
    SSE,
  )
  await (await openStream(good)).leave()
  assert.deepEqual(started, ['started'])
  const bad = await bound(
    server.lifespan(() => Promise.reject(new Error('no database'))),
    SSE,
  )
  assert.equal((await bad.send({ method: 'GET', path: '/sse' })).status, 503)
  assert.match(bad.log.lines.at(-1)?.message ?? '', /lifespan failed/)
})

test('a client that has gone before its stream could begin leaves nothing behind', async () => {
  const runtime = server.bind({ ...SSE, logger: keepingLogger() })
  const asked = new Request('http://localhost/sse')
  Object.defineProperty(asked, 'signal', { value: AbortSignal.abort() })
  const reader = await SseReader.open(await runtime.fetch(asked))
  const headers = { ...JSON_TYPE }
  const response = await runtime.fetch(
    new Request(`http://localhost${reader.messagesAt}`, { method: 'POST', headers, body: PING }),
  )
  assert.equal(response.status, 404)
  await reader.leave()
  await runtime.close()
})

test('a body that the host has parsed is taken, and one that it has kept is a 500', async (t) => {
  const log = keepingLogger()
  const runtime = server.bind({ ...SSE, logger: log })
  t.after(() => runtime.close({ drainMs: 1 }))
  let keeps = false
  const port = await serveNode(t, async (incoming, response) => {
    if (incoming.method === 'GET') return runtime.handler(incoming, response)
    let text = ''
    for await (const chunk of incoming as unknown as AsyncIterable<Buffer>) text += chunk
    runtime.root(incoming, response, keeps ? undefined : JSON.parse(text))
  })
  const get = sendToPort(port, { method: 'GET', path: '/sse' })
  const reader = await SseReader.open(await get.response)
  const sent = { path: reader.messagesAt, headers: JSON_TYPE, body: PING }
  assert.equal((await sendToPort(port, sent).response).status, 202)
  assert.equal((await reader.next()).id, 1)
  keeps = true
  assert.equal((await sendToPort(port, sent).response).status, 500)
  assert.match(log.lines.at(-1)?.message ?? '', /passed nothing on/)
  get.leave()
})

// ---- slow readers

const LARGE = 'x'.repeat(1024 * 1024)

testBoth(
  'answers wait for a slow reader, in order and in large numbers, and comments do not come between',
  async (_, bound) => {
    const subject = await bound(server, { ...SSE, keepAliveMs: 1 })
    const client = await openConversation(subject, '2025-11-25')
    const ids = Array.from({ length: 12 }, (_item, index) => index)
    await client.send(...ids.map((id) => call(id, 'echo', { text: LARGE })))
    for (const id of ids) {
      const message = await client.next()
      assert.deepEqual([message.id, textOf(message)?.length], [id, LARGE.length])
    }
    await client.leave()
    assert.deepEqual(subject.log.lines, [])
  },
)

testBoth('a slow reader that is told to close reads on up to the end', async (_, bound) => {
  const subject = await bound(server, SSE)
  const client = await openConversation(subject, '2025-11-25')
  const ids = Array.from({ length: 12 }, (_item, index) => index)
  await client.send(...ids.map((id) => call(id, 'echo', { text: LARGE })))
  const closed = subject.runtime.close()
  for (const id of ids) assert.equal((await client.next()).id, id)
  assert.equal(await client.next(), undefined)
  await closed
})

testBoth('a handler waits for a slow reader, and is let go when that goes away', async (_, bound) => {
  const stalled = gate<Context>()
  const ended = gate<string>()
  const flood = createServer({ name: 'flood', version: '1.0.0' }).tool('flood', async (_args, ctx) => {
    for (let step = 1; !ctx.signal.aborted; step += 1) {
      const sent = ctx.progress(step, undefined, LARGE).then(() => true)
      if (!(await Promise.race([sent, turn(false)]))) stalled.open(ctx)
      await sent
    }
    ended.open(ctx.signal.reason.code)
  })
  const client = await openConversation(await bound(flood, SSE), '2025-11-25')
  await client.send(call(1, 'flood'))
  await stalled.opened
  await client.leave()
  assert.equal(await ended.opened, 'disconnected')
})

testBoth('a handler that does not wait fills a bounded buffer; then the stream is broken off', async (_, bound) => {
  const ended = gate<string>()
  const flood = createServer({ name: 'flood', version: '1.0.0' }).tool('flood', async (_args, ctx) => {
    for (let step = 1; step < 500 && !ctx.signal.aborted; step += 1) {
      void ctx.progress(step, undefined, LARGE)
      await turn()
    }
    ended.open(ctx.signal.reason?.code ?? 'never')
  })
  const subject = await bound(flood, SSE)
  const client = await openConversation(subject, '2025-11-25')
  await client.send(call(1, 'flood'))
  assert.equal(await ended.opened, 'disconnected')
  assert.match(subject.log.lines.map(({ message }) => message).join(), /gave up the client/)
  await assert.rejects(async () => {
    while ((await client.next()) !== undefined);
  })
  assert.equal((await client.begin(request(2, 'ping')).response).status, 404)
})

test('listen serves it, and closes it', async () => {
  const running = await server.listen({ port: 0, ...SSE })
  const reader = await SseReader.open(await fetch(new URL('/sse', running.url)))
  const at = new URL(reader.messagesAt, running.url)
  assert.equal((await fetch(at, { method: 'POST', headers: JSON_TYPE, body: PING })).status, 202)
  assert.equal((await reader.next()).id, 1)
  const closed = running.close()
  assert.equal(await reader.next(), undefined)
  await closed
})

test('sessions that are switched off are those of Streamable HTTP alone', async (t) => {
  const client = await openConversation(await open(t, 'fetch', server, { ...SSE, sessions: false }), '2025-11-25')
  await client.send(request(1, 'ping'))
  assert.equal((await client.next()).id, 1)
  await client.leave()
})
