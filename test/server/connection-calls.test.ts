import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { AbortedError, createServer, McpError } from '../../src/index.ts'
import { LOGGING_LEVELS } from '../../src/model/types.ts'
import { assertKnown } from '../protocol/known.ts'
import { connect, opened } from '../support/connection.ts'
import { isStateless, type Params, type Reply, request, VERSIONS, type Version } from '../support/messages.ts'

const LOG_LEVEL = 'io.modelcontextprotocol/logLevel'

/** A promise, and what settles it. */
const gate = () => {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

const aborted = (signal: AbortSignal): Promise<AbortedError> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason)
    else signal.addEventListener('abort', () => resolve(signal.reason))
  })

const cancelled = (params?: unknown) => ({ jsonrpc: '2.0', method: 'notifications/cancelled', params })

/** A server whose tools run until they are let go, and that remembers why they were aborted. */
const waiting = () => {
  const gates = new Map<unknown, ReturnType<typeof gate>>()
  const reasons = new Map<unknown, unknown>()
  const finished: unknown[] = []
  const gateOf = (id: unknown) => {
    const known = gates.get(id) ?? gate()
    gates.set(id, known)
    return known
  }
  const server = createServer({ name: 'waiting', version: '1' })
    .tool('wait', async (_args, ctx) => {
      void aborted(ctx.signal).then((reason) => reasons.set(ctx.requestId, reason))
      await gateOf(ctx.requestId).opened
      await ctx.progress(1)
      await ctx.log.emergency('late')
      finished.push(ctx.requestId)
      return 'done'
    })
    .tool('obey', async (_args, ctx) => {
      const reason = await aborted(ctx.signal)
      reasons.set(ctx.requestId, reason)
      throw reason
    })
    .resource('wait://here', async (_args, ctx) => {
      reasons.set(ctx.requestId, await aborted(ctx.signal))
      throw new Error('too late')
    })
    .prompt('wait', async (_args, ctx) => {
      reasons.set(ctx.requestId, await aborted(ctx.signal))
      return 'too late'
    })
  return { server, reasons, finished, letGo: (id: unknown) => gateOf(id).open() }
}

const META = { progressToken: 'p', [LOG_LEVEL]: 'debug' }

const call = (version: Version, id: string | number, name: string, more: Params = {}) =>
  request(version, id, 'tools/call', { name, _meta: META, ...more })

// Ids

for (const version of VERSIONS) {
  test(`${version} Requests: an answer has the id of its request, whatever it looks like (TS-43, PY-10)`, async () => {
    const { server } = waiting()
    const { ask } = await opened(server, version)
    for (const id of [0, -1, Number.MAX_SAFE_INTEGER, '', '0', ' ', 'ü\n"', '__proto__', 'x'.repeat(10_000)]) {
      const reply = await ask(request(version, id, 'tools/list'))
      assert.equal(reply.id, id)
      assert.equal(reply.error, undefined)
      assertKnown(version, 'tools/list', reply)
    }
  })

  test(`${version} Requests: an id is not used again while its request is in flight (PY-13)`, async () => {
    const { server, letGo, finished } = waiting()
    const { send, ask, next } = await opened(server, version)
    send(call(version, 7, 'wait'))
    const twin = await ask(request(version, 7, 'tools/list'))
    assert.deepEqual([twin.id, twin.error.code], [7, -32600])
    assertKnown(version, 'tools/list', twin)
    letGo(7)
    const messages = [await next(), await next(), await next()]
    assert.equal(messages[2]?.result.content[0].text, 'done')
    assert.deepEqual(finished, [7])
    assert.equal((await ask(request(version, 7, 'tools/list'))).error, undefined)
  })
}

test('PY-11 ids of different types are different ids', async () => {
  const { server, letGo } = waiting()
  const { send, next, inbox } = await opened(server, '2025-11-25')
  const plain = (id: string | number) => request('2025-11-25', id, 'tools/call', { name: 'wait' })
  send(plain('7'), plain(7), plain(0), plain(''))
  send(request('2025-11-25', 1, 'logging/setLevel', { level: 'emergency' }))
  assert.equal((await next()).id, 1)
  const ids: unknown[] = []
  for (const id of [7, '', '7', 0]) {
    letGo(id)
    const log = await next()
    assert.equal(log.id, undefined)
    ids.push((await next()).id)
  }
  assert.deepEqual(ids, [7, '', '7', 0])
  assert.equal(inbox.size, 0)
})

test('requests are answered as they are ready, not as they came', async () => {
  const { server, letGo } = waiting()
  const { send, next } = await opened(server, '2026-07-28')
  const plain = (id: number) => request('2026-07-28', id, 'tools/call', { name: 'wait' })
  send(plain(1), plain(2), request('2026-07-28', 3, 'tools/list'))
  assert.equal((await next()).id, 3)
  letGo(2)
  assert.equal((await next()).id, 2)
  letGo(1)
  assert.equal((await next()).id, 1)
})

// Cancellation

for (const version of VERSIONS) {
  test(`${version} Cancellation: aborts with the client’s reason, and is never answered (PY-1)`, async () => {
    const { server, reasons, finished, letGo } = waiting()
    const { send, ask, connection } = await opened(server, version)
    send(call(version, 5, 'wait'), cancelled({ requestId: 5, reason: 'changed my mind' }))
    letGo(5)
    await connection.drained()
    assert.deepEqual(finished, [5])
    const reason = reasons.get(5)
    assert.ok(reason instanceof AbortedError)
    assert.equal(reason.code, 'cancelled')
    assert.match(reason.message, /changed my mind/)
    const after = await ask(request(version, 6, 'tools/list'))
    assert.equal(after.id, 6)
  })

  test(`${version} Cancellation: ids 0 and "" can be cancelled (TS-43)`, async () => {
    const { server, reasons } = waiting()
    const { send, ask, connection } = await opened(server, version)
    send(call(version, 0, 'obey'), call(version, '', 'obey'))
    send(cancelled({ requestId: 0 }), cancelled({ requestId: '' }))
    await connection.drained()
    assert.deepEqual([...reasons.keys()], [0, ''])
    assert.equal((await ask(request(version, 6, 'tools/list'))).id, 6)
  })
}

test('Cancellation: resources and prompts are cancelled like tools, and what they throw is logged (PY-1)', async () => {
  const { server, reasons } = waiting()
  const { send, ask, connection, logger } = await opened(server, '2026-07-28')
  send(
    request('2026-07-28', 1, 'resources/read', { uri: 'wait://here' }),
    request('2026-07-28', 2, 'prompts/get', { name: 'wait' }),
    cancelled({ requestId: 1 }),
    cancelled({ requestId: 2, reason: 5 }),
  )
  await connection.drained()
  assert.deepEqual(
    [...reasons].map(([id, reason]) => [id, (reason as AbortedError).code, (reason as AbortedError).message]),
    [
      [1, 'cancelled', 'cancelled by the client'],
      [2, 'cancelled', 'cancelled by the client'],
    ],
  )
  assert.equal(logger.lines.length, 1)
  assert.match(String(logger.lines[0]?.details[0]), /too late/)
  assert.equal((await ask(request('2026-07-28', 3, 'tools/list'))).id, 3)
})

test('2026-07-28 Cancellation, Error Handling: unknown, finished and malformed cancellations are ignored', async () => {
  const { server, letGo } = waiting()
  const { send, ask, next } = await opened(server, '2026-07-28')
  send(request('2026-07-28', 1, 'tools/call', { name: 'wait' }))
  assert.equal((await ask(request('2026-07-28', 2, 'tools/list'))).id, 2)
  for (const params of [
    undefined,
    null,
    [],
    [1],
    '1',
    {},
    { requestId: '1' },
    { requestId: true },
    { requestId: null },
    { requestId: [1] },
    { requestId: { id: 1 } },
    { request_id: 1 },
    { requestId: 2 },
    { requestId: 99 },
  ]) {
    send(cancelled(params))
  }
  letGo(1)
  const reply = await next()
  assert.equal(reply.id, 1)
  assert.equal(reply.result.content[0].text, 'done')
  send(cancelled({ requestId: 1 }))
  assert.equal((await ask(request('2026-07-28', 1, 'tools/list'))).id, 1)
})

test('2025-11-25 Cancellation: initialize is not cancelled', async () => {
  const { server } = waiting()
  const slow = server.intercept(async (_message, next) => {
    await null
    return next()
  })
  const { send, next } = connect(slow)
  send(
    request('2025-11-25', 1, 'initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'a' },
    }),
  )
  send(cancelled({ requestId: 1 }))
  assert.equal((await next()).result.protocolVersion, '2025-11-25')
})

test('PY-14 an interceptor sees every cancellation, and may keep it from taking effect', async () => {
  const seen: unknown[] = []
  const { server, letGo } = waiting()
  const shielded = server.intercept(({ method, params, id }, next) => {
    if (method !== 'notifications/cancelled') return next()
    seen.push([params?.['requestId'], id])
    if (params?.['requestId'] === 1) throw new McpError(-32000, 'no')
    return next()
  })
  const { send, next } = await opened(shielded, '2026-07-28')
  send(
    request('2026-07-28', 1, 'tools/call', { name: 'wait' }),
    request('2026-07-28', 2, 'tools/call', { name: 'wait' }),
    cancelled({ requestId: 1 }),
    cancelled({ requestId: 2 }),
    cancelled({ requestId: 'unknown' }),
  )
  for (const id of [2, 1]) letGo(id)
  assert.equal((await next()).id, 1)
  assert.deepEqual(seen, [
    [1, undefined],
    [2, undefined],
    ['unknown', undefined],
  ])
})

// Timeouts

test('a tool that takes too long is a result with isError, and nothing is sent afterwards', async () => {
  const seen: unknown[] = []
  const { open, opened: late } = gate()
  const done = gate()
  const server = createServer({ name: 'slow', version: '1' }).tool('slow', { timeoutMs: 1 }, async (_args, ctx) => {
    const reason = await aborted(ctx.signal)
    seen.push(reason.code, reason.message)
    await late
    await ctx.progress(1)
    await ctx.log.emergency('late')
    done.open()
    return 'late'
  })
  for (const version of VERSIONS) {
    const { send, ask, connection } = await opened(server, version)
    const { id, result } = await ask(call(version, 1, 'slow'))
    assert.deepEqual([id, result.isError], [1, true])
    assert.equal(result.content[0].text, 'slow: timed out after 1 ms')
    await connection.drained()
    send(cancelled({ requestId: 1 }))
    open()
    await done.opened
    assert.equal((await ask(request(version, 2, 'tools/list'))).id, 2)
  }
  assert.deepEqual(seen.slice(0, 2), ['timeout', 'timed out after 1 ms'])
})

test('timeoutMs of the runtime holds for resources and prompts too: -32603', async () => {
  const { server, reasons } = waiting()
  const { ask } = await opened(server, '2025-11-25', { timeoutMs: 1 })
  for (const [id, method, params] of [
    [1, 'resources/read', { uri: 'wait://here' }],
    [2, 'prompts/get', { name: 'wait' }],
  ] as const) {
    const { error } = await ask(request('2025-11-25', id, method, params))
    assert.deepEqual(error, { code: -32603, message: 'timed out after 1 ms' })
    assert.equal((reasons.get(id) as AbortedError).code, 'timeout')
  }
})

// The end

test('TS-46 a client that goes away aborts everything in flight, and nothing is sent', async () => {
  const { server, reasons, letGo, finished } = waiting()
  const { send, connection, inbox } = await opened(server, '2025-11-25')
  send(call('2025-11-25', 1, 'wait'), call('2025-11-25', 2, 'obey'))
  connection.disconnect()
  letGo(1)
  await connection.drained()
  assert.deepEqual(finished, [1])
  assert.deepEqual([...reasons].map(([id, reason]) => [id, (reason as AbortedError).code]).sort(), [
    [1, 'disconnected'],
    [2, 'disconnected'],
  ])
  assert.equal(inbox.size, 0)
})

test('closing the runtime waits for what is in flight', async () => {
  const { server, letGo } = waiting()
  const { send, next, runtime } = await opened(server, '2026-07-28')
  send(request('2026-07-28', 1, 'tools/call', { name: 'wait' }))
  const closed = runtime.close()
  letGo(1)
  await closed
  assert.equal((await next()).result.content[0].text, 'done')
})

test('closing the runtime aborts what does not end in time, and lets it have its say', async () => {
  const { server, reasons } = waiting()
  const { send, next, runtime, connection } = await opened(server, '2026-07-28')
  send(request('2026-07-28', 1, 'tools/call', { name: 'obey' }))
  await runtime.close(0)
  const { result } = await next()
  assert.deepEqual([result.isError, result.content[0].text], [true, 'obey: the server is closing'])
  assert.equal((reasons.get(1) as AbortedError).code, 'closed')
  await connection.drained()
})

test('drained settles at once where nothing waits for an answer', async () => {
  const { server } = waiting()
  const { ask, connection } = await opened(server, '2026-07-28')
  await connection.drained()
  await ask(request('2026-07-28', 1, 'tools/list'))
  await connection.drained()
})

// Progress

const reporter = createServer({ name: 'reporter', version: '1' }).tool(
  'report',
  v.object({ steps: v.array(v.any()) }),
  async ({ steps }, ctx) => {
    for (const [done, total, message] of steps) await ctx.progress(done, total, message)
    return 'reported'
  },
)

const report = async (version: Version, steps: readonly unknown[], meta: Params): Promise<readonly unknown[]> => {
  const { send, next } = await opened(reporter, version)
  send(request(version, 'r', 'tools/call', { name: 'report', arguments: { steps }, _meta: meta }))
  const params: unknown[] = []
  for (;;) {
    const message = (await next()) as Reply & { readonly params?: unknown }
    assertKnown(version, 'tools/call', message)
    if (message.id !== undefined) return params
    params.push(message.params)
  }
}

for (const version of VERSIONS) {
  test(`${version} Progress: with a token it is sent, as the revision knows it`, async () => {
    for (const progressToken of [0, '', 'p', -1]) {
      const message = version === '2024-11-05' ? {} : { message: 'half' }
      assert.deepEqual(await report(version, [[1, 2, 'half'], [1.5], [2, 2]], { progressToken }), [
        { progressToken, progress: 1, total: 2, ...message },
        { progressToken, progress: 1.5 },
        { progressToken, progress: 2, total: 2 },
      ])
    }
  })

  test(`${version} Progress: without a token, or with one that is none, nothing is sent (PY-12)`, async () => {
    for (const meta of [{}, ...[true, null, 1.5, {}, ['p']].map((progressToken) => ({ progressToken }))]) {
      assert.deepEqual(await report(version, [[1], [2]], meta), [])
    }
  })
}

test('2026-07-28 Progress: the value increases with each notification', async () => {
  const sent = await report('2026-07-28', [[-1], [0], [0], [-5], [2], [1], [null], ['3'], [2.5]], { progressToken: 1 })
  assert.deepEqual(
    sent.map((params) => (params as { progress: unknown }).progress),
    [-1, 0, 2, 2.5],
  )
})

test('2026-07-28 Progress: stops after completion (PY-21)', async () => {
  let late: () => Promise<void> = async () => undefined
  const server = createServer({ name: 'late', version: '1' }).tool('leave', (_args, ctx) => {
    late = async () => {
      await ctx.progress(1)
      await ctx.log.emergency('late')
    }
    return 'left'
  })
  for (const version of VERSIONS) {
    const { ask, inbox } = await opened(server, version)
    assert.equal((await ask(call(version, 1, 'leave'))).id, 1)
    await late()
    assert.equal(inbox.size, 0)
  }
})

// Log messages

const logger = createServer({ name: 'logger', version: '1' }).tool('log', async (_args, ctx) => {
  for (const level of LOGGING_LEVELS) await ctx.log[level](level)
  return 'logged'
})

const logged = async (
  { send, next }: Awaited<ReturnType<typeof opened>>,
  version: Version,
  meta: Params = {},
): Promise<readonly unknown[]> => {
  send(request(version, 'l', 'tools/call', { name: 'log', _meta: meta }))
  const levels: unknown[] = []
  for (;;) {
    const message = (await next()) as Reply & { readonly params?: { readonly level: string; readonly data: string } }
    assertKnown(version, 'tools/call', message)
    if (message.id !== undefined) return levels
    assert.equal(message.params?.level, message.params?.data)
    levels.push(message.params?.level)
  }
}

for (const version of VERSIONS.filter((one) => !isStateless(one))) {
  test(`${version} Logging: from info on, until the client sets a level`, async () => {
    const connected = await opened(logger, version)
    assert.deepEqual(await logged(connected, version), LOGGING_LEVELS.slice(1))
    for (const [index, level] of LOGGING_LEVELS.entries()) {
      assert.deepEqual((await connected.ask(request(version, 1, 'logging/setLevel', { level }))).result, {})
      assert.deepEqual(await logged(connected, version), LOGGING_LEVELS.slice(index))
    }
  })

  test(`${version} Logging, Error Handling: a level that does not exist is -32602, and changes nothing`, async () => {
    const connected = await opened(logger, version)
    await connected.ask(request(version, 1, 'logging/setLevel', { level: 'critical' }))
    for (const params of [{}, { level: 'loud' }, { level: 5 }, { level: 'constructor' }, { level: 'DEBUG' }]) {
      const reply = await connected.ask(request(version, 2, 'logging/setLevel', params))
      assert.equal(reply.error.code, -32602)
      assertKnown(version, 'logging/setLevel', reply)
    }
    assert.deepEqual(await logged(connected, version), ['critical', 'alert', 'emergency'])
  })

  test(`${version} Logging: the level of another request’s metadata means nothing here`, async () => {
    const connected = await opened(logger, version)
    assert.deepEqual(await logged(connected, version, { [LOG_LEVEL]: 'emergency' }), LOGGING_LEVELS.slice(1))
  })
}

test('2026-07-28 Per-request log level: without one, nothing is sent', async () => {
  const connected = await opened(logger, '2026-07-28')
  assert.deepEqual(await logged(connected, '2026-07-28'), [])
  for (const [index, level] of LOGGING_LEVELS.entries()) {
    assert.deepEqual(await logged(connected, '2026-07-28', { [LOG_LEVEL]: level }), LOGGING_LEVELS.slice(index))
    assert.deepEqual(await logged(connected, '2026-07-28'), [])
  }
})

test('2026-07-28 Per-request log level: neither logging/setLevel nor a notification opts in (PY-43)', async () => {
  const connected = await opened(logger, '2025-11-25')
  await connected.ask(request('2025-11-25', 1, 'logging/setLevel', { level: 'debug' }))
  connected.send({ jsonrpc: '2.0', method: 'notifications/x', params: { _meta: { [LOG_LEVEL]: 'debug' } } })
  assert.deepEqual(await logged(connected, '2026-07-28'), [])
  assert.deepEqual(await logged(connected, '2026-07-28', { [LOG_LEVEL]: 'alert' }), ['alert', 'emergency'])
  assert.deepEqual(await logged(connected, '2025-11-25'), LOGGING_LEVELS)
})

test('Log Message Notifications: any JSON value, with the name of a logger where there is one', async () => {
  const server = createServer({ name: 'logger', version: '1' }).tool('log', async (_args, ctx) => {
    await ctx.log.error({ deep: [1] }, 'database')
    await ctx.log.error(undefined)
    await ctx.log.error(null)
  })
  const { send, next } = await opened(server, '2025-06-18')
  send(request('2025-06-18', 1, 'tools/call', { name: 'log' }))
  const params = [await next(), await next(), await next()].map((message) => (message as { params?: unknown }).params)
  assert.deepEqual(params, [
    { level: 'error', logger: 'database', data: { deep: [1] } },
    { level: 'error', data: null },
    { level: 'error', data: null },
  ])
})

test('Log Message Notifications: what JSON cannot carry is told as such, and never fails the handler', async () => {
  const circular: { self?: unknown } = {}
  circular.self = circular
  const server = createServer({ name: 'logger', version: '1' }).tool('log', async (_args, ctx) => {
    for (const data of [circular, 1n, Symbol('s'), new Error('gone')]) await ctx.log.error(data)
    return 'done'
  })
  const { send, next } = await opened(server, '2025-06-18')
  send(request('2025-06-18', 1, 'tools/call', { name: 'log' }))
  const messages = [await next(), await next(), await next(), await next()]
  const data = messages.map((message) => String((message as { params?: { data?: unknown } }).params?.data))
  assert.match(String(data[0]), /^\[object that JSON cannot carry: .*circular/i)
  assert.match(String(data[1]), /^\[bigint that JSON cannot carry: /)
  assert.deepEqual(data.slice(2), ['Symbol(s)', 'Error: gone'])
  assert.match(JSON.stringify(await next()), /"text":"done"/)
})
