import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AbortedError, createServer } from '../../src/index.ts'
import { type Connected, connect, opened } from '../support/connection.ts'
import { post, request, VERSIONS } from '../support/messages.ts'
import { exchange, gate, quiet, toolError } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

/** A server with a tool that waits for its signal, and tells with what reason it aborted. */
const waiting = () => {
  const running = gate()
  let tell: (reason: unknown) => void = () => undefined
  const reason = new Promise<unknown>((resolve) => {
    tell = resolve
  })
  const server = create()
    .tool('wait', async (_, ctx) => {
      const { signal } = ctx
      running.open()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      tell(signal.reason)
      await ctx.progress(1)
      await ctx.log.emergency('too late')
      return 'too late'
    })
    .tool('next', () => 'next')
  return { server, running: running.opened, reason }
}

const call = (version: (typeof VERSIONS)[number], name: string, id: string | number = 'call') =>
  request(version, id, 'tools/call', {
    name,
    _meta: { progressToken: 'p', 'io.modelcontextprotocol/logLevel': 'debug' },
  })

const cancelled = (params: object) => ({ jsonrpc: '2.0', method: 'notifications/cancelled', params })

const assertReason = (reason: unknown, code: string, message: string) => {
  assert.ok(reason instanceof AbortedError)
  assert.deepEqual({ code: reason.code, message: reason.message }, { code, message })
}

/** Asserts that nothing but the answer to a further call comes. */
const assertSilent = async (connected: Connected, version: (typeof VERSIONS)[number]) => {
  const { reply, notifications } = await exchange(connected, version, 'tools/call', { name: 'next' })
  assert.deepEqual([reply.result.content[0].text, notifications], ['next', []])
}

describe('context: signal', () => {
  it('PY-1: cancelled by the client: the reason tells it, and nothing is sent afterwards', async () => {
    for (const version of VERSIONS) {
      const { server, running, reason } = waiting()
      const connected = await opened(server, version)
      connected.send(call(version, 'wait'))
      await running
      connected.send(cancelled({ requestId: 'call' }))
      assertReason(await reason, 'cancelled', 'cancelled by the client')
      await assertSilent(connected, version)
    }
  })

  it("2026-07-28 Cancellation: carries the client's own words", async () => {
    const { server, running, reason } = waiting()
    const connected = await opened(server, '2025-11-25')
    connected.send(call('2025-11-25', 'wait'))
    await running
    connected.send(cancelled({ requestId: 'call', reason: 'User pressed stop' }))
    assertReason(await reason, 'cancelled', 'cancelled by the client: User pressed stop')
  })

  it('TS-43: an id of 0 or "" can be cancelled like any other', async () => {
    for (const id of [0, '']) {
      const { server, running, reason } = waiting()
      const connected = await opened(server, '2025-11-25')
      connected.send(call('2025-11-25', 'wait', id))
      await running
      connected.send(cancelled({ requestId: id }))
      assertReason(await reason, 'cancelled', 'cancelled by the client')
    }
  })

  it('2026-07-28 Cancellation, Error Handling: what names no request in flight is ignored', async () => {
    const { server, running, reason } = waiting()
    const connected = await opened(server, '2025-11-25')
    connected.send(call('2025-11-25', 'wait'))
    await running
    connected.send(cancelled({}), cancelled({ requestId: 'other' }), cancelled({ requestId: null }))
    connected.send({ jsonrpc: '2.0', method: 'notifications/cancelled' })
    await assertSilent(connected, '2025-11-25')
    connected.send(cancelled({ requestId: 'call' }))
    assertReason(await reason, 'cancelled', 'cancelled by the client')
  })

  it('PY-1: a handler that fails after the cancellation is not answered, but stays visible in the log', async () => {
    const running = gate()
    const server = create()
      .tool('wait', async (_, { signal }) => {
        running.open()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        throw new Error('boom')
      })
      .tool('next', () => 'next')
    const connected = await opened(server, '2025-11-25')
    connected.send(call('2025-11-25', 'wait'))
    await running.opened
    connected.send(cancelled({ requestId: 'call' }))
    await assertSilent(connected, '2025-11-25')
    assert.deepEqual(
      connected.logger.lines.map(({ message }) => message),
      ['tools/call failed:'],
    )
  })

  it('a handler that gives up as the signal says is no failure worth logging', async () => {
    const running = gate()
    const server = create()
      .tool('wait', async (_, { signal }) => {
        running.open()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        signal.throwIfAborted()
      })
      .tool('next', () => 'next')
    const connected = await opened(server, '2025-11-25')
    connected.send(call('2025-11-25', 'wait'))
    await running.opened
    connected.send(cancelled({ requestId: 'call' }))
    await assertSilent(connected, '2025-11-25')
    assert.deepEqual(connected.logger.lines, [])
  })

  it('is aborted already where a handler looks late', async () => {
    const running = gate()
    const goOn = gate()
    const server = create().tool('late', async (_, ctx) => {
      running.open()
      await goOn.opened
      reasons.push(ctx.signal.aborted, (ctx.signal.reason as AbortedError).code)
      done.open()
    })
    const reasons: unknown[] = []
    const done = gate()
    const connected = await opened(server, '2025-11-25')
    connected.send(call('2025-11-25', 'late'))
    await running.opened
    connected.send(cancelled({ requestId: 'call' }))
    goOn.open()
    await done.opened
    assert.deepEqual(reasons, [true, 'cancelled'])
  })

  it('disconnected: the client has gone away', async () => {
    const { server, running, reason } = waiting()
    const connected = await opened(server, '2025-11-25')
    connected.send(call('2025-11-25', 'wait'))
    await running
    connected.connection.disconnect()
    assertReason(await reason, 'disconnected', 'the client has gone away')
    await connected.connection.drained()
    assert.equal(connected.inbox.size, 0)
  })

  it('2026-07-28 Cancellation: over HTTP, a disconnect is a cancellation of its request', async () => {
    const { server, running, reason } = waiting()
    const client = new AbortController()
    const asked = post('2026-07-28', 'tools/call', { name: 'wait' })
    const response = quiet(server).fetch(new Request(asked, { signal: client.signal }))
    response.catch(() => undefined)
    await running
    client.abort()
    assertReason(await reason, 'disconnected', 'the client has gone away')
  })

  it('closed: the server closes, and draining took too long', async () => {
    const { server, running, reason } = waiting()
    const { runtime, send } = connect(server)
    send(call('2026-07-28', 'wait'))
    await running
    await runtime.close(0)
    assertReason(await reason, 'closed', 'the server is closing')
  })

  it('is one and the same for all who look, and stays quiet while nothing happens', async () => {
    const server = create().tool('t', (_, ctx) => {
      const { signal } = ctx
      return [signal === ctx.signal, signal.aborted]
    })
    const connected = await opened(server, '2026-07-28')
    const { reply } = await exchange(connected, '2026-07-28', 'tools/call', { name: 't' })
    assert.deepEqual(reply.result.structuredContent, [true, false])
  })

  it('an AbortedError of a handler of its own is told without being logged', async () => {
    const server = create().tool('t', () => {
      throw new AbortedError('timeout', 'the database took too long')
    })
    assert.equal(await toolError(server, 't'), 't: the database took too long')
  })
})
