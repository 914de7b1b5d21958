import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer, type LoggingLevel } from '../../src/index.ts'
import { LOGGING_LEVELS } from '../../src/model/types.ts'
import { opened } from '../support/connection.ts'
import { isStateless, messagesOf, post, type Reply, request, STATEFUL, VERSIONS } from '../support/messages.ts'
import { callWith, type Exchanged, exchange, gate, quiet, untyped } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

const paramsOf = ({ notifications }: Exchanged) => notifications.map(({ params }) => params)

describe('context: progress', () => {
  const steps = create().tool('work', async (_, ctx) => {
    await ctx.progress(0)
    await ctx.progress(0.5, 3)
    await ctx.progress(2, 3, 'Two of three')
  })

  it('2026-07-28 Progress: is told under the token of the request, before its answer', async () => {
    for (const version of VERSIONS) {
      for (const progressToken of ['p', '', 0, 7]) {
        const exchanged = await callWith(steps, version, { name: 'work', _meta: { progressToken } })
        assert.deepEqual(
          exchanged.notifications.map(({ jsonrpc, method }) => [jsonrpc, method]),
          Array(3).fill(['2.0', 'notifications/progress']),
        )
        const message = version === '2024-11-05' ? {} : { message: 'Two of three' }
        assert.deepEqual(paramsOf(exchanged), [
          { progressToken, progress: 0 },
          { progressToken, progress: 0.5, total: 3 },
          { progressToken, progress: 2, total: 3, ...message },
        ])
        assert.deepEqual(exchanged.reply.result.content, [])
      }
    }
  })

  it('PY-12: without a token, or with one that is none, nothing is told', async () => {
    for (const version of VERSIONS) {
      for (const progressToken of [undefined, null, true, 1.5, {}, ['p']]) {
        const { notifications } = await callWith(steps, version, { name: 'work', _meta: { progressToken } })
        assert.deepEqual(notifications, [])
      }
      assert.deepEqual((await callWith(steps, version, { name: 'work' })).notifications, [])
    }
  })

  it('2026-07-28 Progress: increases with each notification; what does not is left out', async () => {
    const server = create().tool('work', async (_, ctx) => {
      for (const done of [1, 1, 0, 2, -5, Number.NaN, Number.POSITIVE_INFINITY, untyped('3'), 3])
        await ctx.progress(done)
    })
    const exchanged = await callWith(server, '2026-07-28', { name: 'work', _meta: { progressToken: 'p' } })
    assert.deepEqual(
      paramsOf(exchanged).map(({ progress }) => progress),
      [1, 2, 3],
    )
  })

  it('a total that is no finite number is left out', async () => {
    const server = create().tool('work', async (_, ctx) => {
      await ctx.progress(1, Number.NaN)
      await ctx.progress(2, Number.POSITIVE_INFINITY)
      await ctx.progress(3, 0)
    })
    const exchanged = await callWith(server, '2026-07-28', { name: 'work', _meta: { progressToken: 'p' } })
    assert.deepEqual(
      paramsOf(exchanged).map(({ total }) => total),
      [undefined, undefined, 0],
    )
  })

  it('PY-21: 2026-07-28 Progress: stops after completion', async () => {
    const { opened: late, open } = gate()
    const done = gate()
    const server = create()
      .tool('early', (_, ctx) => {
        void late.then(async () => {
          await ctx.progress(1)
          await ctx.log.emergency('late')
          done.open()
        })
        return 'early'
      })
      .tool('next', () => 'next')
    const connected = await opened(server, '2025-11-25')
    const params = { name: 'early', _meta: { progressToken: 'p' } }
    assert.deepEqual((await exchange(connected, '2025-11-25', 'tools/call', params)).notifications, [])
    open()
    await done.opened
    assert.deepEqual((await exchange(connected, '2025-11-25', 'tools/call', { name: 'next' })).notifications, [])
  })

  it('turns the answer over HTTP into an event stream', async () => {
    for (const version of VERSIONS) {
      const response = await steps.fetch(post(version, 'tools/call', { name: 'work', _meta: { progressToken: 1 } }))
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), 'text/event-stream')
      assert.equal((await messagesOf(response)).length, 4)
    }
  })
})

describe('context: log', () => {
  const all = create().tool('log', async (_, { log }) => {
    for (const level of LOGGING_LEVELS) await log[level]({ at: level }, 'test')
  })

  const from = (level: LoggingLevel) => LOGGING_LEVELS.slice(LOGGING_LEVELS.indexOf(level))

  it('2026-07-28 §Per-request log level: is sent as far as the request asks for it', async () => {
    for (const level of LOGGING_LEVELS) {
      const _meta = { 'io.modelcontextprotocol/logLevel': level }
      const exchanged = await callWith(all, '2026-07-28', { name: 'log', _meta })
      assert.deepEqual(
        exchanged.notifications,
        from(level).map((at) => ({
          jsonrpc: '2.0',
          method: 'notifications/message',
          params: { level: at, logger: 'test', data: { at } },
        })),
      )
    }
  })

  it('2026-07-28 §Per-request log level: MUST NOT be sent for a request that does not ask', async () => {
    assert.deepEqual((await callWith(all, '2026-07-28', { name: 'log' })).notifications, [])
  })

  it('2025-11-25 §Setting Log Level: is sent from the level that was set, for the connection; from info before', async () => {
    for (const version of STATEFUL) {
      const connected = await opened(all, version)
      const levels = async () =>
        paramsOf(await exchange(connected, version, 'tools/call', { name: 'log' })).map(({ level }) => level)
      assert.deepEqual(await levels(), from('info'))
      for (const level of ['error', 'debug', 'emergency'] as const) {
        const { reply } = await exchange(connected, version, 'logging/setLevel', { level })
        assert.deepEqual(reply.result, {})
        assert.deepEqual(await levels(), from(level))
      }
      const other = await opened(all, version)
      assert.equal(
        (await exchange(other, version, 'tools/call', { name: 'log' })).notifications.length,
        from('info').length,
      )
    }
  })

  it('2025-11-25 Logging, Error Handling: a level that does not exist is refused', async () => {
    const message =
      'logging/setLevel: "level" must be one of debug, info, notice, warning, error, critical, alert, emergency'
    for (const level of [undefined, 'warn', 'ERROR', 5, null]) {
      const connected = await opened(all, '2025-11-25')
      const { reply } = await exchange(connected, '2025-11-25', 'logging/setLevel', { level })
      assert.deepEqual(reply.error, { code: -32602, message })
    }
  })

  it('carries any JSON value; an error becomes its text, and nothing becomes null', async () => {
    const values = ['text', 5, true, null, [1], { a: 1 }, undefined, new TypeError('boom')]
    const server = create().tool('log', async (_, { log }) => {
      for (const value of values) await log.info(value)
    })
    const exchanged = await callWith(server, '2025-11-25', { name: 'log' })
    assert.deepEqual(
      paramsOf(exchanged),
      ['text', 5, true, null, [1], { a: 1 }, null, 'TypeError: boom'].map((data) => ({ level: 'info', data })),
    )
  })

  it('what JSON cannot carry is told as a text that says so, and does not fail the handler', async () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    const server = create().tool('log', async (_, { log }) => {
      for (const value of [1n, circle, () => 1, Symbol('s')]) await log.info(value)
      return 'done'
    })
    const exchanged = await callWith(server, '2025-11-25', { name: 'log' })
    assert.equal(exchanged.reply.result.content[0].text, 'done')
    const texts = paramsOf(exchanged).map(({ data }) => data)
    assert.equal(texts[0], '[bigint that JSON cannot carry: Do not know how to serialize a BigInt]')
    assert.match(texts[1], /^\[object that JSON cannot carry: Converting circular structure to JSON/)
    assert.deepEqual(texts.slice(2), ['() => 1', 'Symbol(s)'])
  })

  it('can be taken out of the context', async () => {
    const server = create().tool('log', async (_, ctx) => {
      const { error } = ctx.log
      assert.equal(ctx.log, ctx.log)
      await error('boom')
    })
    assert.equal((await callWith(server, '2025-11-25', { name: 'log' })).notifications.length, 1)
  })

  it('2026-07-28 §Per-request log level: belongs to the stream of its own request', async () => {
    const everybody = gate()
    const server = create().tool('log', async (_, ctx) => {
      await everybody.opened
      await ctx.log.error(ctx.requestId)
    })
    const runtime = quiet(server)
    const _meta = { 'io.modelcontextprotocol/logLevel': 'error' }
    const asked = [true, false, true].map((wants) =>
      runtime.fetch(post('2026-07-28', 'tools/call', { name: 'log', ...(wants && { _meta }) })),
    )
    everybody.open()
    const streams = await Promise.all(asked.map(async (response) => messagesOf(await response)))
    assert.deepEqual(
      streams.map(({ length }) => length),
      [2, 1, 2],
    )
  })

  it('works in every kind of handler', async () => {
    const server = create()
      .prompt('p', async (_, ctx) => {
        await ctx.log.error('p')
        return 'p'
      })
      .resource('a://b', async (_, ctx) => {
        await ctx.log.error('r')
        return 'r'
      })
      .method('x/y', {}, async (_, ctx) => {
        await ctx.log.error('m')
        await ctx.progress(1)
      })
    for (const version of VERSIONS) {
      const connected = await opened(server, version)
      const _meta = { progressToken: 1, ...(isStateless(version) && { 'io.modelcontextprotocol/logLevel': 'debug' }) }
      const told: Reply[] = []
      for (const [method, params] of [
        ['prompts/get', { name: 'p' }],
        ['resources/read', { uri: 'a://b' }],
        ['x/y', {}],
      ] as const) {
        told.push(...(await exchange(connected, version, method, { ...params, _meta })).notifications)
      }
      assert.deepEqual(
        told.map((one) => (one as unknown as { method: string }).method),
        [...Array(3).fill('notifications/message'), 'notifications/progress'],
      )
    }
  })

  it('PY-43: a notification cannot open it', async () => {
    const connected = await opened(all, '2026-07-28')
    const _meta = { 'io.modelcontextprotocol/logLevel': 'debug' }
    connected.send({ jsonrpc: '2.0', method: 'notifications/of/mine', params: { _meta } })
    connected.send(request('2026-07-28', 1, 'tools/call', { name: 'log' }))
    assert.equal((await connected.next()).id, 1)
  })
})
