import assert from 'node:assert/strict'
import { test } from 'node:test'
import { settle } from '../../../src/server/settings.ts'
import { FetchExchange } from '../../../src/transport/http/fetch.ts'
import { SseTransport } from '../../../src/transport/sse/transport.ts'
import { callerOn } from '../../support/transports.ts'

const start = async () => {
  const exchange = new FetchExchange(new Request('http://localhost/sse'), undefined)
  const transport = new SseTransport(exchange, settle({}), { 'x-key': 'value' }, '/messages')
  const { closed } = await callerOn(transport)
  return { transport, closed, response: await exchange.response }
}

test('an event stream as a transport: its address first, then each text as a message', async () => {
  const { transport, response } = await start()
  transport.send('{"a":1}')
  transport.close()
  assert.equal(response.headers.get('x-key'), 'value')
  assert.equal(await response.text(), 'event: endpoint\ndata: /messages\n\nevent: message\ndata: {"a":1}\n\n')
})

test('once it is closed, texts are dropped, and closing again does nothing', async () => {
  const { transport, closed, response } = await start()
  transport.close()
  assert.equal(await closed, undefined)
  assert.equal(transport.send('{}'), undefined)
  transport.close()
  transport.close(new Error('again'))
  assert.equal((await response.text()).includes('event: message'), false)
})

test('closed with an error, it is broken off', async () => {
  const { transport, closed, response } = await start()
  transport.close(new Error('enough'))
  await closed
  await assert.rejects(response.text())
})
