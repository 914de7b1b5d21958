import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { ABLE, accept, clientOf, declaring } from '../../support/answering.ts'
import { headersOf, request, URL_OF_TESTS } from '../../support/messages.ts'
import { begin, errorIn, logging } from '../../support/rounds.ts'
import { gate } from '../asking.ts'

const Form = v.object({ ok: v.boolean() })
const ANSWERS = { 1: accept({ ok: true }) }

const create = () => createServer({ name: 'test', version: '1.0.0' })

describe('time and rounds', () => {
  it('a timeout counts for each round by itself', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { opened, open } = gate()
    const { runtime } = logging(
      create().tool('ask', async (_, ctx) => {
        await ctx.elicit('Sure?', Form)
        open()
        await new Promise(() => undefined)
      }),
      { timeoutMs: 1_000 },
    )
    const first = await begin(runtime, 'ask')
    t.mock.timers.tick(999)
    const last = first.answer(ANSWERS)
    await opened
    t.mock.timers.tick(1_000)
    assert.equal(errorIn(await last), 'ask: timed out after 1000 ms')
  })

  it('a round that cannot end, because something that runs once does not, ends with the timeout', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { opened, open } = gate()
    const { runtime } = logging(
      create().tool('ask', async (_, ctx) => {
        ctx.once('never', () => new Promise(() => undefined))
        try {
          return await ctx.elicit('Sure?', Form)
        } finally {
          open()
        }
      }),
      { timeoutMs: 1_000 },
    )
    const first = begin(runtime, 'ask')
    await opened
    // Its handler is at its end, and then the round waits.
    await new Promise((resolve) => setImmediate(resolve))
    t.mock.timers.tick(1_000)
    assert.deepEqual((await first).reply.error, { code: -32603, message: 'timed out after 1000 ms' })
  })

  it('a question that nobody awaits does not outlive a timeout', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { opened, open } = gate()
    const { runtime } = logging(
      create().tool('ask', { timeoutMs: 10 }, (_, ctx) => {
        ctx.elicit('Sure?', Form)
        open()
        return new Promise(() => undefined)
      }),
    )
    const first = begin(runtime, 'ask')
    await opened
    t.mock.timers.tick(10)
    assert.equal(errorIn(await first), 'ask: timed out after 10 ms')
  })
})

describe('a client that gives up during a round', () => {
  const asking = () => {
    const asked = gate()
    const { opened: mayEnd, open: end } = gate()
    const host = logging(
      create().tool('ask', async (_, ctx) => {
        try {
          return await ctx.elicit('Sure?', Form)
        } finally {
          asked.open()
          await mayEnd
        }
      }),
    )
    return { ...host, asked, end }
  }

  it('2026-07-28 Cancellation: by notifications/cancelled, nothing is sent and nothing is logged', async () => {
    const { opened, open } = gate()
    const server = create().tool('ask', async (_, ctx) => {
      try {
        return await ctx.elicit('Sure?', Form)
      } finally {
        await opened
      }
    })
    const { connected, request: requestOf } = await clientOf(server, '2026-07-28')
    connected.send(requestOf(1, 'tools/call', { name: 'ask' }))
    connected.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    open()
    await connected.connection.drained()
    assert.equal(connected.inbox.size, 0)
    assert.deepEqual(connected.logger.lines, [])
  })

  it('2026-07-28 Cancellation: by going away, over HTTP', async () => {
    const { runtime, logged, asked, end } = asking()
    const controller = new AbortController()
    const response = runtime.fetch(
      new Request(URL_OF_TESTS, {
        method: 'POST',
        headers: headersOf('2026-07-28', 'tools/call', { name: 'ask' }),
        body: JSON.stringify(request('2026-07-28', 1, 'tools/call', { name: 'ask', _meta: declaring(ABLE) })),
        signal: controller.signal,
      }),
    )
    await asked.opened
    controller.abort()
    assert.equal((await response).status, 499)
    end()
    await runtime.close()
    assert.deepEqual(logged(), [])
  })

  it('while the round waits for what runs once', async () => {
    const { opened: atEnd, open } = gate()
    const server = create().tool('ask', async (_, ctx) => {
      ctx.once('never', () => new Promise(() => undefined))
      try {
        return await ctx.elicit('Sure?', Form)
      } finally {
        open()
      }
    })
    const { connected, request: requestOf } = await clientOf(server, '2026-07-28')
    connected.send(requestOf(1, 'tools/call', { name: 'ask' }))
    await atEnd
    await new Promise((resolve) => setImmediate(resolve))
    connected.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    await connected.connection.drained()
    assert.equal(connected.inbox.size, 0)
  })
})
