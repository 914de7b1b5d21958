import assert from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createServer, type EventStore, type StoredEvent } from '../../../src/index.ts'
import { Events, openSession, request, said, sessionOf } from './session-support.ts'
import { gate, open, testBoth } from './support.ts'

const RESUMABILITY = '2025-11-25 Streamable HTTP, Resumability and Redelivery'

/** A store that several nodes share. */
const sharedStore = (): EventStore => {
  const streams = new Map<string, StoredEvent[]>()
  return {
    append: (stream, event) => {
      streams.set(stream, [...(streams.get(stream) ?? []), event])
    },
    read: (stream, after) => (streams.get(stream) ?? []).filter(({ number }) => number > after),
    remove: (stream) => {
      streams.delete(stream)
    },
  }
}

testBoth(
  `TSBUG-16; ${RESUMABILITY}: on another node a session is a 404, so that the client opens a new one, whatever the store has`,
  async (t, _, adapter) => {
    const released = gate()
    const server = createServer({ name: 'steps', version: '1.0.0' }).tool('steps', async (_args, ctx) => {
      await ctx.progress(1)
      await released.opened
      return 'done'
    })
    const sessions = { store: sharedStore() }
    const session = await sessionOf(t, adapter, server, '2025-11-25', { sessions })
    const sending = session.beginCall(7, 'steps')
    const events = new Events(await sending.response)
    assert.equal(said(await events.message()), 'progress 1')
    await sending.leave()
    const other = await open(t, adapter, server, { sessions })
    const headers = { accept: 'text/event-stream', ...session.headers }
    const resumed = await other.send({ method: 'GET', headers: { ...headers, 'last-event-id': events.lastId } })
    assert.equal(resumed.status, 404)
    assert.equal((await openSession(other, '2025-11-25')).version, '2025-11-25')
    released.open()
    const rest = new Events(await session.resume(events.lastId))
    assert.deepEqual((await rest.rest()).map(said), [7])
  },
)

testBoth('TSBUG-14: a session that has ended is forgotten, and its log level with it', async (t, _, adapter) => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const known: WeakRef<object>[] = []
  const server = createServer({ name: 'levels', version: '1.0.0' }).tool('say', async (_args, ctx) => {
    known.push(new WeakRef(ctx.session as object))
    await ctx.log.info('careful')
    return 'done'
  })
  const subject = await open(t, adapter, server)
  const heard = async (level: string | undefined): Promise<readonly string[]> => {
    const session = await openSession(subject, '2025-11-25')
    if (level !== undefined) await (await session.post(request(1, 'logging/setLevel', { level }))).text()
    const text = await (await session.call(2, 'say')).text()
    assert.equal((await session.end()).status, 204)
    return text.includes('notifications/message') ? ['careful'] : []
  }
  assert.deepEqual(await heard('error'), [])
  assert.deepEqual(await heard('debug'), ['careful'])
  assert.deepEqual(await heard(undefined), ['careful'])
  assert.equal(known.length, 3)
  for (let turns = 0; turns < 100 && known.some((session) => session.deref()); turns++) {
    await new Promise(setImmediate)
    collect()
  }
  assert.deepEqual(
    known.map((session) => session.deref()),
    [undefined, undefined, undefined],
  )
})
