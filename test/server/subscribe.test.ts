import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../src/index.ts'
import { ABLE, clientOf, type Loose } from '../support/answering.ts'
import { type Bindable, connect } from '../support/connection.ts'
import { messagesOf, post, STATEFUL } from '../support/messages.ts'
import { gate, quiet } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

const listChanged = (what: string) => ({ jsonrpc: '2.0', method: `notifications/${what}/list_changed` })
const updated = (uri: string) => ({ jsonrpc: '2.0', method: 'notifications/resources/updated', params: { uri } })

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A server that has something of each kind, and what becomes of its watches. */
const watched = () => {
  const noted: string[] = []
  let tell: () => void = () => undefined
  const server = create()
    .tool('change', v.object({ uri: v.string() }), ({ uri }, ctx) => {
      ctx.notify.toolsChanged()
      ctx.notify.promptsChanged()
      ctx.notify.resourcesChanged()
      ctx.notify.resourceUpdated(uri)
      return 'told'
    })
    .prompt('greet', () => 'Hello')
    .resource(
      'note://{id}',
      {
        watch: (uri, notify) => {
          noted.push(`start ${uri}`)
          tell = notify
          return () => noted.push(`stop ${uri}`)
        },
      },
      ({ id }) => id,
    )
    .resource('plain://a', () => 'a')
    .resource('hidden://a', { enabled: () => false }, () => 'a')
  return { server, noted, tell: () => tell() }
}

/** What came to a client, and was not read. */
const unread = async ({ inbox }: { inbox: { size: number; next(): Promise<Loose> } }): Promise<readonly Loose[]> => {
  const messages: Loose[] = []
  while (inbox.size > 0) messages.push(await inbox.next())
  return messages
}

const openedBy = (server: Bindable, version: (typeof STATEFUL)[number]) => clientOf(server, version)

describe('2025-11-25 Tools, Prompts and Resources, List Changed Notification', () => {
  it('every client on a connection hears of changes, from handlers and from the host', async () => {
    for (const version of STATEFUL) {
      const { connected, call } = await openedBy(watched().server, version)
      const { notifications } = await call('tools/call', { name: 'change', arguments: { uri: 'note://1' } })
      const all = [listChanged('tools'), listChanged('prompts'), listChanged('resources')]
      assert.deepEqual(notifications, all)
      const { notify } = connected.runtime
      notify.toolsChanged()
      notify.promptsChanged()
      notify.resourcesChanged()
      assert.deepEqual(await unread(connected), all)
    }
  })

  it('all of this is declared', async () => {
    const capabilities = { tools: { listChanged: true }, prompts: { listChanged: true }, logging: {} }
    const { open } = connect(watched().server)
    const { result } = await open('2025-11-25')
    assert.deepEqual(result.capabilities, { ...capabilities, resources: { subscribe: true, listChanged: true } })
  })

  it('what a server has none of does not change', async () => {
    const { connected } = await openedBy(
      create().tool('only', () => ''),
      '2025-11-25',
    )
    const { notify } = connected.runtime
    notify.promptsChanged()
    notify.resourcesChanged()
    notify.toolsChanged()
    assert.deepEqual(await unread(connected), [listChanged('tools')])
  })

  it('before a connection is open, and after its client has gone, nobody is told', async () => {
    const { runtime, inbox, open, connection } = connect(watched().server)
    runtime.notify.toolsChanged()
    assert.equal(inbox.size, 0)
    await open('2025-11-25')
    connection.disconnect()
    runtime.notify.toolsChanged()
    assert.equal(inbox.size, 0)
  })
})

describe('2025-11-25 Resources, Subscriptions', () => {
  it('updates of what was subscribed to, and of nothing else, until it is unsubscribed from', async () => {
    for (const version of STATEFUL) {
      const { connected, call } = await openedBy(watched().server, version)
      const { notify } = connected.runtime
      assert.deepEqual((await call('resources/subscribe', { uri: 'note://1' })).reply.result, {})
      notify.resourceUpdated('note://1')
      notify.resourceUpdated('note://2')
      notify.resourceUpdated('note://1/')
      assert.deepEqual(await unread(connected), [updated('note://1')])
      assert.deepEqual((await call('resources/unsubscribe', { uri: 'note://1' })).reply.result, {})
      notify.resourceUpdated('note://1')
      assert.deepEqual(await unread(connected), [])
    }
  })

  it('twice is once, and unsubscribing from what was not subscribed to is none too many', async () => {
    const { server, noted } = watched()
    const { connected, call } = await openedBy(server, '2025-11-25')
    await call('resources/subscribe', { uri: 'note://1' })
    await call('resources/subscribe', { uri: 'note://1' })
    connected.runtime.notify.resourceUpdated('note://1')
    assert.deepEqual(await unread(connected), [updated('note://1')])
    assert.deepEqual((await call('resources/unsubscribe', { uri: 'note://1' })).reply.result, {})
    assert.deepEqual((await call('resources/unsubscribe', { uri: 'note://1' })).reply.result, {})
    assert.deepEqual((await call('resources/unsubscribe', { uri: 'unknown://1' })).reply.result, {})
    await turn()
    assert.deepEqual(noted, ['start note://1', 'stop note://1'])
  })

  it('an unknown URI, and one that is hidden from the caller, are not found', async () => {
    for (const version of STATEFUL) {
      const { call } = await openedBy(watched().server, version)
      for (const uri of ['unknown://a', 'hidden://a', 'plain://b', '']) {
        const { code, data } = (await call('resources/subscribe', { uri })).reply.error
        assert.deepEqual([code, data], [-32002, { uri }])
      }
    }
  })

  it('a connection subscribes to 1,024 resources at most', async () => {
    const { call } = await openedBy(watched().server, '2025-11-25')
    const subscribe = async (id: number) =>
      (await call('resources/subscribe', { uri: `note://${id}` })).reply.error?.message
    for (let id = 0; id < 1_024; id++) assert.equal(await subscribe(id), undefined)
    assert.equal(await subscribe(1_024), 'resources/subscribe: at most 1024 resources can be subscribed to')
    await call('resources/unsubscribe', { uri: 'note://7' })
    assert.equal(await subscribe(1_024), undefined)
  })

  it('a URI is a string', async () => {
    const { call } = await openedBy(watched().server, '2025-11-25')
    for (const method of ['resources/subscribe', 'resources/unsubscribe']) {
      for (const params of [{}, { uri: 7 }, { uri: null }]) {
        const { error } = (await call(method, params)).reply
        assert.deepEqual(error, { code: -32602, message: `${method}: "uri" must be a string` })
      }
    }
  })

  it('needs a session: over HTTP without one, nobody could be told', async () => {
    const runtime = quiet(watched().server)
    for (const version of STATEFUL) {
      for (const method of ['resources/subscribe', 'resources/unsubscribe']) {
        const [reply] = await messagesOf(await runtime.fetch(post(version, method, { uri: 'note://1' })))
        const message = `${method} needs a session, in which updates can be sent`
        assert.deepEqual(reply?.error, { code: -32600, message })
      }
    }
  })

  it('what replaces resources/read has resources of its own', async () => {
    const gateway = create()
      .method('resources/list', {}, () => ({ resources: [] }))
      .method('resources/read', {}, () => ({ contents: [] }))
    const { connected, call } = await openedBy(gateway, '2025-11-25')
    assert.deepEqual((await call('resources/subscribe', { uri: 'far://away' })).reply.result, {})
    connected.runtime.notify.resourceUpdated('far://away')
    assert.deepEqual(await unread(connected), [updated('far://away')])
  })

  it('a server without resources has no subscriptions', async () => {
    const { call } = await openedBy(
      create().tool('only', () => ''),
      '2025-11-25',
    )
    assert.equal((await call('resources/subscribe', { uri: 'a://b' })).reply.error.code, -32601)
  })
})

describe('watch: from the first subscriber to the last', () => {
  it('of several clients', async () => {
    const { server, noted, tell } = watched()
    const first = await openedBy(server, '2025-11-25')
    await first.call('resources/subscribe', { uri: 'note://1' })
    await turn()
    assert.deepEqual(noted, ['start note://1'])
    tell()
    assert.deepEqual(await unread(first.connected), [updated('note://1')])
    first.connected.connection.disconnect()
    await turn()
    assert.deepEqual(noted, ['start note://1', 'stop note://1'])
  })

  it('is ended with the server, before its lifespan is', async () => {
    const { opened, open } = gate()
    const noted: string[] = []
    const server = create()
      .lifespan(async function* () {
        yield {}
        noted.push('lifespan ended')
      })
      .resource(
        'note://1',
        {
          watch: () => async () => {
            await opened
            noted.push('watch ended')
          },
        },
        () => '',
      )
    const { connected, call } = await clientOf(server, '2025-11-25')
    await connected.runtime.start()
    await call('resources/subscribe', { uri: 'note://1' })
    await turn()
    const closed = connected.runtime.close()
    open()
    await closed
    assert.deepEqual(noted, ['watch ended', 'lifespan ended'])
    // The client leaves at last; there is nothing left to end.
    connected.connection.disconnect()
  })

  it('a client that has gone before it was known whether it may subscribe', async () => {
    const { opened, open } = gate()
    const noted: string[] = []
    const server = create().resource(
      'note://1',
      {
        enabled: async () => {
          await opened
          return true
        },
        watch: () => {
          noted.push('started')
          return () => undefined
        },
      },
      () => '',
    )
    const { connected, request } = await clientOf(server, '2025-11-25', { capabilities: ABLE })
    connected.send(request(1, 'resources/subscribe', { uri: 'note://1' }))
    connected.connection.disconnect()
    open()
    await connected.connection.drained()
    await turn()
    assert.deepEqual(noted, [])
  })
})
