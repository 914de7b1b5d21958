import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { test } from 'node:test'
import * as v from 'valibot'
import { type AuthInfo, createServer, McpError } from '../../../src/index.ts'
import { headersOf, keepingLogger, messagesOf, STATEFUL } from '../../support/messages.ts'
import {
  Events,
  initialize,
  notification,
  openSession,
  request,
  said,
  sessionOf,
  textOf,
  toolCall,
} from './session-support.ts'
import { calling, gate, listening, type Subject, sendToPort, testBoth } from './support.ts'

const MANAGEMENT = '2025-11-25 Streamable HTTP, Session Management'
const MESSAGES = '2025-11-25 Streamable HTTP, Sending Messages to the Server'

const server = createServer({ name: 'sums', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('session', (_, ctx) => ctx.session?.id ?? 'none')
  .tool('later', async (_, ctx) => {
    await ctx.progress(1)
    return ctx.protocolVersion
  })

/** A server with a call that waits until it is aborted, and tells why. */
const waiting = () => {
  const started = gate()
  const aborted = gate<string>()
  const bound = server
    .tool('wait', async (_, ctx) => {
      started.open()
      await once(ctx.signal, 'abort')
      aborted.open((ctx.signal.reason as { code: string }).code)
      return 'late'
    })
    .tool('wait_aloud', async (_, ctx) => {
      await ctx.progress(1)
      started.open()
      await once(ctx.signal, 'abort')
      aborted.open((ctx.signal.reason as { code: string }).code)
      throw new Error('late')
    })
  return { server: bound, started: started.opened, aborted: aborted.opened }
}

for (const version of STATEFUL) {
  testBoth(`${MANAGEMENT}: initialize opens a session, in which ${version} is spoken`, async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, version)
    assert.match(session.id, /^[\x21-\x7e]{32,}$/)
    const initialized = await session.post(notification('notifications/initialized'))
    assert.equal(initialized.status, 202)
    assert.equal(await initialized.text(), '')
    const [sum] = await messagesOf(await session.call(1, 'add', { a: 1, b: 2 }))
    assert.equal(textOf(sum), '3')
    const [own] = await messagesOf(await session.call(2, 'session'))
    assert.equal(textOf(own), session.id)
    const events = new Events(await session.call(3, 'later'))
    const last = (await events.rest()).at(-1)
    assert.equal(textOf(last), version)
    const other = await openSession(session.subject, version)
    assert.notEqual(other.id, session.id)
  })
}

testBoth(
  `PY-68, PY-72; ${MANAGEMENT}: DELETE ends a session and no other; from then on it is a 404`,
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, '2025-11-25')
    const sibling = await openSession(session.subject, '2025-03-26')
    const ended = await session.end()
    assert.equal(ended.status, 204)
    assert.equal(await ended.text(), '')
    const call = await session.call(7, 'session')
    assert.equal(call.status, 404)
    const [reply] = await messagesOf(call)
    assert.equal(reply?.id, 7)
    assert.equal(reply?.error.code, -32600)
    assert.match(reply?.error.message, /no longer/)
    const statuses = [
      await session.post(notification('notifications/initialized')),
      await session.post({ jsonrpc: '2.0', id: 1, result: {} }),
      await session.get().response,
      await session.get({ 'last-event-id': '0-0' }).response,
      await session.end(),
    ].map(({ status }) => status)
    assert.deepEqual(statuses, [404, 404, 404, 404, 404])
    assert.equal(textOf((await messagesOf(await sibling.call(1, 'session')))[0]), sibling.id)
  },
)

testBoth(
  `PY-68; ${MANAGEMENT}: a session that never was is a 404, too, and one log line says why`,
  async (_, bound) => {
    const { send, log } = await bound(server)
    const { headers, body } = calling('2025-11-25', 'session')
    const response = await send({ headers: { ...headers, 'mcp-session-id': 'made-up' }, body })
    assert.equal(response.status, 404)
    const again = await send({
      headers: { ...headers, 'mcp-session-id': 'made-up' },
      body: JSON.stringify(initialize('2025-11-25')),
    })
    assert.equal(again.status, 404)
    assert.equal(again.headers.get('mcp-session-id'), null)
    assert.deepEqual([...new Set(log.lines.map(({ level }) => level))], ['info'])
    assert.match(log.lines[0]?.message ?? '', /sessions\.idleMs/)
  },
)

const token = { token: 't', scopes: [] }
const ada: AuthInfo = { ...token, clientId: 'app', extra: { sub: 'ada', iss: 'https://one.example' } }

const callers: readonly (readonly [
  name: string,
  opener: AuthInfo | undefined,
  caller: AuthInfo | undefined,
  same: boolean,
])[] = [
  ['the same caller, with another token', ada, { ...ada, token: 'u', scopes: ['x'] }, true],
  ['nobody known, twice', undefined, undefined, true],
  ['a client without a subject, twice', { ...token, clientId: 'app' }, { ...token, clientId: 'app' }, true],
  ['another client', ada, { ...ada, clientId: 'other' }, false],
  ['another subject', ada, { ...ada, extra: { ...ada.extra, sub: 'bob' } }, false],
  ['the same subject of another issuer', ada, { ...ada, extra: { ...ada.extra, iss: 'https://two.example' } }, false],
  ['nobody known, instead of somebody', ada, undefined, false],
  ['somebody, instead of nobody known', undefined, ada, false],
]

for (const [name, opener, caller, same] of callers) {
  test(`PY-69; security, Session Hijacking: ${name} ${same ? 'goes on with' : 'is told 404 for'} a session`, async (t) => {
    const auths = { opener, caller }
    const lines: string[] = []
    const logger = { ...console, info: () => undefined, warn: (line: string) => lines.push(line) }
    const runtime = server.bind({ logger })
    const http = createHttpServer((incoming, response) => {
      const auth = auths[incoming.headers['x-who'] as keyof typeof auths]
      runtime.handler(Object.assign(incoming, auth && { auth }), response)
    })
    const port = await listening(t, http)
    const begin: Subject['begin'] = (sent) => ({
      leave: async () => undefined,
      response: sendToPort(port, sent).response,
    })
    const over: Subject = { runtime, log: keepingLogger(), begin, send: (sent) => begin(sent).response }
    const session = await openSession(over, '2025-11-25', { 'x-who': 'opener' })
    const as = { 'x-who': 'caller' }
    const statuses = [
      (await session.post(toolCall(1, 'session'), as)).status,
      (await session.post(notification('notifications/initialized'), as)).status,
      (await over.send({ method: 'DELETE', headers: { ...session.headers, ...as } })).status,
    ]
    assert.deepEqual(statuses, same ? [200, 202, 204] : [404, 404, 404])
    assert.equal(lines.length, same ? 0 : 3)
    // It is still there for whoever has opened it.
    assert.equal((await session.post(toolCall(2, 'session'))).status, same ? 404 : 200)
    await runtime.close()
  })
}

testBoth(`TS-6, PY-72; ${MANAGEMENT}: a second initialize within a session is refused`, async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  const response = await session.post(initialize('2025-06-18'))
  assert.equal(response.status, 400)
  assert.equal(response.headers.get('mcp-session-id'), null)
  const [reply] = await messagesOf(response)
  assert.equal(reply?.error.code, -32600)
  assert.match(reply?.error.message, /initialized already/)
  assert.equal(textOf((await new Events(await session.call(1, 'later')).rest()).at(-1)), '2025-11-25')
})

const vetoes = {
  'at once': () => {
    throw new McpError(-32000, 'not today')
  },
  'after a while': async () => {
    await Promise.resolve()
    throw new McpError(-32000, 'not today')
  },
}

for (const [when, veto] of Object.entries(vetoes)) {
  testBoth(`an initialize that an interceptor refuses ${when} opens no session`, async (_, bound) => {
    let refuses = true
    const guarded = server.intercept((_message, next) => (refuses ? veto() : next()))
    const { send } = await bound(guarded, { sessions: { max: 1 } })
    const { headers } = calling('2025-11-25', 'session')
    const body = JSON.stringify(initialize('2025-11-25'))
    for (let count = 0; count < 3; count++) {
      const response = await send({ headers, body })
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('mcp-session-id'), null)
      assert.equal((await messagesOf(response))[0]?.error.message, 'not today')
    }
    refuses = false
    assert.ok((await send({ headers, body })).headers.get('mcp-session-id'))
  })
}

testBoth('PY-70: an initialize that is too large opens no session', async (_, bound) => {
  const { send } = await bound(server, { maxBodyBytes: 200, sessions: { max: 1 } })
  const body = JSON.stringify(initialize('2025-11-25', { experimental: { large: { x: 'x'.repeat(200) } } }))
  const headers = headersOf('2025-11-25', 'initialize')
  assert.equal((await send({ headers, body })).status, 413)
  assert.equal((await send({ headers, body: [body] })).status, 413)
  assert.equal((await send({ headers, body: JSON.stringify(initialize('2025-11-25')) })).status, 200)
})

testBoth('an initialize with malformed parameters opens no session', async (_, bound) => {
  const { send } = await bound(server)
  const body = JSON.stringify(request(1, 'initialize', { protocolVersion: 1 }))
  const response = await send({ headers: headersOf('2025-11-25', 'initialize'), body })
  assert.equal(response.headers.get('mcp-session-id'), null)
  assert.equal((await messagesOf(response))[0]?.error.code, -32602)
})

testBoth('an initialize that an interceptor answers in place of the server opens no session', async (_, bound) => {
  const { send } = await bound(server.intercept(() => ({ made: 'up' })))
  const response = await send({
    headers: headersOf('2025-11-25', 'initialize'),
    body: JSON.stringify(initialize('2025-11-25')),
  })
  assert.equal(response.headers.get('mcp-session-id'), null)
})

testBoth('a message without a session is served all the same, as long as it needs none', async (_, bound) => {
  const asking = server.tool('ask', async (_args, ctx) => JSON.stringify(await ctx.roots()))
  const { send } = await bound(asking)
  const call = await send(calling('2025-06-18', 'session'))
  assert.equal(textOf((await messagesOf(call))[0]), 'none')
  assert.equal(call.headers.get('mcp-session-id'), null)
  const [asked] = await messagesOf(await send(calling('2025-06-18', 'ask')))
  assert.equal(asked?.result.isError, true)
  assert.match(asked?.result.content[0].text, /without a session/)
})

testBoth(
  `2026-07-28 Streamable HTTP, Earlier Streamable HTTP Revisions: a stateless request ignores a session id`,
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, '2025-11-25')
    for (const id of [session.id, 'made-up']) {
      const { headers, body } = calling('2026-07-28', 'session')
      const response = await session.subject.send({ headers: { ...headers, 'mcp-session-id': id }, body })
      assert.equal(textOf((await messagesOf(response))[0]), 'none')
      const note = { headers: { ...headers, 'mcp-session-id': id }, body: JSON.stringify(notification('x')) }
      assert.equal((await session.subject.send(note)).status, 202)
    }
  },
)

testBoth(
  'TS-8; 2025-11-25 Streamable HTTP, Protocol Version Header: one that is served, but not spoken in the session, is accepted',
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, '2025-06-18')
    const headers = { 'mcp-protocol-version': '2025-11-25' }
    const events = new Events(await session.post(toolCall(1, 'later'), headers))
    assert.equal(textOf((await events.rest()).at(-1)), '2025-06-18')
    assert.equal((await session.post(notification('notifications/initialized'), headers)).status, 202)
  },
)

testBoth(
  'TS-7, TS-14; 2025-11-25 Streamable HTTP, Protocol Version Header: one that is not served is a 400, whatever the method',
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, '2025-06-18')
    const headers = { 'mcp-protocol-version': '2099-01-01' }
    const responses = [
      await session.post(toolCall(1, 'session'), headers),
      await session.post(notification('notifications/initialized'), headers),
      await session.post([toolCall(1, 'session')], headers),
      await session.get(headers).response,
      await session.subject.send({ method: 'DELETE', headers: { ...session.headers, ...headers } }),
    ]
    for (const response of responses) {
      assert.equal(response.status, 400)
      assert.match(await response.text(), /Bad Request: Unsupported protocol version: 2099-01-01 \(/)
    }
  },
)

testBoth('TS-4: with sessions, GET, POST and DELETE are allowed, and HEAD is not', async (_, bound) => {
  const { send } = await bound(server)
  const options = await send({ method: 'OPTIONS' })
  assert.equal(options.headers.get('allow'), 'GET, POST, DELETE, OPTIONS')
  for (const method of ['HEAD', 'PUT']) {
    const response = await send({ method })
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'GET, POST, DELETE, OPTIONS')
  }
})

testBoth('TS-4: where only 2026-07-28 is served, there are no sessions', async (_, bound) => {
  const { send } = await bound(server, { revisions: ['2026-07-28'] })
  for (const method of ['GET', 'DELETE']) {
    const response = await send({ method, headers: { accept: 'text/event-stream', 'mcp-session-id': 'x' } })
    assert.equal(response.status, 405)
    assert.equal(response.headers.get('allow'), 'POST, OPTIONS')
  }
  const body = JSON.stringify(initialize('2025-11-25'))
  const response = await send({ headers: headersOf('2025-11-25', 'initialize'), body })
  assert.equal(response.status, 400)
  assert.equal((await messagesOf(response))[0]?.error.code, -32022)
})

testBoth('with sessions off, initialize is answered, and opens none', async (_, bound) => {
  const { send } = await bound(server, { sessions: false })
  const body = JSON.stringify(initialize('2025-11-25'))
  const headers = { ...headersOf('2025-11-25', 'initialize'), 'mcp-session-id': 'x' }
  const response = await send({ headers, body })
  assert.equal(response.status, 200)
  assert.equal(response.headers.get('mcp-session-id'), null)
})

testBoth(
  '2025-11-25 Capability Negotiation: with sessions off, nothing is declared that could not be told or subscribed to',
  async (_, bound) => {
    const full = createServer({ name: 'full', version: '1.0.0' })
      .tool('t', () => 1)
      .prompt('p', () => 'p')
      .resource('a://b', () => 'b')
    const body = JSON.stringify(initialize('2025-11-25'))
    const listed = { listChanged: true }
    for (const [sessions, expected] of [
      [false, { logging: {}, tools: {}, prompts: {}, resources: {} }],
      [{}, { logging: {}, tools: listed, prompts: listed, resources: { ...listed, subscribe: true } }],
    ] as const) {
      const { send } = await bound(full, { sessions })
      const [reply] = await messagesOf(await send({ headers: headersOf('2025-11-25', 'initialize'), body }))
      assert.deepEqual(reply?.result.capabilities, expected)
      const { send: sendNothing } = await bound(
        createServer({ name: 'x', version: '1' }).method('a/b', {}, () => ({})),
        { sessions },
      )
      const [bare] = await messagesOf(await sendNothing({ headers: headersOf('2025-11-25', 'initialize'), body }))
      assert.deepEqual(bare?.result.capabilities, { logging: {} })
    }
  },
)

testBoth(`${MANAGEMENT}: DELETE without a session id is a 400, and GET, too`, async (_, bound) => {
  const { send } = await bound(server)
  for (const method of ['GET', 'DELETE']) {
    const response = await send({ method, headers: { accept: 'text/event-stream' } })
    assert.equal(response.status, 400)
    assert.match((await messagesOf(response))[0]?.error.message, /Mcp-Session-Id is missing/)
  }
})

testBoth(
  `TS-13; ${MANAGEMENT}: at DELETE the calls are aborted as closed, and their responses end`,
  async (t, _, adapter) => {
    const quiet = waiting()
    const session = await sessionOf(t, adapter, quiet.server, '2025-11-25')
    const standalone = new Events(await session.get().response)
    assert.equal((await standalone.next())?.data, '')
    const call = session.beginCall(1, 'wait')
    await quiet.started
    const aloud = new Events(await session.call(2, 'wait_aloud'))
    assert.equal(said(await aloud.message()), 'progress 1')
    assert.equal((await session.end()).status, 204)
    assert.equal(await quiet.aborted, 'closed')
    const response = await call.response
    assert.equal(response.status, 404)
    assert.match((await messagesOf(response))[0]?.error.message, /the client has ended the session/)
    const [error, ...more] = await aloud.rest()
    assert.equal(error.id, 2)
    assert.match(error.error.message, /the client has ended the session/)
    assert.deepEqual(more, [])
    assert.equal(await standalone.next(), undefined)
  },
)

testBoth(
  'PY-80; 2025-11-25 Cancellation: a call of the session is cancelled, its POST ends, and what its handler does then is lost',
  async (t, _, adapter) => {
    const { server: slow, started, aborted } = waiting()
    const session = await sessionOf(t, adapter, slow, '2025-11-25')
    const stranger = await openSession(session.subject, '2025-11-25')
    const call = session.beginCall('a', 'wait')
    await started
    const cancelled = notification('notifications/cancelled', { requestId: 'a', reason: 'enough' })
    assert.equal((await stranger.post(cancelled)).status, 202)
    assert.equal((await session.post(notification('notifications/cancelled', { requestId: 'b' }))).status, 202)
    assert.equal((await session.post(notification('notifications/cancelled'))).status, 202)
    assert.equal((await session.post(cancelled)).status, 202)
    assert.equal(await aborted, 'cancelled')
    const response = await call.response
    assert.equal(response.status, 200)
    const [reply] = await messagesOf(response)
    assert.deepEqual(reply?.error, { code: -32800, message: 'cancelled by the client: enough' })
    // Once it is over, cancelling it again means nothing, and its id may be used again.
    assert.equal((await session.post(cancelled)).status, 202)
    assert.equal(textOf((await messagesOf(await session.call('a', 'session')))[0]), session.id)
  },
)

testBoth('PY-80: a cancelled call that streams ends its stream with the error', async (t, _, adapter) => {
  const { server: slow } = waiting()
  const session = await sessionOf(t, adapter, slow, '2025-06-18')
  const events = new Events(await session.call(0, 'wait_aloud'))
  assert.equal(said(await events.message()), 'progress 1')
  await session.post(notification('notifications/cancelled', { requestId: 0 }))
  assert.deepEqual(
    (await events.rest()).map(({ id, error }) => [id, error.code]),
    [[0, -32800]],
  )
})

testBoth('a call that times out answers by itself', async (t, _, adapter) => {
  const { server: slow, aborted } = waiting()
  const session = await sessionOf(t, adapter, slow, '2025-11-25', { timeoutMs: 1 })
  const [reply] = await messagesOf(await session.call(1, 'wait'))
  assert.equal(await aborted, 'timeout')
  assert.match(reply?.result.content[0].text, /timed out after 1 ms/)
})

for (const id of [0, '', 'x']) {
  testBoth(
    `TSBUG-9: an id that is in flight (${JSON.stringify(id)}) is refused, and the call that has it goes on`,
    async (t, _, adapter) => {
      const started = gate()
      const released = gate()
      const slow = server.tool('slow', async () => {
        started.open()
        await released.opened
        return 'first'
      })
      const session = await sessionOf(t, adapter, slow, '2025-11-25')
      const other = await openSession(session.subject, '2025-11-25')
      const first = session.beginCall(id, 'slow')
      await started.opened
      const second = await session.call(id, 'session')
      assert.equal(second.status, 400)
      const [refused] = await messagesOf(second)
      assert.equal(refused?.id, id)
      assert.match(refused?.error.message, /in use by a request in flight/)
      // Another session has ids of its own.
      assert.equal((await other.call(id, 'session')).status, 200)
      released.open()
      assert.equal(textOf((await messagesOf(await first.response))[0]), 'first')
    },
  )
}

testBoth(`${MESSAGES}: answers of the client are taken, also those to nothing`, async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  const answers = [
    { jsonrpc: '2.0', id: 1, result: {} },
    { jsonrpc: '2.0', id: 'x', error: { code: 1, message: 'no' } },
  ]
  for (const answer of answers) {
    const response = await session.post(answer)
    assert.equal(response.status, 202)
    assert.equal(await response.text(), '')
  }
})

testBoth(
  '2025-03-26 Streamable HTTP, Sending Messages to the Server: batches within a session',
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, '2025-03-26')
    const response = await session.post([
      toolCall(1, 'session'),
      notification('notifications/initialized'),
      toolCall(2, 'add', { a: 1, b: 2 }),
      toolCall(2, 'add', { a: 3, b: 4 }),
      { jsonrpc: '2.0', id: 9, result: {} },
      { jsonrpc: '2.0', id: 3 },
      7,
    ])
    assert.equal(response.status, 200)
    const replies = await messagesOf(response)
    assert.deepEqual(
      replies.map(({ id, error }) => [id, error?.code]),
      [
        [1, undefined],
        [2, undefined],
        [2, undefined],
        [3, -32600],
        [null, -32600],
      ],
    )
    assert.equal(textOf(replies[0]), session.id)
    const streamed = new Events(await session.post([toolCall(1, 'later'), toolCall(2, 'later')]))
    assert.deepEqual((await streamed.rest()).map(said), ['progress 1', 'progress 1', 1, 2])
    const silent = await session.post([notification('a'), { jsonrpc: '2.0', id: 1, result: {} }])
    assert.equal(silent.status, 202)
    const refused = [
      [],
      [initialize('2025-03-26')],
      Array.from({ length: 101 }, (_item, id) => toolCall(id, 'session')),
    ]
    for (const batch of refused) assert.equal((await session.post(batch)).status, 400)
  },
)

testBoth('TSBUG-9: in a batch, too, an id that is in flight is refused alone', async (t, _, adapter) => {
  const released = gate()
  const slow = server.tool('slow', async () => {
    await released.opened
    return 'first'
  })
  const session = await sessionOf(t, adapter, slow, '2025-03-26')
  const batch = session.begin([toolCall(1, 'slow'), toolCall(1, 'session'), toolCall(2, 'session')])
  // The batch has been taken in once a call behind it has been answered.
  assert.equal((await session.call(3, 'session')).status, 200)
  released.open()
  const replies = await messagesOf(await batch.response)
  assert.deepEqual(
    replies.map(({ id, error }) => [id, error?.code]),
    [
      [1, undefined],
      [1, -32600],
      [2, undefined],
    ],
  )
})

testBoth('batches are refused in the sessions of other revisions', async (t, _, adapter) => {
  for (const version of ['2024-11-05', '2025-06-18', '2025-11-25'] as const) {
    const session = await sessionOf(t, adapter, server, version)
    const response = await session.post([toolCall(1, 'session')])
    assert.equal(response.status, 400)
    assert.match(await response.text(), /2025-03-26 alone/)
  }
})

testBoth(`responseMode 'sse': each answer of a session is a stream`, async (t, _, adapter) => {
  for (const version of STATEFUL) {
    const session = await sessionOf(t, adapter, server, version, { responseMode: 'sse' })
    const events = new Events(await session.call(1, 'session'))
    const ids = []
    for (let event = await events.next(); event; event = await events.next()) ids.push([event.id, event.data !== ''])
    const primed = version === '2025-11-25' ? [['1-0', false]] : []
    assert.deepEqual(ids, [...primed, ['1-1', true]])
  }
})

for (const version of ['2025-06-18', '2025-11-25'] as const) {
  testBoth(
    `silence in a call of a session begins its stream, which is kept alive (${version})`,
    async (t, _, adapter) => {
      const released = gate()
      const slow = server.tool('slow', async (_args, ctx) => {
        await released.opened
        return ctx.protocolVersion
      })
      const session = await sessionOf(t, adapter, slow, version, { keepAliveMs: 1 })
      const reader = ((await session.call(1, 'slow')).body as ReadableStream<Uint8Array>).getReader()
      let text = ''
      for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
        text += Buffer.from(value ?? []).toString()
        if (text.split(': keep-alive\n\n').length > 3) released.open()
      }
      assert.equal(text.startsWith('id: 1-0\ndata: \n\n'), version === '2025-11-25')
      assert.match(text, new RegExp(`id: 1-1\ndata: .*${version}`))
    },
  )
}

for (const responseMode of ['auto', 'json', 'sse'] as const) {
  testBoth(
    `an answer after a client has gone away before anything was sent goes nowhere (${responseMode})`,
    async (t, _, adapter) => {
      const started = gate()
      const released = gate()
      const finished = gate<string>()
      const slow = server.tool('slow', async (_args, ctx) => {
        started.open()
        await released.opened
        await ctx.progress(1)
        const asked = await ctx.roots().catch((error: Error) => error.message)
        queueMicrotask(() => finished.open(String(asked)))
        return 'late'
      })
      const session = await sessionOf(t, adapter, slow, '2025-11-25', { responseMode })
      const call = session.beginCall(1, 'slow')
      const lost = call.response.then(
        ({ status }) => status,
        () => undefined,
      )
      await started.opened
      await call.leave()
      assert.notEqual(await lost, 200)
      released.open()
      assert.match(await finished.opened, /cannot be asked/)
    },
  )
}
