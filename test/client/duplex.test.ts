import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError, createClient, DefinitionError } from '../../src/client.ts'
import type { Transport, TransportReceiver } from '../../src/index.ts'
import type { Loose } from '../support/answering.ts'
import { keepingLogger } from '../support/messages.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const DISCOVERED = { supportedVersions: ['2026-07-28'], capabilities: {} }

/** A transport by hand, which answers the probe. */
const byHand = (parts: { [Name in keyof Transport]?: (...args: Loose[]) => Loose } = {}) => {
  const closed: (Error | undefined)[] = []
  const sent: Loose[] = []
  let receiver: TransportReceiver | undefined
  const transport: Transport = {
    start: (given) => {
      receiver = given
    },
    send: (text) => {
      const message = JSON.parse(text)
      sent.push(message)
      if (message.method === 'server/discover') {
        void receiver?.message(JSON.stringify({ jsonrpc: '2.0', id: message.id, result: DISCOVERED }))
      }
      return message.method === 'server/discover' ? undefined : parts.send?.(text)
    },
    close: (error) => {
      closed.push(error)
      return parts.close?.(error)
    },
  }
  const logger = keepingLogger()
  const connect = () => createClient().connect({ ...transport, ...(parts.start && { start: parts.start }) }, { logger })
  return { connect, closed, sent, logger, receiver: () => receiver as TransportReceiver }
}

test('PY-6: what a transport fails with passes through to the call as it is, thrown or rejected', async () => {
  class OwnTimeoutError extends Error {
    override readonly name = 'TimeoutError'
  }
  const failure = new OwnTimeoutError('the modem is slow')
  for (const send of [
    () => {
      throw failure
    },
    () => Promise.reject(failure),
  ]) {
    const { connect } = byHand({ send })
    const client = await connect()
    await assert.rejects(client.callTool('any'), failure)
    await assert.rejects(client.notify('notifications/x'), failure)
    await client.close()
  }
})

test('a cancellation that a transport cannot take is noted, and the call is given up all the same', async () => {
  let isFull = false
  const { connect, logger, sent } = byHand({ send: () => (isFull ? Promise.reject(new Error('full')) : undefined) })
  const client = await connect()
  const controller = new AbortController()
  const called = assert.rejects(client.callTool('any', {}, { signal: controller.signal }), { name: 'AbortedError' })
  while (sent.length < 2) await turn()
  isFull = true
  controller.abort()
  await called
  await turn()
  assert.deepEqual(
    logger.lines.map(({ level, message }) => `${level}: ${message}`),
    ['debug: a cancellation was lost:'],
  )
  await client.close()
})

test('an answer that a transport cannot take is lost, and nothing else', async () => {
  let isFull = false
  const { connect, receiver, sent } = byHand({ send: () => (isFull ? Promise.reject(new Error('full')) : undefined) })
  const client = await connect()
  isFull = true
  void receiver().message('{"jsonrpc":"2.0","id":"q","method":"ping","params":[]}')
  await turn()
  isFull = false
  const called = client.callTool('any')
  await turn()
  void receiver().message(JSON.stringify({ jsonrpc: '2.0', id: sent.at(-1).id, result: { content: [] } }))
  await called
  await client.close()
})

test('what keeps a transport from starting is the error of connect', async () => {
  const own = new ConnectionError('refused', 'not you')
  const mistake = new DefinitionError('no such port')
  for (const [thrown, expected] of [
    [own, own],
    [mistake, mistake],
    [
      new Error('no cable'),
      { name: 'ConnectionError', code: 'unreachable', message: 'The server cannot be reached: no cable' },
    ],
    ['no cable', { name: 'ConnectionError', message: 'The server cannot be reached: no cable' }],
  ] as const) {
    for (const start of [
      () => {
        throw thrown
      },
      () => Promise.reject(thrown),
    ]) {
      const { connect, closed } = byHand({ start })
      await assert.rejects(connect(), expected)
      assert.equal(closed.length, 1)
    }
  }
})

test('what a server prints between its messages is noted, and passed over', async () => {
  const { connect, receiver, logger } = byHand()
  const client = await connect()
  void receiver().message('Listening on port 8000')
  receiver().malformed('a line is not UTF-8')
  assert.deepEqual(
    logger.lines.map(({ level, message, details }) => [level, message.split(':', 1)[0], ...details]),
    [
      ['debug', 'the server sent what is no message', 'Listening on port 8000'],
      ['warn', 'the server sent what is no message'],
    ],
  )
  assert.match(logger.lines[1]?.message ?? '', /: a line is not UTF-8$/)
  await client.close()
})

test('a server that says no more is lost, and its transport is closed', async () => {
  const { connect, receiver, closed } = byHand()
  const client = await connect()
  const called = assert.rejects(client.callTool('any'), {
    name: 'ConnectionError',
    code: 'disconnected',
    message: 'The connection to the server was lost',
  })
  await turn()
  receiver().ended()
  await called
  assert.deepEqual(closed, [undefined])
  receiver().closed(new Error('too late'))
  void receiver().message('{"jsonrpc":"2.0","method":"notifications/x"}')
  await client.close()
})

test('what breaks a transport is the cause of what its calls fail with, and an error of ours is that itself', async () => {
  const own = new ConnectionError('unanswered', 'cut short')
  for (const [error, expected] of [
    [new Error('the cable'), { code: 'disconnected', message: 'The connection to the server was lost: the cable' }],
    [own, { code: 'unanswered', message: 'cut short' }],
  ] as const) {
    const { connect, receiver } = byHand()
    const client = await connect()
    const called = assert.rejects(client.callTool('any'), (thrown: ConnectionError) => {
      assert.deepEqual([thrown.code, thrown.message], [expected.code, expected.message])
      assert.ok(thrown === error || thrown.cause === error)
      return true
    })
    await turn()
    receiver().closed(error)
    await called
    await client.close()
  }
})

test('a transport that cannot be closed is noted', async () => {
  for (const close of [
    () => {
      throw new Error('stuck')
    },
    () => Promise.reject(new Error('stuck')),
  ]) {
    const { connect, logger } = byHand({ close })
    const client = await connect()
    await client.close()
    assert.deepEqual(
      logger.lines.map(({ level, message }) => `${level}: ${message}`),
      ['warn: the transport could not be closed:'],
    )
  }
})
