import assert from 'node:assert/strict'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { headersOf, initializeParams, messagesOf, type Reply, type Version } from '../../support/messages.ts'
import { type Pairs, type Sent, testBoth } from './support.ts'

const SECTION = '2025-03-26 §Sending Messages to the Server'

const server = createServer({ name: 'sums', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), async ({ a, b }) => a + b)
  .tool('steps', async (_, ctx) => {
    await ctx.progress(1, 2)
    await ctx.progress(2, 2)
    return 'done'
  })

const { 'mcp-protocol-version': _version, ...unnamed } = headersOf('2025-03-26', 'ping')

const batch = (messages: unknown, headers: Readonly<Record<string, string>> | Pairs = unnamed): Sent => ({
  headers,
  body: JSON.stringify(messages),
})

const ping = (id: string | number) => ({ jsonrpc: '2.0', id, method: 'ping' })

const add = (id: number, a: number, b: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'add', arguments: { a, b } },
})

const note = { jsonrpc: '2.0', method: 'notifications/initialized' }

const steps = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'steps', _meta: { progressToken: `p${id}` } },
})

const pings = (count: number) => Array.from({ length: count }, (_, id) => ping(id))

const refused: readonly (readonly [name: string, sent: Sent, message: RegExp])[] = [
  ['an empty batch', batch([]), /empty/],
  ['TS-6: more than 100 messages', batch(pings(101)), /at most 100 messages, got 101/],
  [
    'TS-6: initialize among them',
    batch([ping(1), { ...ping(2), method: 'initialize', params: initializeParams('2025-03-26') }]),
    /initialize/,
  ],
  [
    'TS-6: initialize alone',
    batch([{ ...ping(2), method: 'initialize', params: initializeParams('2025-03-26') }]),
    /initialize/,
  ],
  [
    'a version that is not served',
    batch([ping(1)], { ...unnamed, 'mcp-protocol-version': '2099-01-01' }),
    /Unsupported protocol version: 2099/,
  ],
  ...(['2024-11-05', '2025-06-18', '2025-11-25', '2026-07-28'] as const satisfies readonly Version[]).map(
    (version): [string, Sent, RegExp] => [
      `batches in ${version}`,
      batch([ping(1)], { ...unnamed, 'mcp-protocol-version': version }),
      /2025-03-26 alone/,
    ],
  ),
]

for (const [name, sent, message] of refused) {
  testBoth(`${SECTION}: ${name} → 400`, async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(sent)
    assert.equal(response.status, 400)
    assert.equal(response.headers.get('content-type'), 'application/json')
    const reply = JSON.parse(await response.text())
    assert.equal(reply.error.code, -32600)
    assert.match(reply.error.message, message)
    assert.equal(reply.id ?? null, null)
  })
}

for (const revisions of [['2026-07-28'], ['2025-06-18']] as const) {
  testBoth(`a batch where only ${revisions} is served → 400`, async (_, bound) => {
    const { send } = await bound(server, { revisions })
    const response = await send(batch([ping(1)]))
    assert.equal(response.status, 400)
    assert.match(await response.text(), /2025-03-26 alone/)
  })
}

const byId = (replies: readonly Reply[]): readonly Reply[] => [...replies].sort((a, b) => Number(a.id) - Number(b.id))

testBoth(
  `${SECTION}: a version that is not named is 2025-03-26, and its requests are answered as one array`,
  async (_, bound) => {
    const { send } = await bound(server)
    for (const headers of [unnamed, { ...unnamed, 'mcp-protocol-version': '2025-03-26' }]) {
      const response = await send(batch([add(1, 1, 2), ping(2), { jsonrpc: '2.0', id: 3, method: 'nothing' }], headers))
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), 'application/json')
      const [sum, empty, failed] = byId(JSON.parse(await response.text()))
      assert.equal(sum?.result.content[0].text, '3')
      assert.deepEqual(empty, { jsonrpc: '2.0', id: 2, result: {} })
      assert.equal(failed?.error.code, -32601)
    }
  },
)

testBoth('TS-6: a batch of one is answered by an array of one', async (_, bound) => {
  const { send } = await bound(server)
  assert.deepEqual(JSON.parse(await (await send(batch([ping('a')]))).text()), [{ jsonrpc: '2.0', id: 'a', result: {} }])
})

testBoth('TS-6: a batch of 100 is answered', async (_, bound) => {
  const { send } = await bound(server)
  const replies: Reply[] = JSON.parse(await (await send(batch(pings(100)))).text())
  assert.deepEqual(
    byId(replies).map(({ id }) => id),
    pings(100).map(({ id }) => id),
  )
})

testBoth(`${SECTION}: notifications and responses alone are accepted with 202 and no body`, async (_, bound) => {
  const { send } = await bound(server)
  for (const messages of [
    [note],
    [note, note],
    [{ jsonrpc: '2.0', id: 1, result: {} }],
    [note, { jsonrpc: '2.0', id: 1, result: {} }],
  ]) {
    const response = await send(batch(messages))
    assert.equal(response.status, 202)
    assert.equal(await response.text(), '')
  }
})

testBoth(`${SECTION}: notifications beside requests are not answered; the requests are`, async (_, bound) => {
  const { send } = await bound(server)
  const response = await send(batch([note, add(7, 2, 2), note]))
  const replies = JSON.parse(await response.text())
  assert.equal(replies.length, 1)
  assert.equal(replies[0].id, 7)
})

testBoth(
  'JSON-RPC 2.0 §6: what is no message is answered in its place, with null where its id cannot be read',
  async (_, bound) => {
    const { send } = await bound(server)
    const replies = await messagesOf(await send(batch([1, {}, { jsonrpc: '2.0', id: 4, method: 5 }, ping(5)])))
    assert.deepEqual(
      replies.map(({ id, error }) => [id, error?.code]),
      [
        [null, -32600],
        [null, -32600],
        [4, -32600],
        [5, undefined],
      ],
    )
    const alone = await send(batch([1]))
    assert.equal(alone.status, 200)
    assert.deepEqual(
      (await messagesOf(alone)).map(({ id, error }) => [id, error.code]),
      [[null, -32600]],
    )
  },
)

testBoth(
  `${SECTION}: with progress, it is an event stream with one event per message, the responses last`,
  async (_, bound) => {
    const { send } = await bound(server)
    const response = await send(batch([steps(1), add(2, 1, 1), steps(3)]))
    assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
    const messages = await messagesOf(response)
    assert.equal(messages.length, 4 + 3)
    assert.deepEqual(
      messages
        .slice(-3)
        .map(({ id }) => id)
        .sort(),
      [1, 2, 3],
    )
    const progress = messages.slice(0, 4) as readonly { params?: { progressToken: string; progress: number } }[]
    for (const token of ['p1', 'p3']) {
      const own = progress.filter(({ params }) => params?.progressToken === token)
      assert.deepEqual(
        own.map(({ params }) => params?.progress),
        [1, 2],
      )
    }
  },
)

testBoth('every message of a batch reaches the interceptors', async (_, bound) => {
  const seen: (string | number | undefined)[][] = []
  const { send } = await bound(
    server.intercept(({ method, id }, next) => {
      seen.push([method, id])
      return next()
    }),
  )
  await send(batch([note, ping(1)]))
  await send(batch([note]))
  assert.deepEqual(seen.map(([method]) => method).sort(), [
    'notifications/initialized',
    'notifications/initialized',
    'ping',
  ])
})
