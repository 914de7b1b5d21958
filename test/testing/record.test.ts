import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../src/client.ts'
import { createMemoryTransports, type Transport } from '../../src/index.ts'
import { recordWire } from '../../src/testing.ts'
import { scripted, speaking } from '../support/scripted-server.ts'

test('what passes is noted in its order, of a batch each message by itself, and of what is no JSON nothing', async () => {
  const server = scripted(speaking('2026-07-28', { 'acme/own': {} }))
  const { transport, summary, messages } = recordWire(server.transport())
  const client = await createClient().connect(transport, { logger: { ...console, debug: () => undefined } })
  server.say({ method: 'notifications/a' }, '[{"jsonrpc":"2.0","method":"notifications/b"},5]', 'no JSON', 'null')
  await client.request('acme/own')
  await assert.rejects(client.request('acme/none', {}, { timeoutMs: 1 }), { name: 'TimeoutError' })
  assert.deepEqual(summary(), [
    'client: server/discover',
    'server: result',
    'client: acme/own',
    'server: notifications/a',
    'server: notifications/b',
    'server: result',
    'client: acme/none',
    'client: notifications/cancelled',
  ])
  assert.deepEqual(messages[3], { from: 'server', message: { jsonrpc: '2.0', method: 'notifications/a' } })
  await client.close()
})

test('an answer that is an error is called one, and the rest of a transport passes through', async () => {
  const heard: unknown[] = []
  const [near, far] = createMemoryTransports()
  const odd: Transport = {
    start: (receiver) => {
      receiver.malformed('a line is too long')
      receiver.ended()
      return near.start(receiver)
    },
    send: (text) => near.send(text),
    close: (error) => near.close(error),
  }
  const { transport, summary } = recordWire(odd)
  const closed = new Promise<Error | undefined>((resolve) => {
    void transport.start({
      message: (text) => void heard.push(text),
      malformed: (reason) => heard.push(reason),
      ended: () => heard.push('ended'),
      closed: resolve,
    })
  })
  const error = '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"no"}}'
  const received = new Promise<string>((resolve) => {
    void far.start({ message: resolve, malformed: assert.fail, ended: () => undefined, closed: () => undefined })
  })
  void far.send(error)
  assert.equal(transport.send('{"jsonrpc":"2.0","id":1,"method":"ping"}'), undefined)
  await received
  const reason = new Error('enough')
  await transport.close(reason)
  assert.equal(await closed, reason)
  assert.deepEqual(heard, ['a line is too long', 'ended', error])
  assert.deepEqual(summary(), ['client: ping', 'server: error'])
})
