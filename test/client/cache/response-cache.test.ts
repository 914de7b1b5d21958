import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AbortedError, type Connection, ConnectionError, createClient } from '../../../src/client.ts'
import { type Loose, Refused } from '../../support/answering.ts'
import { STATEFUL } from '../../support/messages.ts'
import { speaking } from '../../support/scripted-server.ts'
import { allOf, connectTo, lose, sent, turn } from '../support.ts'
import { counting, hinted, LISTS, TTL } from './support.ts'

const VERSION = '2026-07-28'

const DAY = 86_400_000

const NOTE = 'note://1'

/** Every result that may be kept. */
const ASKS: readonly (readonly [method: string, ask: (connection: Connection) => PromiseLike<unknown>])[] = [
  ['tools/list', (connection) => connection.listTools()],
  ['prompts/list', (connection) => connection.listPrompts()],
  ['resources/list', (connection) => connection.listResources()],
  ['resources/templates/list', (connection) => connection.listResourceTemplates()],
  ['resources/read', (connection) => connection.readResource(NOTE)],
]

describe('2026-07-28 Caching, Time to Live', () => {
  for (const [method, ask] of ASKS) {
    it(`PY-120: ${method} is asked once, until its time is over`, async (t) => {
      t.mock.timers.enable({ apis: ['Date'] })
      const { connection, server } = await connectTo(t, counting())
      const first = await ask(connection)
      t.mock.timers.tick(TTL - 1)
      assert.deepEqual(await ask(connection), first)
      assert.equal(sent(server, method).length, 1)
      t.mock.timers.tick(1)
      assert.notDeepEqual(await ask(connection), first)
      assert.equal(sent(server, method).length, 2)
    })
  }

  for (const ttlMs of [0, -1, '1000', true, null, undefined]) {
    it(`a result is not kept for ${JSON.stringify(ttlMs)} milliseconds`, async (t) => {
      const script = { 'tools/list': { resultType: 'complete', tools: [], ttlMs, cacheScope: 'private' } }
      const { connection, server } = await connectTo(t, speaking(VERSION, script))
      await connection.listTools()
      await connection.listTools()
      assert.equal(sent(server, 'tools/list').length, 2)
    })
  }

  it('TS-60: no result is kept for longer than a day', async (t) => {
    t.mock.timers.enable({ apis: ['Date'] })
    const { connection, server } = await connectTo(t, counting(DAY * 365))
    await connection.listTools()
    t.mock.timers.tick(DAY - 1)
    await connection.listTools()
    assert.equal(sent(server, 'tools/list').length, 1)
    t.mock.timers.tick(1)
    await connection.listTools()
    assert.equal(sent(server, 'tools/list').length, 2)
  })

  it('each page of a list for itself', async (t) => {
    t.mock.timers.enable({ apis: ['Date'] })
    const { connection, server } = await connectTo(
      t,
      speaking(VERSION, {
        'prompts/list': ({ params }: Loose) =>
          params.cursor === 'two'
            ? hinted({ prompts: [{ name: 'b' }] }, TTL * 2)
            : hinted({ prompts: [{ name: 'a' }], nextCursor: 'two' }),
      }),
    )
    const names = async (): Promise<string> => (await connection.listPrompts()).map(({ name }) => name).join()
    assert.equal(await names(), 'a,b')
    t.mock.timers.tick(TTL)
    assert.equal(await names(), 'a,b')
    assert.deepEqual(
      sent(server, 'prompts/list').map(({ params }) => params.cursor),
      [undefined, 'two', undefined],
    )
  })

  it('what may be kept for everybody is kept for as long as what may not', async (t) => {
    const { connection, server } = await connectTo(
      t,
      speaking(VERSION, { 'tools/list': hinted({ tools: [] }, TTL, 'public') }),
    )
    await connection.listTools()
    await connection.listTools()
    assert.equal(sent(server, 'tools/list').length, 1)
  })

  it('nothing else is kept, whatever it says', async (t) => {
    const methods = ['tools/call', 'prompts/get', 'completion/complete', 'vendor/method']
    const script = Object.fromEntries(methods.map((method) => [method, hinted({ content: [] })]))
    const { connection, server } = await connectTo(t, speaking(VERSION, script))
    for (const method of methods) {
      for (let times = 0; times < 2; times++) await connection.request(method, { name: 'any', uri: NOTE })
      assert.equal(sent(server, method).length, 2)
    }
    assert.equal(sent(server, 'resources/read').length, 0)
  })

  it('a URI that is no text has no place, and none at all is no part of another one', async (t) => {
    const { connection, server } = await connectTo(t, counting())
    for (const uri of [7, null, ['note://1']]) {
      for (let times = 0; times < 2; times++) await connection.request('resources/read', { uri })
    }
    assert.equal(sent(server, 'resources/read').length, 6)
    await connection.request('resources/read')
    server.say({ method: 'notifications/resources/updated', params: { uri: '/' } })
    await turn()
    await connection.request('resources/read')
    assert.equal(sent(server, 'resources/read').length, 7)
  })

  for (const version of STATEFUL) {
    it(`${version} knows nothing of it, whatever the server says`, async (t) => {
      const store = new Map()
      const options = { cache: { store, partition: 'a' } }
      const { connection, server } = await connectTo(t, counting(TTL, version), options)
      for (const [method, ask] of ASKS) {
        await ask(connection)
        await ask(connection)
        assert.equal(sent(server, method).length, 2)
      }
      assert.equal(store.size, 0)
    })
  }

  it('where nothing is to be kept, nothing is', async (t) => {
    const { connection, server } = await connectTo(t, counting(), { cache: false })
    const changes = connection.listen({ tools: true })
    await changes.ready
    await connection.listTools()
    await connection.listTools()
    assert.equal(sent(server, 'tools/list').length, 2)
  })
})

describe('what is kept', () => {
  it('PY-120: is given as a copy, in a later turn, and what is done to it stays there', async (t) => {
    const { connection } = await connectTo(t, counting())
    const given = await connection.request('tools/list')
    ;(given['tools'] as { name: string }[])[0] = { name: 'changed' }
    let isLater = false
    const kept = connection.request('tools/list')
    const later = kept.then(() => assert.ok(isLater))
    isLater = true
    await later
    ;((await kept)['tools'] as { name: string }[])[0] = { name: 'changed again' }
    assert.equal((await connection.listTools())[0]?.name, 'number 1')
  })

  it('is item by item what it is as a whole', async (t) => {
    const { connection, server } = await connectTo(t, counting())
    const all = await connection.listResources()
    assert.deepEqual(await allOf(connection.listResources()), all)
    assert.equal(sent(server, 'resources/list').length, 1)
  })

  it('each resource for itself', async (t) => {
    const { connection, server } = await connectTo(t, counting())
    for (const uri of [NOTE, 'note://2', NOTE, 'note://2']) await connection.readResource(uri)
    assert.equal(sent(server, 'resources/read').length, 2)
  })

  it('TS-60: is not given to a call whose signal has aborted', async (t) => {
    const { connection } = await connectTo(t, counting())
    await connection.listTools()
    const reason = new Error('too late')
    await assert.rejects(
      Promise.resolve(connection.listTools({ signal: AbortSignal.abort(reason) })),
      (error) => error instanceof AbortedError && error.cause === reason,
    )
  })

  it('PY-124: is not given by a connection that is closed', async (t) => {
    const { connection } = await connectTo(t, counting())
    await connection.listTools()
    await connection.readResource(NOTE)
    await connection.close()
    const isClosed = (error: unknown): boolean => error instanceof ConnectionError && error.code === 'closed'
    for (const cache of ['use', 'refresh', 'bypass'] as const) {
      await assert.rejects(Promise.resolve(connection.listTools({ cache })), isClosed)
      await assert.rejects(connection.readResource(NOTE, { cache }), isClosed)
    }
  })

  it('is not given by one that is lost, since it may have missed a change', async (t) => {
    const options = { reconnect: { delayMs: 1, maxDelayMs: 1 } }
    const { connection, server } = await connectTo(t, counting(), options)
    const [before] = await connection.listTools()
    await lose(server)
    const [after] = await connection.listTools()
    assert.notEqual(after?.name, before?.name)
    assert.deepEqual((await connection.listTools())[0], after)
    assert.equal(server.connections, 2)
    assert.equal(sent(server, 'tools/list').length, 2)
  })
})

describe('whether what is kept will do', () => {
  it('refresh asks, and keeps what it is told', async (t) => {
    const { connection, server } = await connectTo(t, counting())
    await connection.listTools()
    const fresh = await connection.listTools({ cache: 'refresh' })
    assert.equal(fresh[0]?.name, 'number 2')
    assert.deepEqual(await connection.listTools(), fresh)
    assert.equal(sent(server, 'tools/list').length, 2)
  })

  it('PY-121, TS-60: a refreshed result that may not be kept takes the place of one that might', async (t) => {
    let ttlMs = TTL
    const script = { 'prompts/list': () => hinted({ prompts: [] }, ttlMs) }
    const { connection, server } = await connectTo(t, speaking(VERSION, script))
    await connection.listPrompts()
    ttlMs = 0
    await connection.listPrompts({ cache: 'refresh' })
    await connection.listPrompts()
    assert.equal(sent(server, 'prompts/list').length, 3)
  })

  it('PY-121: a result of rounds is never kept, and takes the place of one that was', async (t) => {
    const question = {
      resultType: 'input_required',
      inputRequests: { sure: { method: 'elicitation/create', params: { message: 'Sure?', requestedSchema: {} } } },
    }
    let asks = false
    const script = {
      'resources/read': ({ params }: Loose) => (asks && !params.inputResponses ? question : hinted({ contents: [] })),
    }
    const client = createClient().elicitation(() => ({ action: 'decline' }))
    const { connection, server } = await connectTo(t, speaking(VERSION, script), {}, client)
    await connection.readResource(NOTE)
    asks = true
    await connection.readResource(NOTE, { cache: 'refresh' })
    assert.equal(sent(server, 'resources/read').length, 3)
    await connection.readResource(NOTE)
    await connection.readResource(NOTE)
    assert.equal(sent(server, 'resources/read').length, 7)
  })

  it('PY-124: bypass asks, and leaves what is kept as it is', async (t) => {
    const { connection, server } = await connectTo(t, counting())
    const kept = await connection.listTools()
    assert.equal((await connection.listTools({ cache: 'bypass' }))[0]?.name, 'number 2')
    assert.deepEqual(await connection.listTools(), kept)
    await connection.listPrompts({ cache: 'bypass' })
    await connection.listPrompts()
    assert.equal(sent(server, 'prompts/list').length, 2)
  })

  it('a call with meta asks, and leaves what is kept as it is', async (t) => {
    const { connection, server } = await connectTo(t, counting())
    const kept = await connection.listTools()
    assert.equal((await connection.listTools({ meta: { 'example.com/tenant': 'a' } }))[0]?.name, 'number 2')
    assert.deepEqual(await connection.listTools(), kept)
    assert.equal(sent(server, 'tools/list').length, 2)
  })
})

describe('2026-07-28 Caching, Interaction with Pagination', () => {
  /** A list of two pages whose second one fails as long as there is an error. */
  const pages = () => {
    const state: { error: Refused | undefined } = { error: undefined }
    const script = {
      'tools/list': ({ params }: Loose) => {
        if (params.cursor === undefined) return hinted({ tools: [], nextCursor: 'two' })
        return state.error ?? hinted({ tools: [] }, 0)
      },
    }
    return { state, script: speaking(VERSION, script) }
  }

  it('PY-124: a cursor that has become invalid makes the whole list stale', async (t) => {
    const { state, script } = pages()
    const { connection, server } = await connectTo(t, script)
    await connection.listTools()
    state.error = new Refused(-32602, 'The cursor is too old')
    await assert.rejects(Promise.resolve(connection.listTools()), { code: -32602 })
    state.error = undefined
    await connection.listTools()
    assert.deepEqual(
      sent(server, 'tools/list').map(({ params }) => params.cursor),
      [undefined, 'two', 'two', undefined, 'two'],
    )
  })

  it('PY-124: another error does not, nor one that comes past the cache', async (t) => {
    const { state, script } = pages()
    const { connection, server } = await connectTo(t, script)
    await connection.listTools()
    state.error = new Refused(-32603, 'I am tired')
    await assert.rejects(Promise.resolve(connection.listTools()), { code: -32603 })
    state.error = new Refused(-32602, 'The cursor is too old')
    await assert.rejects(Promise.resolve(connection.listTools({ cache: 'bypass' })), { code: -32602 })
    await assert.rejects(connection.request('tools/list', { cursor: 'two' }, { meta: {} }), { code: -32602 })
    state.error = undefined
    await connection.listTools()
    assert.deepEqual(
      sent(server, 'tools/list').map(({ params }) => params.cursor),
      [undefined, 'two', 'two', undefined, 'two', 'two', 'two'],
    )
  })

  it('PY-124: and invalid parameters without a cursor say nothing of the list', async (t) => {
    let fails = false
    const script = {
      'tools/list': () => (fails ? new Refused(-32602, 'No') : hinted({ tools: [] })),
      'resources/read': () => new Refused(-32602, 'No'),
    }
    const { connection, server } = await connectTo(t, speaking(VERSION, script))
    await connection.listTools()
    fails = true
    await assert.rejects(Promise.resolve(connection.listTools({ cache: 'refresh' })), { code: -32602 })
    await connection.listTools()
    assert.equal(sent(server, 'tools/list').length, 2)
    await assert.rejects(connection.readResource(NOTE), { code: -32602 })
  })
})

it('every list has its place', () => {
  assert.deepEqual(
    ASKS.map(([method]) => method).filter((method) => method !== 'resources/read'),
    Object.keys(LISTS),
  )
})
