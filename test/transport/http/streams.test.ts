import assert from 'node:assert/strict'
import * as v from 'valibot'
import { createServer, McpError } from '../../../src/index.ts'
import { headersOf, messagesOf } from '../../support/messages.ts'
import { calling, dataOf, eventsOf, gate, STREAMABLE, sentBy, testBoth, watching } from './support.ts'

const RECEIVING = `${STREAMABLE}, Receiving Messages`
const KEEP_ALIVE = ': keep-alive'

const server = createServer({ name: 'steps', version: '1.0.0' })
  .tool('steps', v.object({ count: v.number() }), async ({ count }, ctx) => {
    for (let step = 1; step <= count; step += 1) await ctx.progress(step, count)
    return `${count} steps`
  })
  .tool('sync', (_, ctx) => {
    void ctx.progress(1)
    return 'at once'
  })
  .tool('fails', async (_, ctx) => {
    await ctx.progress(1)
    throw new McpError(-32021, 'needs more', { requiredCapabilities: {} })
  })
  .tool('fails_first', async () => {
    throw new McpError(-32021, 'needs more', { requiredCapabilities: {} })
  })
  .tool('logs', async (_, ctx) => {
    await ctx.log.info('one\ntwo')
    return 'logged'
  })

testBoth(
  '2026-07-28 Streamable HTTP, Sending Messages: an answer without notifications is one JSON object',
  async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(watching('2026-07-28', 'steps', { count: 0 }))
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.equal(JSON.parse(await response.text()).result.content[0].text, '0 steps')
  },
)

for (const version of ['2025-03-26', '2025-11-25', '2026-07-28'] as const) {
  testBoth(
    `${RECEIVING}: in ${version}, the first notification makes it an event stream, which the response ends`,
    async (_, bound) => {
      const { send } = await bound(server)
      const response = await send(watching(version, 'steps', { count: 2 }))
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), 'text/event-stream')
      assert.equal(response.headers.get('x-accel-buffering'), 'no')
      assert.equal(response.headers.get('cache-control'), 'no-cache')
      const events = []
      for await (const event of eventsOf(response)) events.push(dataOf(event))
      const [first, second, last] = events
      assert.equal(events.length, 3)
      assert.deepEqual(first, {
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken: 'p', progress: 1, total: 2 },
      })
      assert.equal(second.params.progress, 2)
      assert.equal(last.id, 1)
      assert.equal(last.result.content[0].text, '2 steps')
    },
  )
}

testBoth('a handler that is not asynchronous streams as well', async (_, bound) => {
  const { send } = await bound(server)
  const messages = await messagesOf(await send(watching('2026-07-28', 'sync')))
  assert.equal(messages.length, 2)
  assert.equal(messages[1]?.result.content[0].text, 'at once')
})

testBoth(
  'PY-83: an error after the first event is the last event of a 200, one before it a JSON body with its status',
  async (_, bound) => {
    const { send } = await bound(server)
    const after = await send(watching('2026-07-28', 'fails'))
    assert.equal(after.status, 200)
    const messages = await messagesOf(after)
    assert.equal(messages.at(-1)?.error.code, -32021)
    const before = await send(watching('2026-07-28', 'fails_first'))
    assert.equal(before.status, 400)
    assert.equal(before.headers.get('content-type'), 'application/json')
    assert.equal((await messagesOf(before))[0]?.error.code, -32021)
  },
)

testBoth(`${RECEIVING}: a message of several lines is one event`, async (_, bound) => {
  const { send } = await bound(server)
  const log = { 'io.modelcontextprotocol/logLevel': 'info' }
  const response = await send(sentBy('2026-07-28', 'tools/call', { name: 'logs', _meta: log }))
  const [first] = (await messagesOf(response)) as readonly { params?: { data: string } }[]
  assert.equal(first?.params?.data, 'one\ntwo')
})

testBoth('PY-84, TS-21: what a handler sends after its end reaches nobody', async (_, bound) => {
  const ended = gate()
  const late = gate<unknown>()
  const tool = server.tool('late', async (_, ctx) => {
    await ctx.progress(1)
    void ended.opened.then(() => ctx.progress(2)).then(late.open)
    return 'done'
  })
  const { send } = await bound(tool)
  const messages = await messagesOf(await send(watching('2026-07-28', 'late')))
  assert.equal(messages.length, 2)
  ended.open()
  assert.equal(await late.opened, undefined)
})

testBoth("PY-79: with responseMode 'json', notifications have no place, and the answer is JSON", async (_, bound) => {
  const { send } = await bound(server, { responseMode: 'json' })
  const sent = watching('2026-07-28', 'steps', { count: 3 })
  for (const accept of ['application/json, text/event-stream', 'application/json']) {
    const response = await send({ ...sent, headers: { ...sent.headers, accept } })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.equal(JSON.parse(await response.text()).result.content[0].text, '3 steps')
  }
  assert.equal((await send({ ...sent, headers: { ...sent.headers, accept: 'text/event-stream' } })).status, 406)
})

testBoth(
  "TS-21: with responseMode 'sse', every answer is an event, and what is refused before keeps its status",
  async (_, bound) => {
    const { send } = await bound(server, { responseMode: 'sse' })
    for (const accept of ['application/json, text/event-stream', 'text/event-stream']) {
      const response = await send(calling('2026-07-28', 'steps', { count: 0 }, { accept }))
      assert.equal(response.headers.get('content-type'), 'text/event-stream')
      assert.equal((await messagesOf(response))[0]?.result.content[0].text, '0 steps')
    }
    const json = await send(calling('2026-07-28', 'steps', { count: 0 }, { accept: 'application/json' }))
    assert.equal(json.status, 406)
    const statuses = [
      [calling('2026-07-28', 'steps', { count: 0 }, { 'mcp-name': 'other' }), 400],
      [sentBy('2026-07-28', 'nothing'), 404],
      [calling('2026-07-28', 'fails_first'), 400],
    ] as const
    for (const [sent, status] of statuses) {
      const response = await send(sent)
      assert.equal(response.status, status)
      assert.equal(response.headers.get('content-type'), 'application/json')
      await response.text()
    }
    const failed = await send(calling('2026-07-28', 'unknown'))
    assert.equal(failed.headers.get('content-type'), 'text/event-stream')
    assert.equal((await messagesOf(failed))[0]?.error.code, -32602)
  },
)

testBoth("with responseMode 'sse', a batch is one event per response", async (_, bound) => {
  const { send } = await bound(server, { responseMode: 'sse' })
  const { 'mcp-protocol-version': _version, ...headers } = headersOf('2025-03-26', 'ping')
  const pings = [1, 2].map((id) => ({ jsonrpc: '2.0', id, method: 'ping' }))
  const response = await send({ headers, body: JSON.stringify(pings) })
  assert.equal(response.headers.get('content-type'), 'text/event-stream')
  assert.deepEqual(
    (await messagesOf(response)).map(({ id }) => id),
    [1, 2],
  )
})

testBoth(
  `PY-84; ${RECEIVING}: after 15 s of silence a comment opens the stream, and after each further 15 s comes another`,
  async (t, bound) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const started = gate()
    const finish = gate()
    const { send } = await bound(
      createServer({ name: 'quiet', version: '1.0.0' }).tool('quiet', async (_, ctx) => {
        started.open()
        await finish.opened
        await ctx.progress(1)
        return 'done'
      }),
    )
    const sending = send(watching('2026-07-28', 'quiet'))
    await started.opened
    t.mock.timers.tick(14_999)
    t.mock.timers.tick(1)
    const response = await sending
    const events = eventsOf(response)
    assert.equal((await events.next()).value, KEEP_ALIVE)
    t.mock.timers.tick(15_000)
    assert.equal((await events.next()).value, KEEP_ALIVE)
    t.mock.timers.tick(10_000)
    finish.open()
    assert.equal(dataOf((await events.next()).value).method, 'notifications/progress')
    assert.equal(dataOf((await events.next()).value).id, 1)
    assert.equal((await events.next()).done, true)
    t.mock.timers.tick(60_000)
  },
)

testBoth('a notification begins the silence anew; keepAliveMs is the length of it', async (t, bound) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const steps = [gate(), gate(), gate()] as const
  const [first, second, finish] = steps
  const { send } = await bound(
    createServer({ name: 'quiet', version: '1.0.0' }).tool('quiet', async (_, ctx) => {
      await ctx.progress(1)
      await first.opened
      await ctx.progress(2)
      second.open()
      await finish.opened
      return 'done'
    }),
    { keepAliveMs: 1000 },
  )
  const response = await send(watching('2026-07-28', 'quiet'))
  const events = eventsOf(response)
  assert.equal(dataOf((await events.next()).value).params.progress, 1)
  t.mock.timers.tick(999)
  first.open()
  await second.opened
  t.mock.timers.tick(999)
  assert.equal(dataOf((await events.next()).value).params.progress, 2)
  t.mock.timers.tick(1)
  assert.equal((await events.next()).value, KEEP_ALIVE)
  finish.open()
  assert.equal(dataOf((await events.next()).value).id, 1)
})

testBoth("with responseMode 'json', silence stays silence", async (t, bound) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const started = gate()
  const finish = gate()
  const { send } = await bound(
    createServer({ name: 'quiet', version: '1.0.0' }).tool('quiet', async () => {
      started.open()
      await finish.opened
      return 'done'
    }),
    { responseMode: 'json' },
  )
  const sending = send(calling('2026-07-28', 'quiet'))
  await started.opened
  t.mock.timers.tick(60_000)
  finish.open()
  assert.equal((await sending).headers.get('content-type'), 'application/json')
})

testBoth('one event may be larger than what a slow reader may leave unread', async (_, bound) => {
  const large = 'ä'.repeat(5 * 1024 * 1024)
  const { send, log } = await bound(
    createServer({ name: 'large', version: '1.0.0' }).tool('large', async (_, ctx) => {
      await ctx.progress(1, 2, large)
      await ctx.progress(2, 2, large)
      return large
    }),
  )
  const messages = await messagesOf(await send(watching('2026-07-28', 'large')))
  assert.equal(messages.length, 3)
  assert.ok(messages[2]?.result.content[0].text === large)
  assert.deepEqual(log.lines, [])
})
