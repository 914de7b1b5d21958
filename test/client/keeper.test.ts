import assert from 'node:assert/strict'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createClient } from '../../src/client.ts'
import { createServer, type Runtime } from '../../src/index.ts'
import { Refused } from '../support/answering.ts'
import { mockClocks } from '../support/clock.ts'
import { keepingLogger, STATEFUL, VERSIONS } from '../support/messages.ts'
import { asModern, rawHttp, respondResult } from '../support/raw-http.ts'
import { type ScriptedServer, scripted, speaking } from '../support/scripted-server.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const CLOSED = { name: 'ConnectionError', code: 'closed', message: 'The connection is closed' }

const LOST = {
  name: 'ConnectionError',
  code: 'disconnected',
  message: 'The connection to the server was lost: the cable',
}

for (const version of VERSIONS) {
  test(`${version}: what is in flight when a connection is lost fails, and the next call opens another`, async () => {
    const server = scripted(speaking(version, { 'acme/own': { own: 1 } }))
    const client = await createClient().connect(server.runtime, { revisions: [version] })
    const calls = [client.callTool('any'), client.callTool('other')].map((call) => assert.rejects(call, LOST))
    await server.next('tools/call')
    await server.next('tools/call')
    server.drop(new Error('the cable'))
    await Promise.all(calls)
    assert.deepEqual(await client.request('acme/own'), { own: 1 })
    assert.equal(server.connections, 2)
    await client.close()
    assert.equal(server.open, 0)
  })

  test(`${version}: a client that does not reconnect says why its connection was lost`, async () => {
    const server = scripted(speaking(version))
    const client = await createClient().connect(server.runtime, { revisions: [version], reconnect: false })
    server.drop(new Error('the cable'))
    await turn()
    await assert.rejects(client.callTool('any'), LOST)
    await assert.rejects(client.notify('notifications/x'), LOST)
    assert.equal(server.connections, 1)
    await client.close()
  })

  test(`${version}: closing rejects what is in flight, and everything that comes later; twice is once`, async () => {
    const server = scripted(speaking(version))
    const client = await createClient().connect(server.runtime, { revisions: [version] })
    const called = assert.rejects(client.callTool('any'), CLOSED)
    await server.next('tools/call')
    await Promise.all([client.close(), client[Symbol.asyncDispose]()])
    await called
    await assert.rejects(client.callTool('any'), CLOSED)
    await assert.rejects(client.notify('notifications/x'), CLOSED)
    await assert.rejects(async () => client.listTools(), CLOSED)
    assert.equal(server.open, 0)
    assert.equal(client.protocolVersion, version)
  })
}

test('a server that is away for a while is called again, each time after a longer pause', async (t) => {
  mockClocks(t)
  t.mock.method(Math, 'random', () => 0.5)
  let isUp = true
  let attempts = 0
  const server = scripted({
    'server/discover': (_: unknown, it: ScriptedServer) => {
      attempts += 1
      return isUp ? speaking('2026-07-28')['server/discover'] : it.drop(new Error('not yet'))
    },
    initialize: (_: unknown, it: ScriptedServer) => it.drop(new Error('not yet')),
    ...{ 'acme/own': {} },
  })
  const client = await createClient().connect(server.runtime, {
    reconnect: { attempts: 3, delayMs: 100, maxDelayMs: 150 },
  })
  isUp = false
  server.drop()
  await turn()
  const failed = assert.rejects(client.request('acme/own'), { code: 'disconnected', message: /not yet$/ })
  for (const [pause, expected] of [
    [0, 2],
    [99, 2],
    [1, 3],
    [149, 3],
    [1, 4],
    [150, 5],
  ] as const) {
    t.mock.timers.tick(pause)
    for (let turns = 0; turns < 5; turns += 1) await turn()
    assert.equal(attempts, expected, `after ${pause} more`)
  }
  await failed
  isUp = true
  await client.request('acme/own')
  await client.close()
})

test('what will not pass is not tried again', async () => {
  for (const [answer, error] of [
    [new Refused(-32020, 'no more'), { name: 'McpError', code: -32020 }],
    [{ supportedVersions: ['2099-01-01'] }, { name: 'ConnectionError', code: 'refused', status: undefined }],
  ] as const) {
    const answers: unknown[] = [speaking('2026-07-28')['server/discover'], answer]
    const server = scripted({ 'server/discover': () => answers.shift() })
    const client = await createClient().connect(server.runtime)
    server.drop()
    await turn()
    await assert.rejects(client.request('acme/own'), error)
    assert.equal(server.connections, 2)
    await client.close()
  }
})

test('closing ends a reconnection that waits, and one that is under way', async (t) => {
  mockClocks(t)
  for (const step of ['waits', 'is answered', 'has just been opened'] as const) {
    const server: ScriptedServer = scripted({
      'server/discover': new Refused(-32601, 'none'),
      initialize: () => {
        if (server.connections === 1 || step === 'has just been opened') return speaking('2025-11-25')['initialize']
        if (step === 'waits') server.drop(new Error('not yet'))
        return undefined
      },
      'notifications/initialized': () => {
        if (server.connections > 1) closing = client.close()
      },
    })
    let closing: Promise<void> | undefined
    const client = await createClient().connect(server.runtime, { revisions: ['2025-11-25'] })
    server.drop()
    await turn()
    const called = assert.rejects(client.request('acme/own'), CLOSED)
    for (let turns = 0; turns < 5; turns += 1) await turn()
    await (closing ?? client.close())
    await called
    await turn()
    assert.equal(server.open, 0, step)
  }
})

/** Lets so many promises settle. */
const hops = async (count: number): Promise<void> => {
  for (let hop = 0; hop < count; hop += 1) await undefined
}

for (const [version, method] of [
  ['2026-07-28', 'server/discover'],
  ['2025-11-25', 'notifications/initialized'],
] as const) {
  test(`${version}: closing in whatever moment of a reconnection leaves nothing open`, async () => {
    for (let count = 0; count < 60; count += 1) {
      const server: ScriptedServer = scripted({
        ...speaking(version),
        [method]: () => {
          if (server.connections > 1) closing = hops(count).then(() => client.close())
          return speaking(version)[method]
        },
      })
      let closing: Promise<void> | undefined
      const client = await createClient().connect(server.runtime, { revisions: [version] })
      server.drop()
      await turn()
      const called = assert.rejects(client.request('acme/own'), CLOSED)
      await server.next(method)
      await server.next(method)
      await closing
      await called
      await turn()
      assert.equal(server.open, 0, `${count}`)
    }
  })
}

test('a server that was busy when its session was to be opened anew is asked once more', async (t) => {
  let isBusy = false
  let opened = 0
  const { url } = await rawHttp(t, (response, request) => {
    const { message, verb, headers } = request
    if (message?.method === 'initialize') {
      if (isBusy) {
        isBusy = false
        return response.writeHead(503).end()
      }
      opened += 1
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'a', version: '1' } }
      return respondResult(response, request, result, { 'mcp-session-id': `s${opened}` })
    }
    if (verb !== 'POST' || message.id === undefined) return response.writeHead(verb === 'POST' ? 202 : 405).end()
    if (headers['mcp-session-id'] === 's1') return response.writeHead(404).end()
    return respondResult(response, request, {})
  })
  const options = { revisions: ['2025-11-25'], logger: keepingLogger(), reconnect: { delayMs: 1 } } as const
  const client = await createClient().connect(url, options)
  isBusy = true
  assert.deepEqual(await client.request('acme/own'), {})
  assert.equal(opened, 2)
  await client.close()
})

test('a call on a lost connection whose signal has aborted already is not made', async () => {
  const server = scripted(speaking('2026-07-28', { 'acme/own': {} }))
  const client = await createClient().connect(server.runtime)
  server.drop()
  await turn()
  await assert.rejects(client.request('acme/own', {}, { signal: AbortSignal.abort() }), { name: 'AbortedError' })
  await client.close()
  assert.equal(server.methods.includes('acme/own'), false)
})

test('a server that leaves right behind its opening is lost', async () => {
  const server: ScriptedServer = scripted(
    speaking('2025-11-25', {
      initialize: (message: unknown) => {
        server.answer(message, speaking('2025-11-25')['initialize'])
        server.drop()
      },
    }),
  )
  await assert.rejects(createClient().connect(server.runtime, { revisions: ['2025-11-25'] }), {
    name: 'ConnectionError',
    code: 'disconnected',
    message: 'The connection to the server was lost',
  })
  assert.equal(server.connections, 1)
})

/** Our server behind a port that another runtime can take over. */
const replaceable = async (t: TestContext) => {
  let count = 0
  const begun: string[] = []
  const definition = createServer({ name: 'sessions', version: '1.0.0' }).tool('count', () => {
    count += 1
    return count
  })
  const bind = (): Runtime => definition.bind({ logger: keepingLogger() })
  let runtime = bind()
  const http = createHttpServer((request, response) => {
    if (request.method !== 'POST') begun.push(String(request.method))
    runtime.handler(request, response)
  })
  http.on('request', (request) => {
    if (request.headers['mcp-session-id'] === undefined && request.method === 'POST') begun.push('opened')
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    await runtime.close()
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  const replace = async (): Promise<void> => {
    const before = runtime
    runtime = bind()
    await before.close()
  }
  return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`, begun, replace }
}

for (const version of STATEFUL) {
  test(`TSBUG-7; ${version}: calls of a session that the server has forgotten go through in a new one, opened once`, async (t) => {
    const { url, begun, replace } = await replaceable(t)
    const client = await createClient().connect(url, { revisions: [version], logger: keepingLogger() })
    assert.deepEqual((await client.callTool('count')).data, 1)
    await replace()
    assert.deepEqual((await client.callTool('count')).data, 2)
    await replace()
    const results = await Promise.all(Array.from({ length: 32 }, () => client.callTool('count')))
    assert.deepEqual(
      results.map(({ data }) => data as number).sort((a, b) => a - b),
      Array.from({ length: 32 }, (_, index) => index + 3),
    )
    assert.equal(begun.filter((what) => what === 'opened').length, 3)
    await client.close()
  })
}

test('TSBUG-7: a session that is forgotten at once, again and again, is not followed by another for ever', async (t) => {
  let opened = 0
  const { url } = await rawHttp(t, (response, request) => {
    const { message, verb } = request
    if (message?.method === 'initialize') {
      opened += 1
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'a', version: '1' } }
      respondResult(response, request, result, { 'mcp-session-id': `s${opened}` })
    } else if (verb === 'POST' && message.id === undefined) response.writeHead(202).end()
    else response.writeHead(404).end('gone')
  })
  const logger = keepingLogger()
  const options = { revisions: ['2025-11-25'], logger } as const
  const client = await createClient().connect(url, options)
  const expired = { name: 'ConnectionError', code: 'disconnected', status: 404, body: 'gone' }
  await assert.rejects(client.request('acme/own'), expired)
  assert.equal(opened, 2)
  await client.close()
  const fixed = await createClient().connect(url, { ...options, reconnect: false })
  await assert.rejects(fixed.request('acme/own'), expired)
  assert.equal(opened, 3)
  await fixed.close()
})

test('other calls of a session that the server has forgotten are still answered, and then it is closed', async (t) => {
  const held: (() => void)[] = []
  let opened = 0
  const { url, asked } = await rawHttp(t, (response, request) => {
    const { message, verb, headers } = request
    if (message?.method === 'initialize') {
      opened += 1
      const result = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'a', version: '1' } }
      respondResult(response, request, result, { 'mcp-session-id': `s${opened}` })
    } else if (message?.method === 'acme/slow') held.push(() => respondResult(response, request, { slow: true }))
    else if (verb === 'POST' && message.id !== undefined && headers['mcp-session-id'] === 's1')
      response.writeHead(404).end()
    else if (message?.id !== undefined) respondResult(response, request, {})
    else response.writeHead(verb === 'POST' ? 202 : 405).end()
  })
  const client = await createClient().connect(url, { revisions: ['2025-11-25'], logger: keepingLogger() })
  const slow = client.request('acme/slow')
  while (held.length === 0) await turn()
  await client.request('acme/own')
  assert.equal(opened, 2)
  held[0]?.()
  assert.deepEqual(await slow, { slow: true })
  await client.close()
  assert.equal(asked().filter((what) => what === 'DELETE').length, 1)
})

/** A server that goes away and comes back under the same port. */
const comingAndGoing = async (t: TestContext) => {
  const http = createHttpServer((incoming, response) => {
    let body = ''
    incoming.on('data', (chunk) => {
      body += chunk
    })
    incoming.on('end', () => asModern(response, { verb: 'POST', path: '', headers: {}, message: JSON.parse(body) }))
  })
  const listen = (port = 0) => new Promise<void>((resolve) => http.listen(port, '127.0.0.1', resolve))
  await listen()
  const { port } = http.address() as AddressInfo
  const leave = async (): Promise<void> => {
    const closed = new Promise((resolve) => http.close(resolve))
    http.closeAllConnections()
    await closed
    // The client has to hear of it: over a connection that breaks under it, nobody knows whether a call has come.
    for (let turns = 0; turns < 3; turns += 1) await turn()
  }
  t.after(leave)
  return { url: `http://127.0.0.1:${port}/mcp`, leave, comeBack: () => listen(port) }
}

test('a call that cannot be sent is sent again when the server is there again', async (t) => {
  const { url, leave, comeBack } = await comingAndGoing(t)
  const logger = keepingLogger()
  const client = await createClient().connect(url, {
    logger,
    reconnect: { delayMs: 1, attempts: 1_000, maxDelayMs: 1 },
  })
  await leave()
  const pinged = client.ping()
  await turn()
  await comeBack()
  await pinged
  await client.close()
})

test('a call that cannot be sent is given up after so many attempts, or at once', async (t) => {
  const { url, leave } = await comingAndGoing(t)
  const clients = await Promise.all(
    [{ attempts: 2, delayMs: 1 }, false as const].map((reconnect) => createClient().connect(url, { reconnect })),
  )
  await leave()
  for (const client of clients) {
    await assert.rejects(client.ping(), { name: 'ConnectionError', code: 'unreachable' })
    await client.close()
  }
})

test('a call that waits for another attempt ends with its signal, with its time, and with the connection', async (t) => {
  const { url, leave } = await comingAndGoing(t)
  const reconnect = { attempts: 5, delayMs: 3_600_000, maxDelayMs: 3_600_000 }
  const client = await createClient().connect(url, { reconnect })
  await leave()
  const timers = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const controller = new AbortController()
  const aborted = assert.rejects(client.ping({ signal: controller.signal }), {
    name: 'AbortedError',
    message: '"server/discover" was aborted by the caller',
    cause: new Error('enough'),
  })
  const late = assert.rejects(client.ping({ timeoutMs: 20 }), {
    name: 'TimeoutError',
    message: '"server/discover" took longer than 20 ms',
  })
  await late
  controller.abort(new Error('enough'))
  await aborted
  assert.equal(process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length, timers)
  const closed = assert.rejects(client.ping(), CLOSED)
  await turn()
  await client.close()
  await closed
})

test('a call that waits for a new conversation ends with its signal, and leaves the others waiting', async () => {
  const held: unknown[] = []
  const slow: ScriptedServer = scripted({
    ...speaking('2026-07-28', { 'acme/own': {} }),
    'server/discover': (message: unknown) => {
      if (slow.connections === 1) return speaking('2026-07-28')['server/discover']
      held.push(message)
      return undefined
    },
  })
  const client = await createClient().connect(slow.runtime)
  slow.drop()
  await turn()
  const controller = new AbortController()
  const aborted = assert.rejects(client.request('acme/own', {}, { signal: controller.signal }), {
    name: 'AbortedError',
  })
  const called = client.request('acme/own')
  await slow.next('server/discover')
  await slow.next('server/discover')
  controller.abort()
  await aborted
  slow.answer(held[0], speaking('2026-07-28')['server/discover'])
  assert.deepEqual(await called, {})
  assert.equal(slow.connections, 2)
  await client.close()
})
