import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer } from '../../src/index.ts'
import { assertKnown } from '../protocol/known.ts'
import { connect, opened } from '../support/connection.ts'
import { initializeParams, type Reply, request, VERSIONS } from '../support/messages.ts'

const BATCHES = '2025-03-26'

const abortedBy = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(String(signal.reason.code))))

const server = createServer({ name: 'batch', version: '1' })
  .tool('now', () => 'now')
  .tool('soon', async () => 'soon')
  .tool('told', async (_args, ctx) => {
    await ctx.progress(1)
    return 'told'
  })
  .tool('never', (_args, ctx) => abortedBy(ctx.signal))

const call = (id: string | number, name: string, meta = {}) => request(BATCHES, id, 'tools/call', { name, _meta: meta })

const ping = (id: string | number) => ({ jsonrpc: '2.0', id, method: 'ping' })

const asBatch = (reply: unknown): readonly Reply[] => {
  assert.ok(Array.isArray(reply), JSON.stringify(reply))
  for (const message of reply) assertKnown(BATCHES, 'method' in message ? 'x' : 'tools/call', message)
  return reply
}

const said = ({ id, result, error }: Reply): unknown => [id, error?.code ?? result.content[0].text]

test('2025-03-26 Batching: the answers to a batch come in one array', async () => {
  const { ask } = await opened(server, BATCHES)
  const replies = asBatch(await ask([call(1, 'now'), call('two', 'soon'), call(0, 'nothing'), call('', 'now')]))
  assert.deepEqual(replies.map(said), [
    [1, 'now'],
    ['two', 'soon'],
    [0, -32602],
    ['', 'now'],
  ])
})

test('2025-03-26 Batching: a batch of one is answered with an array of one', async () => {
  const { ask } = await opened(server, BATCHES)
  assert.deepEqual(asBatch(await ask([call(1, 'now')])).map(said), [[1, 'now']])
})

test('JSON-RPC 2.0 Batch: notifications and responses in a batch are not answered', async () => {
  const { ask, send, inbox } = await opened(server, BATCHES)
  const quiet = [
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 5, result: {} },
    { jsonrpc: '2.0', method: 'notifications/cancelled', params: [] },
  ]
  assert.deepEqual(asBatch(await ask([...quiet, call(1, 'now'), ...quiet])).map(said), [[1, 'now']])
  send(quiet)
  assert.deepEqual((await ask(ping(2))).result, {})
  assert.equal(inbox.size, 0)
})

test('JSON-RPC 2.0 Batch: what is no message is answered in its place, arrays in arrays among it', async () => {
  const { ask } = await opened(server, BATCHES)
  const replies = asBatch(await ask([1, [call(1, 'now')], call(2, 'now'), { jsonrpc: '2.0', id: 3, method: 4 }]))
  assert.deepEqual(replies.map(said), [
    [null, -32600],
    [null, -32600],
    [2, 'now'],
    [3, -32600],
  ])
})

test('JSON-RPC 2.0 Batch: an empty batch is one error', async () => {
  const { ask } = await opened(server, BATCHES)
  const reply = await ask([])
  assert.deepEqual([reply.id, reply.error.code], [null, -32600])
})

test('a batch holds at most 100 messages', async () => {
  const { ask } = await opened(server, BATCHES)
  const batchOf = (length: number) => Array.from({ length }, (_, index) => ping(index))
  assert.equal(((await ask(batchOf(100))) as unknown as readonly unknown[]).length, 100)
  const reply = await ask(batchOf(101))
  assert.deepEqual([reply.id, reply.error.code], [null, -32600])
  assert.match(reply.error.message, /at most 100 messages, got 101/)
})

test('2025-03-26 Initialization: initialize must not be part of a batch', async () => {
  const { ask } = await opened(server, BATCHES)
  const replies = asBatch(await ask([request(BATCHES, 1, 'initialize', initializeParams(BATCHES)), call(2, 'now')]))
  assert.deepEqual(replies.map(said), [
    [1, -32600],
    [2, 'now'],
  ])
})

test('2025-03-26 Initialization: before it, there are no batches', async () => {
  const { ask } = connect(server)
  const reply = await ask([request(BATCHES, 1, 'initialize', initializeParams(BATCHES))])
  assert.deepEqual([reply.id, reply.error.code], [null, -32600])
  assert.equal((await ask(request(BATCHES, 1, 'initialize', initializeParams(BATCHES)))).error, undefined)
})

for (const version of VERSIONS.filter((one) => one !== BATCHES)) {
  test(`${version} has no batches`, async () => {
    const options = version === '2026-07-28' ? { revisions: [version] } : {}
    const { ask } = await opened(server, version, options)
    const reply = await ask([request(version, 1, 'tools/list')])
    assert.equal(reply.error.code, -32600)
    assertKnown(version, 'tools/list', reply)
  })
}

test('2025-03-26 Batching: the same id twice in a batch is answered twice, once with an error', async () => {
  const { ask } = await opened(server, BATCHES)
  const replies = asBatch(await ask([call(1, 'soon'), call(1, 'now')]))
  assert.deepEqual(replies.map(said), [
    [1, 'soon'],
    [1, -32600],
  ])
})

test('a request of a batch can be cancelled: the others are answered without it', async () => {
  const { send, next } = await opened(server, BATCHES)
  send([call(1, 'never'), call(2, 'now')])
  send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
  assert.deepEqual(asBatch(await next()).map(said), [[2, 'now']])
})

test('a batch of which everything was cancelled is not answered', async () => {
  const { send, ask, connection } = await opened(server, BATCHES)
  send([call(1, 'never'), call(2, 'never')])
  send([1, 2].map((requestId) => ({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } })))
  await connection.drained()
  assert.equal((await ask(ping(3))).id, 3)
})

test('a batch may cancel what is in it', async () => {
  const { send, next } = await opened(server, BATCHES)
  send([call(1, 'never'), { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }, ping(2)])
  assert.deepEqual(
    ((await next()) as unknown as readonly Reply[]).map(({ id }) => id),
    [2],
  )
})

test('notifications of a batch do not wait for it', async () => {
  const { send, next } = await opened(server, BATCHES)
  send([call(1, 'told', { progressToken: 't' }), call(2, 'now')])
  const progress = (await next()) as Reply & { readonly params?: unknown }
  assert.deepEqual(progress.params, { progressToken: 't', progress: 1 })
  assert.deepEqual(asBatch(await next()).map(said), [
    [1, 'told'],
    [2, 'now'],
  ])
})

test('a request with an envelope in a batch is served by its own revision', async () => {
  const { ask } = await opened(server, BATCHES)
  const replies = (await ask([ping(1), request('2026-07-28', 2, 'tools/list')])) as unknown as readonly Reply[]
  assert.deepEqual(replies[0]?.result, {})
  assert.equal(replies[1]?.result.resultType, 'complete')
})

test('drained waits for the answer to a batch, not for its parts alone', async () => {
  const { send, connection, inbox } = await opened(server, BATCHES)
  send([call(1, 'soon'), call(2, 'soon')])
  await connection.drained()
  assert.equal(inbox.size, 1)
})
