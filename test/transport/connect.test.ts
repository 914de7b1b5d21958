import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import {
  type AuthInfo,
  type BindOptions,
  type Context,
  createMemoryTransports,
  createServer,
  type Transport,
  type TransportReceiver,
} from '../../src/index.ts'
import { ABLE, callsOn, returned, textOf } from '../support/answering.ts'
import { envelope, initializeParams, keepingLogger, request, VERSIONS, type Version } from '../support/messages.ts'
import { callerOn } from '../support/transports.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A server with calls that a test holds in its hand. */
const createHeld = () => {
  const begun: ((ctx: Context) => void)[] = []
  const finish: { call?: (text: string) => void } = {}
  const server = createServer({ name: 'held', version: '1.0.0' })
    .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
    .tool('who', (_, { auth, http }) => ({ clientId: auth?.clientId, http: typeof http }))
    .tool('ask', async (_, ctx) => JSON.stringify(await ctx.roots()))
    .tool('hold', (_, ctx) => {
      begun.shift()?.(ctx)
      return new Promise<string>((resolve) => {
        finish.call = resolve
      })
    })
    .tool('obey', (_, ctx) => {
      const { signal } = ctx
      begun.shift()?.(ctx)
      return new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve(signal.reason.code)))
    })
    .tool('steps', v.object({ count: v.number(), length: v.number() }), async ({ count, length }, ctx) => {
      const waits: (Promise<void> | undefined)[] = []
      for (let step = 1; step <= count; step += 1) waits.push(ctx.progress(step, count, 'x'.repeat(length)))
      begun.shift()?.(ctx)
      await Promise.all(waits)
      return ctx.signal.aborted ? 'aborted' : 'told'
    })
  return { server, finish, next: (): Promise<Context> => new Promise((resolve) => begun.push(resolve)) }
}

const serve = (t: TestContext, options: BindOptions = {}, auth?: AuthInfo) => {
  const { server, ...held } = createHeld()
  const log = keepingLogger()
  const runtime = server.bind({ logger: log, ...options })
  t.after(() => runtime.close({ drainMs: 1 }))
  const connect = async () => {
    const [near, far] = createMemoryTransports()
    const over = runtime.connect(far, auth ? { auth } : {})
    return { ...(await callerOn(near)), over }
  }
  return { ...held, runtime, connect, log }
}

/** Lets the mocked time pass until something has settled. */
const advance = async (t: TestContext, awaited: Promise<void>): Promise<void> => {
  let isSettled = false
  void awaited.finally(() => {
    isSettled = true
  })
  while (!isSettled) {
    await turn()
    t.mock.timers.tick(1_000)
  }
}

const call = (id: number | string, name: string, args: object = {}, meta: object = {}) =>
  request('2026-07-28', id, 'tools/call', { name, arguments: args, _meta: meta })

const open = async (caller: Awaited<ReturnType<typeof callerOn>>, version: Version): Promise<void> => {
  if (version === '2026-07-28') return
  caller.send(request(version, 'open', 'initialize', { ...initializeParams(version), capabilities: ABLE }))
  assert.equal((await caller.next()).result.protocolVersion, version)
}

for (const version of VERSIONS) {
  test(`${version} over a transport: calls, questions and progress; the client ends it`, async (t) => {
    const { connect } = serve(t, {}, { token: 't', clientId: 'me', scopes: [] })
    const caller = await connect()
    await open(caller, version)
    const ask = callsOn(caller, version, ABLE)
    assert.equal(textOf(await ask('tools/call', { name: 'add', arguments: { a: 1, b: 2 } })), '3')
    const roots = [{ uri: 'file:///work' }]
    assert.deepEqual(returned(await ask('tools/call', { name: 'ask' }, () => ({ roots }))), roots)
    assert.deepEqual(returned(await ask('tools/call', { name: 'who' })), { clientId: 'me', http: 'undefined' })
    const _meta = { progressToken: 1 }
    const told = await ask('tools/call', { name: 'steps', arguments: { count: 3, length: 1 }, _meta })
    assert.deepEqual(
      told.notifications.map(({ params }) => params.progress),
      [1, 2, 3],
    )
    await caller.transport.close()
    assert.equal(await caller.over, undefined)
    assert.equal(await caller.closed, undefined)
  })
}

test('what one side changes of what it sent or got never changes what the other side has', async (t) => {
  const kept: { list: number[] }[] = []
  const result = { list: [0] }
  const server = createServer({ name: 'apart', version: '1.0.0' }).tool(
    'keep',
    v.object({ list: v.array(v.number()) }),
    (args) => {
      kept.push(args)
      return result
    },
  )
  const runtime = server.bind()
  t.after(() => runtime.close())
  const [near, far] = createMemoryTransports()
  void runtime.connect(far)
  const caller = await callerOn(near)
  const args = { list: [1] }
  caller.send(call(1, 'keep', args))
  args.list.push(2)
  const first = await caller.next()
  first.result.structuredContent.list.push(3)
  caller.send(call(2, 'keep', args))
  assert.deepEqual((await caller.next()).result.structuredContent, { list: [0] })
  assert.deepEqual(kept, [{ list: [1] }, { list: [1, 2] }])
  assert.deepEqual(result, { list: [0] })
})

test('what is no JSON, or nests too deep, is answered with -32700, and the connection goes on', async (t) => {
  const { connect } = serve(t)
  const caller = await connect()
  for (const text of ['{', '['.repeat(300) + ']'.repeat(300)]) {
    caller.transport.send(text)
    assert.equal((await caller.next()).error.code, -32700)
  }
  caller.send(call(1, 'add', { a: 1, b: 1 }))
  assert.equal((await caller.next()).id, 1)
})

test('every transport is a conversation of its own', async (t) => {
  const { connect } = serve(t)
  const [one, two] = [await connect(), await connect()]
  await open(one, '2024-11-05')
  await open(two, '2025-11-25')
  one.send(request('2024-11-05', 1, 'ping'))
  two.send(request('2025-11-25', 1, 'ping'))
  assert.deepEqual([(await one.next()).id, (await two.next()).id], [1, 1])
})

test('a client that closes aborts what it has in flight, and nobody else', async (t) => {
  const { connect, next } = serve(t)
  const [one, two] = [await connect(), await connect()]
  const begun = next()
  one.send(call(1, 'obey'))
  const { signal } = await begun
  await one.transport.close()
  await one.over
  assert.equal(signal.reason.code, 'disconnected')
  two.send(call(1, 'add', { a: 1, b: 1 }))
  assert.equal((await two.next()).id, 1)
  assert.equal(one.inbox.size, 0)
})

// ---- the end of the server

test('runtime.close: answers what is in flight, begins nothing new, hears answers, and closes', async (t) => {
  const { runtime, connect, finish, next } = serve(t)
  const [caller, asked] = [await connect(), await connect()]
  await open(asked, '2025-11-25')
  asked.send(request('2025-11-25', 1, 'tools/call', { name: 'ask' }))
  const question = await asked.next()
  const begun = next()
  caller.send(call(1, 'hold'))
  await begun
  const closed = runtime.close()
  caller.send(call(2, 'add', { a: 1, b: 1 }))
  assert.deepEqual((await caller.next()).error, { code: -32603, message: 'The server is closing' })
  asked.send({ jsonrpc: '2.0', id: question.id, result: { roots: [] } })
  assert.equal((await asked.next()).result.content[0].text, '[]')
  finish.call?.('late but here')
  assert.equal((await caller.next()).result.content[0].text, 'late but here')
  await closed
  await Promise.all([caller.over, asked.over, caller.closed, asked.closed])
})

test('runtime.close: what was aborted is answered before the end, and what does not obey is left behind', async (t) => {
  const { runtime, connect, next } = serve(t)
  const caller = await connect()
  const begun = [next(), next()]
  caller.send(call(1, 'obey'), call(2, 'hold'))
  await Promise.all(begun)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const closed = runtime.close({ drainMs: 5 })
  t.mock.timers.tick(5)
  assert.equal((await caller.next()).result.content[0].text, 'closed')
  await advance(t, closed)
  assert.equal(await caller.closed, undefined)
})

test('a runtime that is closed closes a transport at once', async (t) => {
  const { runtime, connect } = serve(t)
  await runtime.close()
  const caller = await connect()
  await caller.over
  assert.equal(await caller.closed, undefined)
})

test('a runtime that is closed while it starts closes a transport at once', async () => {
  let start: () => void = () => undefined
  const starting = new Promise<void>((resolve) => {
    start = resolve
  })
  const runtime = createServer({ name: 'slow', version: '1.0.0' })
    .lifespan(() => starting)
    .tool('one', () => 1)
    .bind()
  const [near, far] = createMemoryTransports()
  const over = runtime.connect(far)
  const closed = runtime.close()
  start()
  await Promise.all([over, closed])
  await (await callerOn(near)).closed
})

test('a lifespan starts before the first message, and fails connect with its own error', async () => {
  const problem = new Error('the database is on holiday')
  const runtime = createServer({ name: 'bad', version: '1.0.0' })
    .lifespan(() => Promise.reject(problem))
    .tool('one', () => 1)
    .bind()
  const [near, far] = createMemoryTransports()
  near.send('{}')
  await assert.rejects(runtime.connect(far), problem)
  const caller = await callerOn(near)
  assert.equal(await caller.closed, problem)
  assert.equal(caller.inbox.size, 0)
})

test('a transport that does not close keeps neither a failed start nor a closed runtime', async (t) => {
  const problem = new Error('the database is on holiday')
  const log = keepingLogger()
  const runtime = createServer({ name: 'bad', version: '1.0.0' })
    .lifespan(() => Promise.reject(problem))
    .tool('one', () => 1)
    .bind({ logger: log })
  const closes = [() => new Promise<void>(() => undefined), () => Promise.reject(new Error('stuck'))]
  t.mock.timers.enable({ apis: ['setTimeout'] })
  for (const close of closes) {
    const rejected = assert.rejects(runtime.connect(byHand({ close }).transport), problem)
    await advance(t, rejected)
  }
  await runtime.close()
  for (const close of closes) await advance(t, runtime.connect(byHand({ close }).transport))
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    Array.from({ length: 2 }, () => 'a transport failed to close:'),
  )
})

test('connect says what it takes', async (t) => {
  const { runtime } = serve(t)
  const odd = (value: unknown): never => value as never
  for (const value of [undefined, {}, { start: () => undefined, send: () => undefined }, () => undefined]) {
    await assert.rejects(runtime.connect(odd(value)), {
      name: 'DefinitionError',
      message: 'connect: pass a transport, an object with start, send and close',
    })
  }
  const [transport] = createMemoryTransports()
  await assert.rejects(runtime.connect(transport, odd({ user: 1 })), {
    name: 'DefinitionError',
    message: 'connect: there is no option "user". The options are auth',
  })
})

// ---- transports of all kinds

/** A transport in the hands of a test: what was sent over it, and how it was closed. */
const byHand = (parts: Partial<Transport> = {}) => {
  const sent: string[] = []
  const closes: (Error | undefined)[] = []
  const held: { receiver?: TransportReceiver } = {}
  const transport: Transport = {
    start: (receiver) => {
      held.receiver = receiver
    },
    send: (text) => {
      sent.push(text)
      return undefined
    },
    close: (error) => void closes.push(error),
    ...parts,
  }
  return { transport, sent, closes, receiver: () => held.receiver as TransportReceiver }
}

const started = async (t: TestContext, parts: Partial<Transport> = {}) => {
  const served = serve(t)
  const hand = byHand(parts)
  const over = served.runtime.connect(hand.transport)
  await turn()
  const receive = (message: unknown): void | Promise<void> => hand.receiver().message(JSON.stringify(message))
  return { ...served, ...hand, over, receive }
}

test('a client that has said all gets its answers, what was asked of it is given up, and then it is closed', async (t) => {
  const { receiver, receive, finish, over, sent, closes } = await started(t)
  receive(request('2025-11-25', 0, 'initialize', { ...initializeParams('2025-11-25'), capabilities: ABLE }))
  receive(request('2025-11-25', 1, 'tools/call', { name: 'hold' }))
  receive(request('2025-11-25', 2, 'tools/call', { name: 'ask' }))
  await turn()
  receiver().ended()
  await turn()
  assert.deepEqual(closes, [])
  finish.call?.('whole')
  await over
  const replies = sent.map((text) => JSON.parse(text))
  assert.equal(replies.find(({ id }) => id === 2).result.isError, true)
  assert.equal(replies.at(-1).result.content[0].text, 'whole')
  assert.deepEqual(closes, [undefined])
})

test('what is no text is answered with what is wrong with it', async (t) => {
  const { receiver, sent } = await started(t)
  receiver().malformed('a line is not UTF-8')
  assert.deepEqual(
    sent.map((text) => JSON.parse(text).error),
    [{ code: -32700, message: 'Parse error: a line is not UTF-8' }],
  )
})

test('after the end, nothing is sent, and nothing that comes is taken', async (t) => {
  const { receiver, receive, sent, finish, over, closes } = await started(t)
  receive(call(1, 'hold'))
  await turn()
  receiver().closed(new Error('lost'))
  receiver().closed()
  await over
  receive(call(2, 'add', { a: 1, b: 1 }))
  receiver().malformed('late')
  finish.call?.('late')
  await turn()
  assert.deepEqual([sent, closes], [[], []])
})

test('a transport that does not start fails connect with its own error', async (t) => {
  const problem = new Error('no cable')
  const { runtime } = serve(t)
  const starts: readonly Transport['start'][] = [
    () => Promise.reject(problem),
    () => {
      throw problem
    },
  ]
  for (const start of starts) await assert.rejects(runtime.connect(byHand({ start }).transport), problem)
})

for (const [name, send, message] of [
  [
    'throws',
    () => {
      throw new Error('cut')
    },
    'cut',
  ],
  ['rejects', () => Promise.reject('cut by half'), 'cut by half'],
] as const) {
  test(`a transport whose send ${name} is closed with that, and a log line says so`, async (t) => {
    const { receive, over, closes, log, next } = await started(t, { send })
    const begun = next()
    receive(call(1, 'obey'))
    const { signal } = await begun
    receive(call(2, 'add', { a: 1, b: 1 }))
    await over
    await turn()
    assert.equal(signal.reason.code, 'disconnected')
    assert.deepEqual(closes, [new Error(message)])
    assert.deepEqual(
      log.lines.map(({ level, message: line }) => [level, line]),
      [['warn', 'a transport failed to send:']],
    )
  })
}

test('a transport whose sends fail one after the other is said to have failed once', async (t) => {
  const { receive, over, log } = await started(t, { send: () => Promise.reject(new Error('cut')) })
  receive(call(1, 'add', { a: 1, b: 1 }))
  receive(call(2, 'add', { a: 1, b: 1 }))
  await over
  await turn()
  assert.equal(log.lines.length, 1)
})

test('a transport that fails to close is over all the same', async (t) => {
  const { runtime, over, log } = await started(t, { close: () => Promise.reject(new Error('stuck')) })
  await runtime.close()
  await over
  assert.deepEqual(
    log.lines.map(({ level, message }) => [level, message]),
    [['warn', 'a transport failed to close:']],
  )
})

test('a transport that never closes does not keep the runtime', async (t) => {
  const { runtime, over } = await started(t, { close: () => new Promise(() => undefined) })
  t.mock.timers.enable({ apis: ['setTimeout'] })
  await advance(t, runtime.close())
  await over
})

// ---- slow readers

/** A transport that is slow whenever a test says so. */
const slowly = () => {
  const waits: (() => void)[] = []
  const sent: string[] = []
  const send = (text: string): Promise<void> => {
    sent.push(text)
    return new Promise((resolve) => waits.push(resolve))
  }
  return { send, sent, waits }
}

const told = (count: number, length: number) => call(1, 'steps', { count, length }, { progressToken: 1 })

test('while the reader is slow, handlers wait, and so does what comes in', async (t) => {
  const { send, sent, waits } = slowly()
  const { receive, over, receiver, next } = await started(t, { send })
  const begun = next()
  receive(told(3, 1))
  await begun
  let held = true
  void Promise.resolve(receive(call(2, 'add', { a: 1, b: 1 }))).then(() => {
    held = false
  })
  await turn()
  assert.equal(sent.length, 4)
  // Room is only where the last text has found some.
  for (const settle of waits.splice(0, 3)) settle()
  await turn()
  assert.deepEqual([held, sent.length], [true, 4])
  for (const settle of waits.splice(0)) settle()
  await turn()
  assert.deepEqual([held, sent.length], [false, 5])
  assert.match(sent[4] ?? '', /"told"/)
  waits.splice(0)[0]?.()
  await turn()
  assert.equal(receive({ jsonrpc: '2.0', method: 'notifications/initialized' }), undefined)
  receiver().closed()
  await over
})

test('who waits for a slow reader is let go when it has gone', async (t) => {
  const { send } = slowly()
  const { receive, receiver, over, next } = await started(t, { send })
  const begun = next()
  receive(told(3, 1))
  const { signal } = await begun
  const held = receive(call(2, 'add', { a: 1, b: 1 }))
  receiver().closed()
  await Promise.all([held, over])
  assert.equal(signal.reason.code, 'disconnected')
})

test('what waits is bounded: a reader that takes nothing is given up, and a log line says so', async (t) => {
  const { send, sent } = slowly()
  const { receive, over, closes, log, next } = await started(t, { send })
  const begun = next()
  receive(told(100, 100_000))
  const { signal } = await begun
  await over
  await turn()
  assert.equal(signal.reason.code, 'disconnected')
  // The first text may be of any size: some forty more fill 4 MiB.
  assert.equal(sent.length, 42)
  assert.equal(closes[0]?.message, 'the reader does not keep up')
  assert.deepEqual(
    log.lines.map(({ level, message }) => [level, message]),
    [['warn', 'gave up the client: it does not read what it is sent']],
  )
})

test('answers may wait in larger numbers, since they were asked for', async (t) => {
  const { send, sent } = slowly()
  const { receive, over, runtime } = await started(t, { send })
  const text = 'x'.repeat(1024 * 1024)
  for (let id = 1; id <= 60; id += 1) receive({ ...call(id, 'nothing'), method: text })
  await turn()
  assert.equal(sent.length, 60)
  for (let id = 61; id <= 70; id += 1) receive({ ...call(id, 'nothing'), method: text })
  await over
  assert.ok(sent.length < 70)
  await runtime.close()
})

test('2026-07-28 Subscriptions: a listener over a transport hears of changes, and of the end', async (t) => {
  const { runtime, connect } = serve(t)
  const caller = await connect()
  const params = { notifications: { toolsListChanged: true }, _meta: envelope() }
  caller.send({ jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params })
  const methods: unknown[] = [((await caller.next()) as { method?: string }).method]
  runtime.notify.toolsChanged()
  methods.push(((await caller.next()) as { method?: string }).method)
  const closed = runtime.close()
  assert.deepEqual(methods, ['notifications/subscriptions/acknowledged', 'notifications/tools/list_changed'])
  await closed
  assert.equal(await caller.closed, undefined)
})
