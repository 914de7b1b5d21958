import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FetchExchange } from '../../../src/transport/http/fetch.ts'

const exchangeOf = (): FetchExchange => new FetchExchange(new Request('http://localhost/mcp'), undefined)

test('what is written to a response that nobody reads any more goes nowhere', async () => {
  const exchange = exchangeOf()
  const stream = exchange.stream({}, () => assert.fail('it keeps up'))
  assert.equal(stream.write('one'), undefined)
  const { body } = await exchange.response
  await body?.cancel()
  assert.equal(stream.write('two'), undefined)
  stream.end('three')
})

test('the URL of a Request stands in for Host', () => {
  assert.equal(exchangeOf().header('host'), 'localhost')
})

test('a request that is given up while its body comes in gets an end, though its body has none', async () => {
  const controller = new AbortController()
  const init = { method: 'POST', body: new ReadableStream(), signal: controller.signal, duplex: 'half' }
  const exchange = new FetchExchange(new Request('http://localhost/mcp', init as RequestInit), undefined)
  const body = new Promise((resolve) => exchange.readBody(10, resolve))
  controller.abort()
  assert.equal(await body, 'lost')
})
