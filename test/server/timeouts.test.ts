import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { AbortedError, type BindOptions, createServer } from '../../src/index.ts'
import { type Bindable, connect } from '../support/connection.ts'
import { type Params, type Reply, request } from '../support/messages.ts'
import { gate } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

/** Sends a request, lets so many milliseconds pass, and tells what has come by then. */
const after = async (
  { mock }: TestContext,
  server: Bindable,
  ms: number,
  [method, params]: readonly [string, Params],
  options?: BindOptions,
): Promise<{ readonly reply: Reply | undefined; readonly logged: number }> => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    const { send, inbox, logger } = connect(server, options)
    send(request('2026-07-28', 1, method, params))
    mock.timers.tick(ms)
    // Not a wait: it lets everything go on that is ready to.
    await new Promise(setImmediate)
    return { reply: inbox.size > 0 ? await inbox.next() : undefined, logged: logger.lines.length }
  } finally {
    mock.timers.reset()
  }
}

const never = () => new Promise<never>(() => undefined)

const tool = (name: string) => ['tools/call', { name }] as const

const timedOut = (ms: number) => ({
  content: [{ type: 'text', text: `slow: timed out after ${ms} ms` }],
  isError: true,
})

const resultOf = (reply: Reply | undefined) => {
  const { content, isError } = reply?.result ?? {}
  return { content, isError }
}

describe('timeouts', () => {
  it('DESIGN §4: a tool that outlives its own is answered with an error for the model', async (t) => {
    const server = create().tool('slow', { timeoutMs: 50 }, never)
    assert.equal((await after(t, server, 49, tool('slow'))).reply, undefined)
    const { reply, logged } = await after(t, server, 50, tool('slow'))
    assert.deepEqual([resultOf(reply), logged], [timedOut(50), 0])
  })

  it('that of the runtime is for tools without one of their own', async (t) => {
    const slow = create().tool('slow', never)
    assert.deepEqual(resultOf((await after(t, slow, 50, tool('slow'), { timeoutMs: 50 })).reply), timedOut(50))
    const own = create().tool('slow', { timeoutMs: 100 }, never)
    assert.equal((await after(t, own, 99, tool('slow'), { timeoutMs: 50 })).reply, undefined)
    assert.deepEqual(resultOf((await after(t, own, 100, tool('slow'), { timeoutMs: 50 })).reply), timedOut(100))
  })

  it('there is none by default', async (t) => {
    assert.equal((await after(t, create().tool('slow', never), 2 ** 31, tool('slow'))).reply, undefined)
  })

  it('a longer one than any timer can wait for is as long as can be, and does not end at once', async (t) => {
    const server = create().tool('slow', { timeoutMs: Number.MAX_SAFE_INTEGER }, never)
    assert.equal((await after(t, server, 1000, tool('slow'))).reply, undefined)
    const slow = create().tool('slow', never)
    const options = { timeoutMs: Number.MAX_SAFE_INTEGER }
    assert.equal((await after(t, slow, 1000, tool('slow'), options)).reply, undefined)
  })

  it('that of the runtime is for prompts, resources, completions, lists and methods too', async (t) => {
    const server = create()
      .prompt('slow', never)
      .resource('a://slow', never)
      .resource('a://{x}', { list: never, complete: { x: never } }, never)
      .method('x/slow', {}, never)
    const asked: readonly (readonly [string, Params])[] = [
      ['prompts/get', { name: 'slow' }],
      ['resources/read', { uri: 'a://slow' }],
      ['resources/list', {}],
      ['completion/complete', { ref: { type: 'ref/resource', uri: 'a://{x}' }, argument: { name: 'x', value: '' } }],
      ['x/slow', {}],
    ]
    for (const request of asked) {
      const { reply } = await after(t, server, 50, request, { timeoutMs: 50 })
      assert.deepEqual(reply?.error, { code: -32603, message: 'timed out after 50 ms' }, request[0])
    }
  })

  it('a replaced `tools/call` has that of the runtime as well', async (t) => {
    const server = create().method('tools/call', {}, never)
    const { reply } = await after(t, server, 50, tool('slow'), { timeoutMs: 50 })
    assert.deepEqual(reply?.error, { code: -32603, message: 'timed out after 50 ms' })
  })

  it('DESIGN §4: the signal aborts with a reason that tells it, and nothing is sent afterwards', async (t) => {
    const goOn = gate()
    const reasons: unknown[] = []
    const server = create()
      .tool('slow', { timeoutMs: 50 }, async (_, ctx) => {
        ctx.signal.addEventListener('abort', () => reasons.push(ctx.signal.reason))
        await goOn.opened
        await ctx.progress(1)
        return 'too late'
      })
      .tool('next', () => 'next')
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { send, next } = connect(server)
    send(request('2026-07-28', 1, 'tools/call', { name: 'slow', _meta: { progressToken: 1 } }))
    t.mock.timers.tick(50)
    assert.deepEqual(resultOf(await next()), timedOut(50))
    const [reason] = reasons
    assert.ok(reason instanceof AbortedError)
    assert.deepEqual([reason.code, reason.message], ['timeout', 'timed out after 50 ms'])
    goOn.open()
    send(request('2026-07-28', 2, 'tools/call', { name: 'next' }))
    assert.equal((await next()).id, 2)
  })

  it('what is answered in time is not touched, and leaves no timer behind', async (t) => {
    const server = create()
      .tool('fast', { timeoutMs: 50 }, async () => 'done')
      .tool('failing', { timeoutMs: 50 }, () => Promise.reject(new Error('boom')))
    const { reply } = await after(t, server, 0, tool('fast'))
    assert.equal(reply?.result.content[0].text, 'done')
    assert.equal((await after(t, server, 0, tool('failing'))).reply?.result.content[0].text, 'failing: boom')
  })

  it('a handler that fails after its timeout does not bring the server down', async (t) => {
    const late = gate()
    const server = create()
      .tool('slow', { timeoutMs: 50 }, async () => {
        await late.opened
        throw new Error('too late')
      })
      .tool('next', () => 'next')
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { send, next } = connect(server)
    send(request('2026-07-28', 1, 'tools/call', { name: 'slow' }))
    t.mock.timers.tick(50)
    assert.equal((await next()).result.isError, true)
    late.open()
    await new Promise(setImmediate)
    send(request('2026-07-28', 2, 'tools/call', { name: 'next' }))
    assert.equal((await next()).result.content[0].text, 'next')
  })

  it('includes the layers and the validation of what is returned', async (t) => {
    const server = create()
      .use(never)
      .tool('slow', { timeoutMs: 50 }, () => 'never reached')
    assert.deepEqual(resultOf((await after(t, server, 50, tool('slow'))).reply), timedOut(50))
  })
})

describe('close', () => {
  it('waits for what is in flight, at most as long as it is told', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { runtime, send } = connect(create().tool('slow', never))
    send(request('2026-07-28', 1, 'tools/call', { name: 'slow' }))
    let closed = false
    const closing = runtime.close(1000).then(() => {
      closed = true
    })
    assert.equal(runtime.closed, true)
    t.mock.timers.tick(999)
    await new Promise(setImmediate)
    assert.equal(closed, false)
    t.mock.timers.tick(1)
    await closing
  })

  it('waits ten seconds by default, and without an end for Infinity', async (t) => {
    for (const [drainMs, ms, ends] of [
      [undefined, 9_999, false],
      [undefined, 10_000, true],
      [Number.POSITIVE_INFINITY, 60_000, false],
      [0, 0, true],
    ] as const) {
      t.mock.timers.enable({ apis: ['setTimeout'] })
      const { runtime, send } = connect(create().tool('slow', never))
      send(request('2026-07-28', 1, 'tools/call', { name: 'slow' }))
      let closed = false
      void runtime.close(drainMs).then(() => {
        closed = true
      })
      t.mock.timers.tick(ms)
      await new Promise(setImmediate)
      assert.equal(closed, ends)
      t.mock.timers.reset()
    }
  })
})
