import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { ConnectionError, createClient } from '../../../src/client.ts'
import { createServer as createMcpServer } from '../../../src/index.ts'
import { keepingLogger } from '../../support/messages.ts'
import { proxyTo } from '../../support/proxy.ts'
import { allOf, SUBSCRIPTION_ID } from '../support.ts'

const TOOLS = { tools: true }

const SOON = { attempts: 2, delayMs: 1, maxDelayMs: 1 }

/** What a server answers a request to listen with: the number of the request, its id, and where to write. */
type Stream = (number: number, id: number, response: ServerResponse) => void

const bodyOf = async (request: IncomingMessage) => JSON.parse((await request.setEncoding('utf8').toArray()).join(''))

const event = (message: object): string => `event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`

const acknowledged = (id: number): string =>
  event({
    method: 'notifications/subscriptions/acknowledged',
    params: { notifications: { toolsListChanged: true }, _meta: { [SUBSCRIPTION_ID]: id } },
  })

const toolsChanged = (id: number): string =>
  event({ method: 'notifications/tools/list_changed', params: { _meta: { [SUBSCRIPTION_ID]: id } } })

const DISCOVERED = { resultType: 'complete', supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }

/** A client that is connected with a bare server of 2026-07-28 over HTTP. */
const connected = async (t: TestContext, stream: Stream) => {
  let number = 0
  const http = createServer(async (request, response) => {
    const { id, method } = await bodyOf(request)
    if (method === 'subscriptions/listen') {
      number += 1
      return stream(number, id, response)
    }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ jsonrpc: '2.0', id, result: DISCOVERED }))
  }).listen(0, '127.0.0.1')
  await once(http, 'listening')
  t.after(() => {
    http.closeAllConnections()
    return new Promise((resolve) => http.close(resolve))
  })
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`
  const connection = await createClient().connect(url, { logger: keepingLogger(), reconnect: SOON })
  t.after(() => connection.close())
  return { connection, count: () => number }
}

const begin = (response: ServerResponse): ServerResponse =>
  response.writeHead(200, { 'content-type': 'text/event-stream' })

describe('2026-07-28 Streamable HTTP, the stream of a subscription', () => {
  it('PY-128: one that a proxy ends without a result is listened to anew', async (t) => {
    const { connection } = await connected(t, (number, id, response) => {
      begin(response).write(acknowledged(id))
      if (number < 3) response.end(toolsChanged(id))
      else response.end(event({ id, result: { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: id } } }))
    })
    const kinds = (await allOf(connection.listen(TOOLS))).map(({ kind }) => kind)
    assert.deepEqual([...new Set(kinds)].toSorted(), ['gap', 'tools'])
    assert.equal(kinds[0], 'tools')
  })

  it('one that ends before it has begun is none', async (t) => {
    const { connection, count } = await connected(t, (_, __, response) => void begin(response).end())
    const changes = connection.listen(TOOLS)
    const isUnanswered = (error: unknown): boolean => error instanceof ConnectionError && error.code === 'unanswered'
    await assert.rejects(changes.ready, isUnanswered)
    await assert.rejects(allOf(changes), isUnanswered)
    assert.equal(count(), 1)
  })

  it('a server that is busy is asked again, so many times in a row', async (t) => {
    const { connection, count } = await connected(t, (number, id, response) => {
      if (number > 2) begin(response).end(`${acknowledged(id)}${event({ id, result: { resultType: 'complete' } })}`)
      else response.writeHead(503).end()
    })
    const changes = connection.listen(TOOLS)
    assert.deepEqual(await changes.ready, { toolsListChanged: true })
    assert.deepEqual(await allOf(changes), [])
    assert.equal(count(), 3)
  })

  it('one that stays busy is given up', async (t) => {
    const { connection, count } = await connected(t, (_, __, response) => void response.writeHead(503).end())
    await assert.rejects(allOf(connection.listen(TOOLS)), { code: 'refused', status: 503 })
    assert.equal(count(), 3)
  })

  it('a server that is away for long is given up, and may be listened to when it is back', async (t) => {
    const server = createMcpServer({ name: 'away', version: '1.0.0' }).tool('any', () => '')
    const running = await server.listen({ port: 0, logger: keepingLogger() })
    t.after(() => running.close())
    const proxy = await proxyTo(t, running.url)
    const url = proxy.through(running.url)
    const connection = await createClient().connect(url, { logger: keepingLogger(), reconnect: SOON })
    t.after(() => connection.close())
    const changes = connection.listen(TOOLS)
    await changes.ready
    proxy.fail()
    proxy.cut()
    await assert.rejects(allOf(changes), { code: 'disconnected' })
    proxy.mend()
    assert.deepEqual(await connection.listen(TOOLS).ready, { toolsListChanged: true })
  })
})

describe('2025-11-25 Streamable HTTP, the stream of a session', () => {
  it('PY-94: a server that was started anew is listened to anew, with a gap, though nobody calls it', async (t) => {
    const definition = createMcpServer({ name: 'restarted', version: '1.0.0' }).tool('any', () => '')
    const options = { port: 0, logger: keepingLogger() }
    const first = await definition.listen(options)
    t.after(() => first.close())
    const proxy = await proxyTo(t, first.url)
    const connection = await createClient().connect(proxy.through(first.url), {
      logger: keepingLogger(),
      revisions: ['2025-11-25'],
      reconnect: SOON,
    })
    t.after(() => connection.close())
    const changes = connection.listen(TOOLS)
    await changes.ready
    first.runtime.notify.toolsChanged()
    assert.deepEqual(await changes.next(), { done: false, value: { kind: 'tools' } })
    const second = await definition.listen(options)
    t.after(() => second.close())
    proxy.leadTo(second.url)
    proxy.cut()
    assert.deepEqual(await changes.next(), { done: false, value: { kind: 'gap' } })
    second.runtime.notify.toolsChanged()
    assert.deepEqual(await changes.next(), { done: false, value: { kind: 'tools' } })
  })
})
