import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type AbortedError, type Client, createClient, McpError } from '../../../src/client.ts'
import { keepingLogger, STATEFUL, type Version } from '../../support/messages.ts'
import { scripted, speaking } from '../../support/scripted-server.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const begin = async (t: TestContext, version: Version, client: Client, script = {}) => {
  const server = scripted(speaking(version, script))
  const logger = keepingLogger()
  const connection = await client.connect(server.runtime, { revisions: [version], logger })
  t.after(() => connection.close())
  return { server, connection, logger }
}

/** Roots that are named when the test says so. */
const held = () => {
  const signals: AbortSignal[] = []
  const finish: (() => void)[] = []
  const client = createClient().roots(({ signal }) => {
    signals.push(signal)
    return new Promise((resolve) => finish.push(() => resolve([])))
  })
  return { client, signals, finish }
}

for (const version of STATEFUL) {
  test(`${version}: a question is answered under its id, whatever that is, and pings are, too`, async (t) => {
    const { server } = await begin(t, version, createClient().roots([]))
    for (const id of [0, 7, '', 'a', -1]) {
      server.say({ id, method: 'roots/list' })
      assert.deepEqual(await server.next(), { jsonrpc: '2.0', id, result: { roots: [] } })
      server.say({ id, method: 'ping' })
      assert.deepEqual(await server.next(), { jsonrpc: '2.0', id, result: {} })
    }
  })

  test(`${version}: questions are answered as soon as each can be, and those in a batch, too`, async (t) => {
    const { client, finish } = held()
    const { server } = await begin(t, version, client)
    server.say({ id: 1, method: 'roots/list' })
    server.say(
      JSON.stringify([
        { jsonrpc: '2.0', id: 2, method: 'roots/list' },
        { jsonrpc: '2.0', id: 3, method: 'ping' },
      ]),
    )
    assert.equal((await server.next()).id, 3)
    finish[1]?.()
    assert.equal((await server.next()).id, 2)
    finish[0]?.()
    assert.equal((await server.next()).id, 1)
  })

  test(`${version}: a question that is taken back is not answered, and who answers it hears why`, async (t) => {
    for (const [reason, message] of [
      ['not needed', 'the server has taken its question back: not needed'],
      [undefined, 'the server has taken its question back'],
      [5, 'the server has taken its question back'],
    ] as const) {
      const { client, signals, finish } = held()
      const { server } = await begin(t, version, client)
      server.say({ id: 'q', method: 'roots/list' })
      await turn()
      server.say({ method: 'notifications/cancelled', params: { requestId: 'q', reason } })
      await turn()
      const why: AbortedError = signals[0]?.reason
      assert.deepEqual([why.name, why.code, why.message], ['AbortedError', 'cancelled', message])
      finish[0]?.()
      await turn()
      server.say({ id: 'p', method: 'ping' })
      assert.equal((await server.next()).id, 'p')
    }
  })

  test(`${version}: a question under an id that is in use is refused`, async (t) => {
    const { client, finish } = held()
    const { server } = await begin(t, version, client)
    server.say({ id: 'q', method: 'roots/list' }, { id: 'q', method: 'roots/list' })
    assert.deepEqual((await server.next()).error, {
      code: -32600,
      message: 'the id "q" is in use by a request in flight',
    })
    finish[0]?.()
    assert.deepEqual((await server.next()).result, { roots: [] })
  })

  test(`${version}: who answers hears that the server has gone, and nothing is sent then`, async (t) => {
    const { client, signals, finish } = held()
    const { server } = await begin(t, version, client)
    server.say({ id: 'q', method: 'roots/list' })
    await turn()
    server.drop()
    await turn()
    assert.deepEqual([signals[0]?.reason.name, signals[0]?.reason.code], ['AbortedError', 'disconnected'])
    finish[0]?.()
    await turn()
    assert.equal(server.methods.includes(undefined), false)
  })

  test(`${version}: a question that is none is refused where it can be, and nobody is disturbed by the rest`, async (t) => {
    const { server, connection } = await begin(t, version, createClient().roots([]))
    server.say({ id: 'q', method: 'roots/list', params: [] })
    assert.deepEqual(await server.next(), {
      jsonrpc: '2.0',
      id: 'q',
      error: { code: -32600, message: 'Invalid request: "params" must be an object' },
    })
    server.say(
      { id: null, method: 'roots/list' },
      { id: 1.5, result: {} },
      { id: 'never asked', result: {} },
      { id: 'never asked', error: 'no' },
      { method: 'notifications/cancelled', params: { requestId: 'never asked' } },
      { method: 'notifications/cancelled' },
      { method: 'notifications/unknown' },
      'null',
      '5',
      '[]',
      'no JSON at all',
    )
    await connection.ping()
    assert.equal(server.received.filter(({ method }) => method === undefined).length, 1)
  })

  test(`${version}: a server may ping as soon as it is opened, and ask when it is`, async () => {
    const opening: unknown[] = []
    const server = scripted(
      speaking(version, {
        initialize: ({ id }: { id: number }) => {
          const result = speaking(version)['initialize']
          const one = { jsonrpc: '2.0', id: 'early', method: 'ping' }
          const two = { jsonrpc: '2.0', id: 'also early', method: 'roots/list' }
          return JSON.stringify([one, two, { jsonrpc: '2.0', id, result }, { ...one, id: 'right behind' }])
        },
        'notifications/initialized': () => server.say({ id: 'late', method: 'roots/list' }),
      }),
    )
    const client = await createClient()
      .roots([])
      .connect(server.runtime, { revisions: [version] })
    for (let count = 0; count < 4; count += 1) opening.push(await server.next())
    assert.deepEqual(opening, [
      { jsonrpc: '2.0', id: 'early', result: {} },
      {
        jsonrpc: '2.0',
        id: 'also early',
        error: { code: -32601, message: 'This client does not answer "roots/list"' },
      },
      { jsonrpc: '2.0', id: 'right behind', result: {} },
      { jsonrpc: '2.0', id: 'late', result: { roots: [] } },
    ])
    await client.close()
  })
}

test('PY-108: what a callback throws is what the server hears; an error of the protocol as it is', async (t) => {
  for (const [thrown, error, logged] of [
    [new Error('the disk is full'), { code: -32603, message: 'the disk is full' }, 1],
    ['words', { code: -32603, message: 'words' }, 1],
    [new McpError(-1, 'the user has refused'), { code: -1, message: 'the user has refused' }, 0],
    [new McpError(4711, 'no', { why: 1 }), { code: 4711, message: 'no', data: { why: 1 } }, 0],
  ] as const) {
    const client = createClient().roots(() => {
      throw thrown
    })
    const { server, logger } = await begin(t, '2025-11-25', client)
    server.say({ id: 'q', method: 'roots/list' })
    assert.deepEqual((await server.next()).error, error)
    assert.equal(logger.lines.length, logged)
    if (logged) assert.equal(logger.lines[0]?.message, 'what answers "roots/list" failed:')
  }
})

test("PY-108: an answer that JSON cannot carry is an error of the server's call", async (t) => {
  const client = createClient().sampling(
    () => ({ role: 'assistant', content: { type: 'text', text: 1n }, model: 'm' }) as never,
  )
  const { server } = await begin(t, '2025-11-25', client)
  server.say({ id: 'q', method: 'sampling/createMessage', params: { messages: [] } })
  assert.deepEqual((await server.next()).error, { code: -32603, message: 'Do not know how to serialize a BigInt' })
})
