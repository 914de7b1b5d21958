import assert from 'node:assert/strict'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { type ConnectOptions, createClient } from '../../../src/client.ts'
import { createServer } from '../../../src/index.ts'
import { Refused } from '../../support/answering.ts'
import { mockClocks } from '../../support/clock.ts'
import { keepingLogger, STATEFUL } from '../../support/messages.ts'
import {
  asEarlier,
  asModern,
  type RawAnswer,
  rawHttp,
  respond,
  respondError,
  respondResult,
} from '../../support/raw-http.ts'
import { scripted, speaking } from '../../support/scripted-server.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const OPENING = ['server/discover', 'initialize', 'notifications/initialized']

/** Connects, and says which revision it is that is spoken. */
const spokenWith = async (target: string, options: ConnectOptions = {}): Promise<string> => {
  const client = await createClient().connect(target, { logger: keepingLogger(), ...options })
  await client.close()
  return client.protocolVersion
}

/** Answers the probe by hand, and the rest as a server of an earlier revision. */
const probed =
  (answer: RawAnswer): RawAnswer =>
  (response, request) =>
    request.message?.method === 'server/discover' ? answer(response, request) : asEarlier(response, request)

const status =
  (code: number, type?: string, body = '') =>
  (response: ServerResponse): unknown =>
    response.writeHead(code, type === undefined ? {} : { 'content-type': type }).end(body)

/** What servers answer that do not know the probe: the answer, and whether it is remembered of them. */
const ODD: readonly (readonly [what: string, answer: RawAnswer, isRemembered: boolean])[] = [
  ['an empty 200', status(200), true],
  ['an empty 200 of JSON', status(200, 'application/json'), true],
  ['202', status(202), true],
  ['204', status(204), true],
  ['a page', status(200, 'text/html', '<h1>Welcome</h1>'), true],
  ['what is no JSON', status(200, 'application/json', '{'), true],
  ['an event stream that ends empty', status(200, 'text/event-stream'), true],
  ['an event stream of something else', status(200, 'text/event-stream', 'data: {}\n\n'), true],
  [
    'an error without an id',
    (response) => respond(response, { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'no' } }),
    true,
  ],
  ['an error', (response, request) => respondError(response, request, -32601), true],
  [
    'an error that is none',
    (response, { message }) => respond(response, { jsonrpc: '2.0', id: message.id, error: 'no' }),
    true,
  ],
  ['a result of another shape', (response, request) => respondResult(response, request, { tools: [] }), true],
  ['a result that is none', (response, request) => respondResult(response, request, 'words'), true],
  ['the answer to something else', (response) => respond(response, { jsonrpc: '2.0', id: 'else', result: {} }), true],
  ['no version of JSON-RPC', (response, { message }) => respond(response, { id: message.id, result: {} }), true],
  [
    'neither a result nor an error',
    (response, { message }) => respond(response, { jsonrpc: '2.0', id: message.id }),
    true,
  ],
  ['400', status(400), true],
  ['400 and a page', status(400, 'text/html', '<h1>Bad</h1>'), true],
  ['400 and an error', (response, request) => respondError(response, request, -32600, 400), true],
  ['404', status(404), true],
  ['405', status(405), true],
  ['415', status(415), true],
  ['a redirect to elsewhere', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), true],
  ['408', status(408), false],
  ['425', status(425), false],
  ['429', status(429), false],
  ['500', status(500, 'text/html', '<h1>Oops</h1>'), false],
  ['502', status(502), false],
  ['503', status(503), false],
]

for (const [what, answer, isRemembered] of ODD) {
  test(`TSBUG-19, TS-35, PY-104: a server that answers the probe with ${what} is opened by initialize`, async (t) => {
    const server = await rawHttp(t, probed(answer))
    for (const expected of [OPENING, isRemembered ? OPENING.slice(1) : OPENING]) {
      const before = server.requests.length
      const client = await createClient().connect(server.url, { logger: keepingLogger() })
      assert.equal(client.protocolVersion, '2025-11-25')
      await client.ping()
      await client.close()
      const asked = server.asked().slice(before)
      assert.deepEqual(
        asked.filter((method) => method !== 'GET'),
        [...expected, 'ping'],
      )
    }
  })
}

for (const code of [401, 403]) {
  test(`TS-35: ${code} decides nothing, whatever comes with it`, async (t) => {
    let isIn = false
    const { url, asked } = await rawHttp(t, (response, request) => {
      if (isIn) asModern(response, request)
      else respondError(response, request, -32601, code)
    })
    await assert.rejects(spokenWith(url), { name: 'ConnectionError', code: 'refused', status: code })
    assert.deepEqual(asked(), ['server/discover'])
    isIn = true
    assert.equal(await spokenWith(url), '2026-07-28')
    assert.deepEqual(asked(), ['server/discover', 'server/discover'])
  })
}

test('PY-104: a network that fails decides nothing, and nothing else is tried', async (t) => {
  let isUp = false
  const { url, asked } = await rawHttp(t, (response, request) => {
    if (isUp) asModern(response, request)
    else response.destroy()
  })
  await assert.rejects(spokenWith(url), { name: 'ConnectionError', code: 'disconnected' })
  assert.deepEqual(asked(), ['server/discover'])
  isUp = true
  assert.equal(await spokenWith(url), '2026-07-28')
})

for (const said of [
  new Refused(-32022, 'unsupported', { supported: ['2099-01-01'] }),
  { supportedVersions: ['2099-01-01'], capabilities: {} },
]) {
  test('PY-104: a server with no revision in common is refused, and not opened otherwise', async () => {
    const server = scripted({ 'server/discover': said })
    await assert.rejects(createClient().connect(server.runtime), {
      name: 'ConnectionError',
      code: 'refused',
      message: /^The server speaks 2099-01-01, and this client 2026-07-28, .*: no revision in common$/,
    })
    assert.deepEqual(server.methods, ['server/discover'])
    assert.equal(server.open, 0)
  })
}

test('TS-34, PY-104: a server that names a common revision is asked once more in it, and not for ever', async () => {
  const server = scripted({ 'server/discover': new Refused(-32022, 'unsupported', { supported: ['2026-07-28'] }) })
  await assert.rejects(createClient().connect(server.runtime), { name: 'McpError', code: -32022 })
  assert.deepEqual(server.methods, ['server/discover', 'server/discover'])
  assert.equal(server.open, 0)
  let asked = 0
  const wavering = scripted(
    speaking('2026-07-28', {
      'server/discover': () => {
        asked += 1
        return asked === 1
          ? new Refused(-32022, 'unsupported', { supported: ['2026-07-28'] })
          : speaking('2026-07-28')['server/discover']
      },
    }),
  )
  const client = await createClient().connect(wavering.runtime)
  assert.equal(client.protocolVersion, '2026-07-28')
  assert.equal(asked, 2)
  await client.close()
})

test('TS-34: a list of revisions that is none is of an earlier server, and one of earlier revisions, too', async () => {
  for (const data of [undefined, {}, { supported: '2026-07-28' }, { supported: ['2025-06-18'] }]) {
    const server = scripted(speaking('2025-06-18', { 'server/discover': new Refused(-32022, 'unsupported', data) }))
    const client = await createClient().connect(server.runtime)
    assert.equal(client.protocolVersion, '2025-06-18')
    await client.close()
    assert.deepEqual(server.methods, OPENING)
  }
})

test('TS-32: a probe that succeeds leaks no initialize; what a server asks meanwhile is not answered', async () => {
  const server = scripted(
    speaking('2026-07-28', {
      'server/discover': (_: unknown, it: ReturnType<typeof scripted>) => {
        it.say(
          { id: 1, method: 'roots/list' },
          { id: 'a', method: 'ping' },
          { id: 2, method: 'roots/list', params: [] },
        )
        return speaking('2026-07-28')['server/discover']
      },
    }),
  )
  const client = await createClient().roots([]).connect(server.runtime)
  await turn()
  assert.deepEqual(server.methods, ['server/discover'])
  await client.close()
})

test('TS-32: an answer to the probe that comes too late is taken for nothing else', async (t) => {
  mockClocks(t)
  const server = scripted(speaking('2025-11-25', { 'server/discover': undefined, initialize: undefined }))
  const connecting = createClient().connect(server.runtime)
  const probe = await server.next('server/discover')
  t.mock.timers.tick(10_000)
  const opening = await server.next('initialize')
  assert.notEqual(opening.id, probe.id)
  server.answer(probe, speaking('2026-07-28')['server/discover'])
  await turn()
  server.answer(opening, speaking('2025-11-25')['initialize'])
  const client = await connecting
  assert.equal(client.protocolVersion, '2025-11-25')
  await client.close()
})

test('PY-104: a probe that came too early is sent once more when the server turns out to be of the newest revision', async (t) => {
  mockClocks(t)
  for (const isLate of [false, true]) {
    const server = scripted({ initialize: new Refused(-32022, 'unsupported', { supported: ['2026-07-28'] }) })
    const connecting = createClient().connect(server.runtime, { probeTimeoutMs: 3_000 })
    await server.next('server/discover')
    t.mock.timers.tick(3_000)
    const again = await server.next('server/discover')
    if (isLate) {
      const failed = assert.rejects(connecting, { name: 'TimeoutError' })
      t.mock.timers.tick(3_000)
      await failed
    } else {
      server.answer(again, speaking('2026-07-28')['server/discover'])
      await (await connecting).close()
    }
    assert.deepEqual(server.methods, ['server/discover', 'initialize', 'server/discover'])
    assert.equal(server.open, 0)
  }
})

test('a server that was sure of being of an earlier revision is not probed again, whatever it says then', async () => {
  const server = scripted({
    'server/discover': new Refused(-32601, 'none'),
    initialize: new Refused(-32022, 'unsupported', { supported: ['2026-07-28'] }),
  })
  await assert.rejects(createClient().connect(server.runtime), { name: 'McpError', code: -32022 })
  assert.deepEqual(server.methods, ['server/discover', 'initialize'])
})

test('TS-33: what opens an earlier server over HTTP is the same, whether or not a probe went before', async (t) => {
  const openingOf = async (revisions: ConnectOptions['revisions']) => {
    const { url, requests } = await rawHttp(t, asEarlier)
    await spokenWith(url, revisions ? { revisions } : {})
    return requests
      .filter(({ verb, message }) => verb === 'POST' && message.method !== 'server/discover')
      .map(({ verb, headers, message }) => {
        const { host, 'content-length': length, ...rest } = headers
        return { verb, headers: rest, message: { ...message, ...(message.id && { id: 'any' }) } }
      })
  }
  const plain = await openingOf(['2025-11-25'])
  assert.deepEqual(await openingOf(undefined), plain)
  assert.equal(plain[0]?.message.params.protocolVersion, '2025-11-25')
  assert.deepEqual(Object.keys(plain[0]?.message.params), ['protocolVersion', 'capabilities', 'clientInfo'])
  assert.doesNotMatch(JSON.stringify(plain), /2026-07-28|io\.modelcontextprotocol|mcp-method/)
})

test('TS-33: a server that opens a revision which the client does not speak, or which is not opened so, is refused', async () => {
  for (const version of ['2026-07-28', '2099-01-01', undefined, 5]) {
    const server = scripted(speaking('2025-11-25', { initialize: { protocolVersion: version, capabilities: {} } }))
    await assert.rejects(createClient().connect(server.runtime), {
      name: 'InvalidResultError',
      message:
        `The server wants to speak ${JSON.stringify(version)}; this client speaks 2026-07-28, 2025-11-25, 2025-06-18, ` +
        '2025-03-26, 2024-11-05',
    })
    assert.equal(server.open, 0)
  }
  const older = scripted(speaking('2024-11-05'))
  await assert.rejects(createClient().connect(older.runtime, { revisions: ['2025-11-25'] }), {
    message: 'The server wants to speak "2024-11-05"; this client speaks 2025-11-25',
  })
  const broken = scripted(
    speaking('2025-11-25', { initialize: ({ id }: { id: number }) => `{"jsonrpc":"2.0","id":${id},"result":"words"}` }),
  )
  await assert.rejects(createClient().connect(broken.runtime), {
    name: 'InvalidResultError',
    message: 'The server answered "initialize" with a result that is no object',
  })
})

for (const version of STATEFUL) {
  test(`a server that speaks ${version} at most is spoken to in it`, async () => {
    const server = scripted(speaking(version))
    const client = await createClient().connect(server.runtime)
    assert.equal(client.protocolVersion, version)
    assert.equal(server.received[1].params.protocolVersion, '2025-11-25')
    await client.close()
  })

  test(`a client that is pinned to ${version} speaks it without a probe`, async () => {
    const server = scripted(speaking(version))
    const client = await createClient().connect(server.runtime, { revisions: [version] })
    assert.equal(client.protocolVersion, version)
    assert.equal(server.received[0].params.protocolVersion, version)
    assert.deepEqual(server.methods, OPENING.slice(1))
    await client.close()
  })
}

test('a client that is pinned to the newest revision opens no server otherwise', async () => {
  const server = scripted(speaking('2025-11-25'))
  await assert.rejects(createClient().connect(server.runtime, { revisions: ['2026-07-28'] }), {
    name: 'ConnectionError',
    code: 'refused',
    message: 'The server speaks none of the revisions of this client: 2026-07-28',
  })
  assert.deepEqual(server.methods, ['server/discover'])
  assert.equal(server.open, 0)
})

test('a client that is pinned to the newest revision hears why a busy server cannot be spoken to', async (t) => {
  const { url, asked } = await rawHttp(t, status(503, 'text/plain', 'later'))
  await assert.rejects(spokenWith(url, { revisions: ['2026-07-28'] }), { status: 503, body: 'later' })
  assert.deepEqual(asked(), ['server/discover'])
})

test('PY-105: hints of how long a result may be kept are nothing to a probe, however wrong', async () => {
  for (const ttlMs of [-1, true, 'long', null]) {
    const server = scripted(
      speaking('2026-07-28', { 'server/discover': { supportedVersions: ['2026-07-28'], capabilities: {}, ttlMs } }),
    )
    await (await createClient().connect(server.runtime)).close()
  }
})

test('TS-36: a server that leaves at the probe is called anew, and opened by initialize', async () => {
  const server = scripted(
    speaking('2025-11-25', { 'server/discover': (_: unknown, it: ReturnType<typeof scripted>) => it.drop() }),
  )
  const client = await createClient().connect(server.runtime)
  assert.equal(client.protocolVersion, '2025-11-25')
  assert.equal(server.connections, 2)
  await client.close()
  const once = scripted(
    speaking('2025-11-25', { 'server/discover': (_: unknown, it: ReturnType<typeof scripted>) => it.drop() }),
  )
  await assert.rejects(createClient().connect(once.transport()), { name: 'ConnectionError', code: 'disconnected' })
  assert.equal(once.connections, 1)
})

test('TS-36: a server that refuses the probe, and leaves then, is called anew; twice is too often', async () => {
  const leave = (_: unknown, it: ReturnType<typeof scripted>) => it.drop()
  const leaving = () => {
    const server = scripted(
      speaking('2025-11-25', {
        initialize: (message: unknown, it: ReturnType<typeof scripted>) =>
          it.connections === 1 ? leave(message, it) : speaking('2025-11-25')['initialize'],
      }),
    )
    return server
  }
  const server = leaving()
  const client = await createClient().connect(server.runtime)
  assert.equal(server.connections, 2)
  await client.close()
  await assert.rejects(createClient().connect(leaving().transport()), { code: 'disconnected' })
  const gone = scripted(speaking('2025-11-25', { initialize: leave }))
  await assert.rejects(createClient().connect(gone.runtime), { code: 'disconnected' })
  assert.equal(gone.connections, 2)
  const pinned = leaving()
  await assert.rejects(createClient().connect(pinned.runtime, { revisions: ['2025-11-25'] }), { code: 'disconnected' })
  assert.equal(pinned.connections, 1)
})

/** A server that knows no probe: it leaves at once, or after it has said so. */
const PROGRAM = `
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line)
    const say = (rest) => console.log(JSON.stringify({ jsonrpc: '2.0', id, ...rest }))
    if (method === 'server/discover') {
      if (process.argv[1] === 'refuse') say({ error: { code: -32600, message: 'expected initialize' } })
      process.exit(1)
    }
    if (method === 'initialize') say({ result: {
      protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 'p', version: '1' },
    } })
    if (method === 'ping') say({ result: {} })
  })
  console.error('started')
`

for (const how of ['leave', 'refuse']) {
  test(`TS-36: a process that exits at the probe (${how}) is started anew, and remembered`, async () => {
    const lines: string[] = []
    const target = {
      command: process.execPath,
      args: ['-e', PROGRAM, how],
      stderr: (line: string) => void lines.push(line),
    }
    for (const started of [2, 3]) {
      const client = await createClient().connect(target)
      assert.equal(client.protocolVersion, '2025-11-25')
      await client.ping()
      await client.close()
      assert.equal(lines.length, started)
    }
  })
}

test('a server that was only slow to answer the probe is not remembered', async (t) => {
  let isSlow = true
  const { url, asked } = await rawHttp(t, (response, request) => {
    if (request.message?.method !== 'server/discover') asEarlier(response, request)
    else if (!isSlow) asModern(response, request)
  })
  assert.equal(await spokenWith(url, { probeTimeoutMs: 20 }), '2025-11-25')
  isSlow = false
  const before = asked().length
  assert.equal(await spokenWith(url), '2026-07-28')
  assert.equal(asked()[before], 'server/discover')
})

test('what is known of a server is forgotten when it turns out wrong', async (t) => {
  let isNew = false
  const { url, asked } = await rawHttp(t, (response, request) => (isNew ? asModern : asEarlier)(response, request))
  assert.equal(await spokenWith(url), '2025-11-25')
  isNew = true
  const before = asked().length
  assert.equal(await spokenWith(url), '2026-07-28')
  assert.equal(await spokenWith(url), '2026-07-28')
  assert.deepEqual(asked().slice(before), ['initialize', 'server/discover', 'server/discover'])
})

test('what is known of a server stays known while it is busy, or wants to know who calls', async (t) => {
  let code = 0
  const { url, asked } = await rawHttp(t, (response, request) =>
    code === 0 ? asEarlier(response, request) : response.writeHead(code).end(),
  )
  await spokenWith(url)
  for (code of [503, 429, 401]) await assert.rejects(spokenWith(url), { name: 'ConnectionError', status: code })
  const before = asked().length
  code = 0
  await spokenWith(url)
  assert.equal(asked()[before], 'initialize')
  const controller = new AbortController()
  controller.abort()
  await assert.rejects(spokenWith(url, { signal: controller.signal }), { name: 'AbortedError' })
})

test('what is known of a server is nothing to a client that cannot be opened so', async (t) => {
  let isNew = false
  const { url, asked } = await rawHttp(t, (response, request) => (isNew ? asModern : asEarlier)(response, request))
  await spokenWith(url)
  isNew = true
  const before = asked().length
  assert.equal(await spokenWith(url, { revisions: ['2026-07-28'] }), '2026-07-28')
  assert.deepEqual(asked().slice(before), ['server/discover'])
})

test('a client that is pinned to an earlier revision teaches the others nothing', async (t) => {
  const running = await createServer({ name: 'both', version: '1.0.0' })
    .tool('any', () => 1)
    .listen({ port: 0 })
  t.after(() => running.close())
  assert.equal(await spokenWith(running.url, { revisions: ['2025-06-18'] }), '2025-06-18')
  assert.equal(await spokenWith(running.url), '2026-07-28')
})

/** Our server with the transport of 2024-11-05, behind something that counts. */
const withOlder = async (t: Parameters<typeof rawHttp>[0]) => {
  const asked: string[] = []
  const runtime = createServer({ name: 'older', version: '1.0.0' })
    .tool('any', () => 1)
    .bind({ sse: true, logger: keepingLogger() })
  const http = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url?.split('?')[0]}`)
    runtime.handler(request, response)
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.after(async () => {
    await runtime.close()
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  return { asked, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/sse` }
}

test('a server of HTTP with SSE is found behind what refuses a POST, and found at once the next time', async (t) => {
  const { url, asked } = await withOlder(t)
  for (const first of ['POST /sse', 'GET /sse']) {
    const before = asked.length
    assert.equal(await spokenWith(url), '2025-11-25')
    assert.equal(asked[before], first)
  }
  const before = asked.length
  assert.equal(await spokenWith(url, { revisions: ['2024-11-05'] }), '2024-11-05')
  assert.equal(asked[before], 'GET /sse')
})

for (const [what, refuse] of [
  ['400', status(400)],
  ['404', status(404)],
  ['405', status(405)],
  ['an error of JSON-RPC', (response, request) => respondError(response, request, -32600, 200)],
] satisfies (readonly [string, RawAnswer])[]) {
  test(`a server that refuses a POST with ${what}, and has no older transport either, is refused with that`, async (t) => {
    const { url, asked } = await rawHttp(t, (response, request) =>
      request.verb === 'POST' ? refuse(response, request) : response.writeHead(404).end(),
    )
    const logger = keepingLogger()
    const failure = what.length === 3 ? { name: 'ConnectionError', status: Number(what) } : { name: 'McpError' }
    await assert.rejects(createClient().connect(url, { logger }), failure)
    assert.deepEqual(asked(), ['server/discover', 'initialize', 'GET'])
    assert.deepEqual(
      logger.lines.map(({ level, message }) => `${level}: ${message}`),
      ['debug: there is no server of HTTP with SSE either:'],
    )
  })
}

test('a server that is lost while the older transport is tried is lost, not refused', async (t) => {
  const { url } = await rawHttp(t, (response, { verb }) => {
    if (verb === 'POST') response.writeHead(405).end()
    else response.socket?.resetAndDestroy()
  })
  await assert.rejects(spokenWith(url), { name: 'ConnectionError', code: 'disconnected' })
})

test('a server that refuses a POST otherwise is not looked for by the older transport', async (t) => {
  const { url, asked } = await rawHttp(t, status(409))
  await assert.rejects(spokenWith(url), { status: 409 })
  assert.deepEqual(asked(), ['server/discover', 'initialize'])
})

test('connecting is aborted while the older transport is tried', async (t) => {
  const controller = new AbortController()
  const { url } = await rawHttp(t, (response, { verb }) => {
    if (verb === 'POST') response.writeHead(405).end()
    else controller.abort(new Error('enough'))
  })
  await assert.rejects(spokenWith(url, { signal: controller.signal }), {
    name: 'AbortedError',
    message: 'connect was aborted by the caller',
    cause: new Error('enough'),
  })
})
