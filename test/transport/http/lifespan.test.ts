import assert from 'node:assert/strict'
import { AbortedError, createServer } from '../../../src/index.ts'
import { messagesOf } from '../../support/messages.ts'
import { calling, eventsOf, gate, testBoth, watching } from './support.ts'

const base = createServer({ name: 'one', version: '1.0.0' })

testBoth('lifespan: the first requests wait for it; it starts once', async (_, bound) => {
  const starting = gate()
  const started = gate<string>()
  let starts = 0
  const { send } = await bound(
    base
      .lifespan(async () => {
        starts += 1
        starting.open()
        return { name: await started.opened }
      })
      .tool('name', (_args, ctx) => ctx.lifespan.name),
  )
  const first = send(calling('2026-07-28', 'name'))
  await starting.opened
  const second = send(calling('2025-06-18', 'name'))
  started.open('ready')
  for (const sending of [first, second]) {
    assert.equal((await messagesOf(await sending))[0]?.result.content[0].text, 'ready')
  }
  await send(calling('2026-07-28', 'name'))
  assert.equal(starts, 1)
})

testBoth('lifespan: what is refused anyway does not start it', async (_, bound) => {
  let starts = 0
  const { send } = await bound(
    base
      .lifespan(async () => {
        starts += 1
      })
      .tool('one', () => 1),
  )
  assert.equal((await send({ method: 'PUT' })).status, 405)
  assert.equal((await send({ method: 'OPTIONS' })).status, 204)
  assert.equal((await send({ headers: { origin: 'http://evil.example' }, body: '{}' })).status, 403)
  assert.equal(starts, 0)
})

testBoth('lifespan: one that fails is a 503 for every request, and its own error is in the log', async (_, bound) => {
  const failure = new Error('no database')
  let starts = 0
  const { send, log } = await bound(
    base
      .lifespan(async () => {
        starts += 1
        throw failure
      })
      .tool('one', () => 1),
  )
  for (const version of ['2026-07-28', '2025-06-18'] as const) {
    const response = await send(calling(version, 'one'))
    assert.equal(response.status, 503)
    assert.equal(response.headers.get('retry-after'), '1')
    const [reply] = await messagesOf(response)
    assert.equal(reply?.error.code, -32603)
    assert.ok(!JSON.stringify(reply).includes('database'), 'the error stays inside')
  }
  assert.equal(starts, 1)
  assert.equal(log.lines[0]?.level, 'error')
  assert.equal(log.lines[0]?.details[0], failure)
})

/** A server with a lifespan and a tool that waits to be finished. */
const draining = () => {
  const events: string[] = []
  const started = gate()
  const finish = gate()
  const server = base
    .lifespan(async function* () {
      events.push('up')
      yield {}
      events.push('down')
    })
    .tool('one', () => 1)
    .tool('wait', async (_, ctx) => {
      ctx.signal.addEventListener('abort', () => {
        assert.ok(ctx.signal.reason instanceof AbortedError)
        events.push(`aborted: ${ctx.signal.reason.code}`)
        finish.open()
      })
      started.open()
      await finish.opened
      events.push('call ended')
      return 'waited'
    })
  return { server, events, started, finish }
}

testBoth(
  'TS-46: close lets a call in flight end, refuses new ones with 503, and undoes the lifespan',
  async (_, bound) => {
    const { server, events, started, finish } = draining()
    const { send, runtime } = await bound(server)
    const inFlight = send(calling('2026-07-28', 'wait'))
    await started.opened
    const closing = runtime.close()
    const refused = await send(calling('2026-07-28', 'one'))
    assert.equal(refused.status, 503)
    assert.equal(refused.headers.get('retry-after'), '1')
    assert.equal((await messagesOf(refused))[0]?.error.code, -32603)
    finish.open()
    await closing
    assert.equal((await messagesOf(await inFlight))[0]?.result.content[0].text, 'waited')
    assert.deepEqual(events, ['up', 'call ended', 'down'])
    assert.equal((await send(calling('2026-07-28', 'one'))).status, 503)
    await runtime.close()
    assert.equal(events.length, 3)
  },
)

testBoth(
  "close aborts what outlives drainMs with the code 'closed', before the lifespan is undone",
  async (t, bound) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { server, events, started } = draining()
    const { begin, runtime } = await bound(server)
    const { response } = begin(calling('2026-07-28', 'wait'))
    response.catch(() => undefined)
    await started.opened
    const closing = runtime.close({ drainMs: 5000 })
    t.mock.timers.tick(4999)
    assert.deepEqual(events, ['up'])
    t.mock.timers.tick(1)
    await closing
    assert.deepEqual(events.slice(0, 2), ['up', 'aborted: closed'])
    assert.ok(events.includes('down'))
    await (await response).text()
  },
)

testBoth('close while a stream is open: it ends with its response', async (_, bound) => {
  const finish = gate()
  const { send, runtime } = await bound(
    base.tool('stream', async (_args, ctx) => {
      await ctx.progress(1)
      await finish.opened
      await ctx.progress(2)
      return 'done'
    }),
  )
  const response = await send(watching('2026-07-28', 'stream'))
  const closing = runtime.close()
  finish.open()
  const events = []
  for await (const event of eventsOf(response)) events.push(event)
  await closing
  assert.equal(events.length, 3)
})

testBoth('TS-13: a body that comes in while the server closes is refused', async (_, bound, adapter) => {
  const starting = gate()
  const started = gate()
  const { send, runtime } = await bound(
    base
      .lifespan(() => {
        starting.open()
        return started.opened
      })
      .tool('one', () => 1),
  )
  const sending = send(calling('2026-07-28', 'one'))
  await starting.opened
  const closing = runtime.close()
  started.open()
  const response = await sending
  assert.equal(response.status, 503, adapter)
  await closing
})

testBoth('TS-13: a caller who is being looked up while the server closes is refused', async (_, bound) => {
  const asked = gate()
  const enabled = gate<boolean>()
  const { jsonSchema } = await import('../../../src/index.ts')
  const input = jsonSchema({ type: 'object', properties: { region: { type: 'string', 'x-mcp-header': 'Region' } } })
  const { send, runtime } = await bound(
    base
      .tool('one', () => 1)
      .tool(
        'go',
        {
          input,
          enabled: () => {
            asked.open()
            return enabled.opened
          },
        },
        () => 1,
      ),
  )
  const sending = send(calling('2026-07-28', 'go', { region: 'a' }))
  await asked.opened
  await runtime.close()
  enabled.open(true)
  assert.equal((await sending).status, 503)
})
