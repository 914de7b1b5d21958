import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { type BindOptions, createServer } from '../../src/index.ts'
import { Events } from '../support/events.ts'
import { headersOf, messagesOf, type Params, post, request, URL_OF_TESTS } from '../support/messages.ts'
import { quiet } from './asking.ts'

const VERSION = '2026-07-28'
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId'
const KEEP_ALIVE = ': keep-alive\n\n'

const server = createServer({ name: 'test', version: '1.0.0' })
  .tool('add', () => 3)
  .resource('note://1', () => '')

const TOOLS = { notifications: { toolsListChanged: true } }

const MODES = ['auto', 'json', 'sse'] as const

const post1 = (params: Params = TOOLS, headers: Record<string, string> = {}): Request =>
  post(VERSION, 'subscriptions/listen', params, headers)

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A stream that has been acknowledged. */
const listening = async (options: BindOptions = {}) => {
  const runtime = quiet(server, options)
  const response = await runtime.fetch(post1())
  const events = new Events(response)
  const { method } = await events.next()
  assert.equal(method, 'notifications/subscriptions/acknowledged')
  return { runtime, response, events }
}

const changed = {
  jsonrpc: '2.0',
  method: 'notifications/tools/list_changed',
  params: { _meta: { [SUBSCRIPTION_ID]: 1 } },
}

describe('2026-07-28 Streamable HTTP, Receiving Messages: subscriptions/listen', () => {
  for (const responseMode of MODES) {
    it(`is a stream of events, in the response mode ${responseMode} too`, async () => {
      const { runtime, response, events } = await listening({ responseMode })
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), 'text/event-stream')
      assert.equal(response.headers.get('x-accel-buffering'), 'no')
      runtime.notify.toolsChanged()
      runtime.notify.resourceUpdated('note://1')
      runtime.notify.toolsChanged()
      assert.deepEqual([await events.next(), await events.next()], [changed, changed])
      await events.leave()
    })

    it(`TSBUG-17: ends with its acknowledgement when it has nothing to tell, in the response mode ${responseMode} too`, async () => {
      const response = await quiet(server, { responseMode }).fetch(post1({ notifications: {} }))
      const [acknowledgement, end, ...others] = await messagesOf(response)
      assert.deepEqual((acknowledgement as { params?: object }).params, {
        notifications: {},
        _meta: { [SUBSCRIPTION_ID]: 1 },
      })
      assert.equal(end?.result._meta[SUBSCRIPTION_ID], 1)
      assert.deepEqual(others, [])
    })

    it(`PY-82: needs a client that reads events, in the response mode ${responseMode} too`, async () => {
      const runtime = quiet(server, { responseMode })
      const response = await runtime.fetch(post1(TOOLS, { accept: 'application/json' }))
      assert.equal(response.status, 406)
      const [reply] = await messagesOf(response)
      assert.match(reply?.error.message, /^Accept must list .*text\/event-stream$/)
    })

    it(`a filter that is none is refused as JSON, or as the one event, in the response mode ${responseMode}`, async () => {
      const response = await quiet(server, { responseMode }).fetch(post1({ notifications: 7 }))
      assert.equal(response.status, 200)
      assert.equal((await messagesOf(response)).at(-1)?.error.code, -32602)
    })
  }

  it('everything else is one JSON object still, where the response mode says so', async () => {
    const response = await quiet(server, { responseMode: 'json' }).fetch(post(VERSION, 'tools/call', { name: 'add' }))
    assert.equal(response.headers.get('content-type'), 'application/json')
  })

  it('the id of each request tags its own stream', async () => {
    const runtime = quiet(server)
    const streams = await Promise.all(
      [1, '1', 0].map(async (id) => {
        const headers = headersOf(VERSION, 'subscriptions/listen', TOOLS)
        const body = JSON.stringify(request(VERSION, id, 'subscriptions/listen', TOOLS))
        return new Events(await runtime.fetch(new Request(URL_OF_TESTS, { method: 'POST', headers, body })))
      }),
    )
    runtime.notify.toolsChanged()
    const ids = await Promise.all(
      streams.map(async (events) => {
        const messages = [await events.next(), await events.next()]
        await events.leave()
        return messages.map(({ params }) => params._meta[SUBSCRIPTION_ID])
      }),
    )
    assert.deepEqual(ids, [
      [1, 1],
      ['1', '1'],
      [0, 0],
    ])
  })
})

describe('2026-07-28 Streamable HTTP: keep-alive', () => {
  for (const responseMode of MODES) {
    it(`a comment for each time of silence, in the response mode ${responseMode} too`, async (t) => {
      t.mock.timers.enable({ apis: ['setTimeout'] })
      const { runtime, events } = await listening({ responseMode, keepAliveMs: 1_000 })
      t.mock.timers.tick(999)
      runtime.notify.toolsChanged()
      assert.deepEqual(await events.next(), changed)
      // What was sent has broken the silence.
      t.mock.timers.tick(999)
      runtime.notify.toolsChanged()
      assert.deepEqual(await events.next(), changed)
      t.mock.timers.tick(1_000)
      assert.equal(await events.nextText(), KEEP_ALIVE)
      t.mock.timers.tick(1_000)
      assert.equal(await events.nextText(), KEEP_ALIVE)
      await events.leave()
    })
  }
})

describe('2026-07-28 Subscriptions, Cancellation, over HTTP', () => {
  it('closing the stream ends it', async () => {
    const { runtime, events } = await listening()
    await events.leave()
    runtime.notify.toolsChanged()
    // Nothing is in flight, so that there is nothing to wait for.
    await runtime.close({ drainMs: 60_000 })
  })

  it('TS-59; Graceful Closure: at the end of the server come the notification, the answer, and the end of the stream', async () => {
    for (const responseMode of MODES) {
      const { runtime, events } = await listening({ responseMode })
      runtime.notify.toolsChanged()
      const closed = runtime.close()
      assert.deepEqual(await events.next(), changed)
      const cancelled = await events.next()
      assert.equal(cancelled.method, 'notifications/cancelled')
      assert.deepEqual(cancelled.params, { requestId: 1, _meta: { [SUBSCRIPTION_ID]: 1 } })
      const { id, result } = await events.next()
      assert.deepEqual([id, result.resultType, result._meta[SUBSCRIPTION_ID]], [1, 'complete', 1])
      assert.equal(await events.next(), undefined)
      await closed
    }
  })

  it('over Node: a client that goes away ends it, and those that stay are told of the end', async () => {
    const runtime = quiet(server)
    const http = createHttpServer(runtime.handler)
    await once(http.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
    const open = async () => {
      const response = await fetch(new Request(url, post1()))
      const events = new Events(response)
      await events.next()
      return events
    }
    const [leaving, staying] = [await open(), await open()]
    runtime.notify.toolsChanged()
    assert.deepEqual([await leaving.next(), await staying.next()], [changed, changed])
    await leaving.leave()
    await turn()
    const closed = runtime.close()
    assert.equal((await staying.next()).method, 'notifications/cancelled')
    assert.equal((await staying.next()).result.resultType, 'complete')
    assert.equal(await staying.next(), undefined)
    await closed
    await new Promise((resolve) => http.close(resolve))
  })
})
