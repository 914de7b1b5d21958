import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { SubscriptionsListenResultSchema } from '@modelcontextprotocol/core'
import { MAX_LISTENERS } from '../../src/server/methods/subscriptions.ts'
import { request } from '../support/messages.ts'
import { gate } from './asking.ts'
import { ALL, acknowledged, create, listen, open, SUBSCRIPTION_ID, tagged, turn } from './listening.ts'

describe('2026-07-28 Subscriptions, Cancellation', () => {
  it('TS-59: by the client: nothing is sent for it any more, not even an answer', async () => {
    for (const id of ['sub', 0, '']) {
      const { begin, send, notify, came, connection, runtime } = open()
      await begin(ALL, id)
      send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: id } })
      await turn()
      notify.toolsChanged()
      await connection.drained()
      assert.deepEqual(await came(), [])
      assert.equal(runtime.listeners.size, 0)
      assert.deepEqual(await begin(ALL, id), acknowledged(ALL, id))
    }
  })

  it('one of several: the others go on', async () => {
    const { begin, send, notify, came } = open()
    await begin(ALL, 1)
    await begin(ALL, 2)
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    await turn()
    notify.toolsChanged()
    assert.deepEqual(await came(), [tagged('tools/list_changed', {}, 2)])
  })

  it('by going away', async () => {
    const { begin, connection, notify, came, runtime } = open()
    await begin(ALL)
    connection.disconnect()
    notify.toolsChanged()
    await connection.drained()
    assert.deepEqual(await came(), [])
    assert.equal(runtime.listeners.size, 0)
  })

  it('Graceful Closure; PY-128: by the server, after everything else: both the notification and the answer', async () => {
    const { begin, runtime, notify, came, connection } = open()
    await begin(ALL, 7)
    notify.toolsChanged()
    await runtime.close()
    notify.promptsChanged()
    await connection.drained()
    const [change, cancelled, response, ...others] = await came()
    assert.deepEqual(change, tagged('tools/list_changed', {}, 7))
    assert.deepEqual(cancelled, tagged('cancelled', { requestId: 7 }, 7))
    assert.deepEqual(
      [response.id, response.result],
      [
        7,
        {
          resultType: 'complete',
          _meta: { [SUBSCRIPTION_ID]: 7, 'io.modelcontextprotocol/serverInfo': { name: 'test', version: '1.0.0' } },
        },
      ],
    )
    assert.ok(SubscriptionsListenResultSchema.safeParse(response.result).success)
    assert.deepEqual(others, [])
  })

  it('by both sides in the same moment', async () => {
    const { begin, runtime, connection, came } = open()
    await begin(ALL)
    runtime.endSubscriptions()
    connection.disconnect()
    await connection.drained()
    assert.deepEqual(
      (await came()).map(({ method }) => method),
      ['notifications/cancelled'],
    )
  })

  it('while it was being found out what the caller may see', async () => {
    const { opened, open: allow } = gate()
    const asking = create().resource(
      'slow://a',
      {
        enabled: async () => {
          await opened
          return true
        },
      },
      () => '',
    )
    const { send, came, connection, runtime } = open(asking)
    send(listen('sub', { resourceSubscriptions: ['slow://a'] }))
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'sub' } })
    allow()
    await connection.drained()
    assert.deepEqual(await came(), [])
    assert.equal(runtime.listeners.size, 0)
  })

  it('the server closes while it is being found out what the caller may see', async () => {
    const { opened, open: allow } = gate()
    const asking = create().resource(
      'slow://a',
      {
        enabled: async () => {
          await opened
          return true
        },
      },
      () => '',
    )
    const { send, next, runtime } = open(asking)
    send(listen('sub', { resourceSubscriptions: ['slow://a'] }))
    const closed = runtime.close()
    allow()
    assert.deepEqual((await next()).error, { code: -32603, message: 'The server is closing' })
    await closed
  })
})

describe('how many may listen', () => {
  it('PY-126: one more than 1,024 is refused before it is acknowledged, until another ends', async () => {
    const { send, begin, came, notify } = open()
    for (let id = 0; id < MAX_LISTENERS; id++) send(listen(id, { toolsListChanged: true }))
    assert.equal((await came()).length, 1_024)
    const message = 'subscriptions/listen: 1024 listen already'
    assert.deepEqual((await begin(ALL, 'more')).error, { code: -32603, message })
    notify.toolsChanged()
    assert.equal((await came()).length, 1_024)
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } })
    await turn()
    assert.deepEqual(await begin(ALL, 'more'), acknowledged(ALL, 'more'))
  })
})

describe('watch, on both eras together', () => {
  it('starts with the first subscriber, and stops with the last', async () => {
    const noted: string[] = []
    const tells: (() => void)[] = []
    const server = create().resource(
      'note://{id}',
      {
        watch: (uri, notify) => {
          noted.push(`start ${uri}`)
          tells.push(notify)
          return () => noted.push(`stop ${uri}`)
        },
      },
      ({ id }) => id,
    )
    const { open: initialize, ask, begin, send, came } = open(server)
    await initialize('2025-11-25')
    await begin({ resourceSubscriptions: ['note://1', 'note://1'] })
    await ask(request('2025-11-25', 1, 'resources/subscribe', { uri: 'note://1' }))
    await turn()
    assert.deepEqual(noted, ['start note://1'])
    tells[0]?.()
    assert.deepEqual(await came(), [
      { jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri: 'note://1' } },
      tagged('resources/updated', { uri: 'note://1' }),
    ])
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'sub' } })
    await turn()
    assert.deepEqual(noted, ['start note://1'])
    await ask(request('2025-11-25', 2, 'resources/unsubscribe', { uri: 'note://1' }))
    await turn()
    assert.deepEqual(noted, ['start note://1', 'stop note://1'])
  })

  it('a watch that fails keeps nobody from listening, and what is unknown is not watched', async () => {
    const server = create().resource('note://1', { watch: () => assert.fail('no such file') }, () => '')
    const { begin, notify, came, logger } = open(server)
    const filter = { resourceSubscriptions: ['note://1', 'unknown://1'] }
    assert.deepEqual(await begin(filter), acknowledged({ resourceSubscriptions: ['note://1'] }))
    await turn()
    assert.deepEqual(
      logger.lines.map(({ message }) => message),
      ['the watch of note://1 failed to start:'],
    )
    notify.resourceUpdated('note://1')
    assert.deepEqual(await came(), [tagged('resources/updated', { uri: 'note://1' })])
  })
})
