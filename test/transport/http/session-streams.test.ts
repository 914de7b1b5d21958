import assert from 'node:assert/strict'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { STATEFUL } from '../../support/messages.ts'
import {
  Events,
  type Loose,
  notification,
  openSession,
  request,
  type SessionClient,
  said,
  sessionOf,
  textOf,
} from './session-support.ts'
import { gate, testBoth } from './support.ts'

const LISTENING = '2025-11-25 Streamable HTTP, Listening for Messages from the Server'
const MULTIPLE = '2025-11-25 Streamable HTTP, Multiple Connections'

const server = createServer({ name: 'asking', version: '1.0.0' })
  .tool('roots', async (_, ctx) => (await ctx.roots()).map(({ uri }) => uri).join())
  .tool('sample', async (_, ctx) => {
    const { content } = await ctx.sample({
      messages: [{ role: 'user', content: { type: 'text', text: 'Capital?' } }],
      maxTokens: 9,
    })
    return JSON.stringify(content)
  })
  .tool('elicit', async (_, ctx) => {
    await ctx.progress(1)
    const first = await ctx.elicit('One?', v.object({ one: v.string() }))
    await ctx.log.info('between')
    const second = await ctx.elicit('Two?', v.object({ two: v.number() }))
    return JSON.stringify([first, second])
  })
  .tool('both', async (_, ctx) => {
    const once = await ctx.once('key', () => 7)
    const [roots, { model }] = await Promise.all([ctx.roots(), ctx.sample({ messages: [], maxTokens: 1 })])
    return JSON.stringify([once, roots.length, model, ctx.idempotencyKey.length > 0])
  })
  .tool('change', async (_, ctx) => {
    ctx.notify.toolsChanged()
    ctx.notify.resourceUpdated('note://1')
    await ctx.progress(1)
    return 'changed'
  })
  .resource('note://{id}', ({ id }) => id)
  .prompt('asking', async (_args, ctx) => JSON.stringify(await ctx.roots()))

const answer = (session: SessionClient, { id }: Loose, result: object): Promise<Response> =>
  session.post({ jsonrpc: '2.0', id, result })

const ROOTS = { roots: [{ uri: 'file:///a' }, { uri: 'file:///b' }] }
const SAMPLE = { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm' }

for (const version of STATEFUL) {
  testBoth(`${MULTIPLE}: questions of a call are asked on its own stream (${version})`, async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, version)
    const standalone = new Events(await session.get().response)
    const roots = new Events(await session.call(1, 'roots'))
    const sample = new Events(await session.call(2, 'sample'))
    const [asked, sampling] = [await roots.message(), await sample.message()]
    assert.deepEqual([asked.method, sampling.method], ['roots/list', 'sampling/createMessage'])
    assert.notEqual(asked.id, sampling.id)
    const accepted = await answer(session, sampling, SAMPLE)
    assert.equal(accepted.status, 202)
    assert.equal(await accepted.text(), '')
    assert.match(textOf((await sample.rest())[0]), /Paris/)
    await answer(session, asked, ROOTS)
    assert.equal(textOf((await roots.rest())[0]), 'file:///a,file:///b')
    // Too late, and twice: no mistake.
    assert.equal((await answer(session, asked, ROOTS)).status, 202)
    await session.end()
    assert.equal(await standalone.message(), undefined)
  })
}

testBoth(
  `${MULTIPLE}: progress, logs and questions come in the order in which they were sent`,
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, '2025-11-25')
    const events = new Events(await session.call('c', 'elicit'))
    assert.equal(said(await events.message()), 'progress 1')
    await answer(session, await events.message(), { action: 'accept', content: { one: '1' } })
    assert.equal(said(await events.message()), 'notifications/message')
    await answer(session, await events.message(), { action: 'decline' })
    assert.deepEqual(JSON.parse(textOf(await events.message())), [
      { action: 'accept', content: { one: '1' } },
      { action: 'decline' },
    ])
    assert.equal(await events.next(), undefined)
  },
)

testBoth('two questions at once are answered in any order', async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-06-18')
  const events = new Events(await session.call(1, 'both'))
  const [first, second] = [await events.message(), await events.message()]
  assert.deepEqual([first.method, second.method], ['roots/list', 'sampling/createMessage'])
  await answer(session, second, SAMPLE)
  await answer(session, first, ROOTS)
  assert.deepEqual(JSON.parse(textOf(await events.message())), [7, 2, 'm', true])
})

testBoth('an answer counts in the session alone that was asked', async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  const other = await openSession(session.subject, '2025-11-25')
  const events = new Events(await session.call(1, 'roots'))
  const asked = await events.message()
  assert.equal((await answer(other, asked, { roots: [] })).status, 202)
  await answer(session, asked, ROOTS)
  assert.equal(textOf(await events.message()), 'file:///a,file:///b')
})

testBoth('prompts ask, too; an error in place of an answer reaches the handler', async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  const events = new Events(await session.post(request(1, 'prompts/get', { name: 'asking' })))
  const asked = await events.message()
  await session.post({ jsonrpc: '2.0', id: asked.id, error: { code: -1, message: 'not now' } })
  assert.equal((await events.message()).error.message, 'not now')
})

testBoth('what a client has not declared is not asked', async (t, _, adapter) => {
  const { subject } = await sessionOf(t, adapter, server, '2025-11-25')
  const session = await openSession(subject, '2025-11-25', {}, {})
  const response = await session.call(1, 'roots')
  assert.equal(response.headers.get('content-type'), 'application/json')
  assert.match(await response.text(), /it has not declared/)
})

testBoth(
  "PY-79: responseMode 'json': what a call tells on the way is dropped, and a question fails at once",
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, '2025-11-25', { responseMode: 'json' })
    const changed = await session.call(1, 'change')
    assert.equal(changed.headers.get('content-type'), 'application/json')
    assert.equal(textOf(JSON.parse(await changed.text())), 'changed')
    for (const tool of ['roots', 'sample', 'both']) {
      const { result } = JSON.parse(await (await session.call(2, tool)).text())
      assert.equal(result.isError, true)
      assert.match(result.content[0].text, /responseMode is 'json'/)
    }
    // What belongs to no request has a stream of its own in this mode, too.
    const standalone = new Events(await session.get().response)
    assert.equal(said(await standalone.message()), 'notifications/tools/list_changed')
  },
)

testBoth('a call that is cancelled takes its question back', async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  const events = new Events(await session.call(1, 'roots'))
  const asked = await events.message()
  await session.post(notification('notifications/cancelled', { requestId: 1 }))
  const [taken, ended] = await events.rest()
  assert.deepEqual([taken.method, taken.params.requestId], ['notifications/cancelled', asked.id])
  assert.equal(ended.error.code, -32800)
})

for (const version of STATEFUL) {
  testBoth(
    `${LISTENING}: what belongs to no request comes on the stream of the session alone (${version})`,
    async (t, _, adapter) => {
      const session = await sessionOf(t, adapter, server, version)
      await session.post(request('s', 'resources/subscribe', { uri: 'note://1' }))
      const standalone = new Events(await session.get().response)
      const call = new Events(await session.call(1, 'change'))
      assert.deepEqual((await call.rest()).map(said), ['progress 1', 1])
      assert.equal(said(await standalone.message()), 'notifications/tools/list_changed')
      const updated = await standalone.message()
      assert.deepEqual([updated.method, updated.params], ['notifications/resources/updated', { uri: 'note://1' }])
      await session.post(request('u', 'resources/unsubscribe', { uri: 'note://1' }))
      await session.call(2, 'change')
      assert.equal(said(await standalone.message()), 'notifications/tools/list_changed')
      await session.end()
      assert.equal(await standalone.message(), undefined)
    },
  )
}

testBoth(`${LISTENING}: what comes before the stream is open is kept for it`, async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-06-18')
  await session.post(request('s', 'resources/subscribe', { uri: 'note://1' }))
  await (await session.call(1, 'change')).text()
  const standalone = new Events(await session.get().response)
  assert.equal(said(await standalone.message()), 'notifications/tools/list_changed')
  assert.equal(said(await standalone.message()), 'notifications/resources/updated')
  await (await session.call(2, 'change')).text()
  assert.equal(said(await standalone.message()), 'notifications/tools/list_changed')
})

testBoth(`${LISTENING}: without resumption, what comes while no stream is open is lost`, async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-11-25', { sessions: { resume: false } })
  await (await session.call(1, 'change')).text()
  const standalone = new Events(await session.get().response)
  await session.post(request('s', 'resources/subscribe', { uri: 'note://1' }))
  const call = new Events(await session.call(2, 'change'))
  await call.rest()
  const events = [await standalone.next(), await standalone.next()]
  assert.deepEqual(
    events.map((event) => [event?.id, said(JSON.parse(event?.data ?? ''))]),
    [
      [undefined, 'notifications/tools/list_changed'],
      [undefined, 'notifications/resources/updated'],
    ],
  )
  const back = await session.get({ 'last-event-id': '1-1' }).response
  assert.equal(back.status, 400)
})

testBoth(
  `PY-77, TS-16; ${LISTENING}: a second stream of a session is a 409 while the first is open`,
  async (t, _, adapter) => {
    const session = await sessionOf(t, adapter, server, '2025-11-25')
    const first = session.get()
    assert.equal((await first.response).status, 200)
    const second = await session.get().response
    assert.equal(second.status, 409)
    assert.match(await second.text(), /being read already/)
    const other = await openSession(session.subject, '2025-11-25')
    assert.equal((await other.get().response).status, 200)
    await first.leave()
    assert.equal((await session.get().response).status, 200)
  },
)

testBoth(`TS-5; ${LISTENING}: a stream needs Accept: text/event-stream`, async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-11-25')
  const response = await session.get({ accept: 'application/json' }).response
  assert.equal(response.status, 406)
  assert.match(await response.text(), /text\/event-stream/)
  assert.equal((await session.get({ accept: '*/*' }).response).status, 200)
})

testBoth('watch: a subscription of a session ends with it', async (t, _, adapter) => {
  const stopped = gate<string>()
  const started = gate<() => void>()
  const watched = server.resource(
    'watched://1',
    {
      watch: (uri, notify) => {
        started.open(notify)
        return () => stopped.open(uri)
      },
    },
    () => 'x',
  )
  const session = await sessionOf(t, adapter, watched, '2025-11-25')
  const standalone = new Events(await session.get().response)
  await session.post(request('s', 'resources/subscribe', { uri: 'watched://1' }))
  const notify = await started.opened
  notify()
  assert.equal(said(await standalone.message()), 'notifications/resources/updated')
  await session.end()
  assert.equal(await stopped.opened, 'watched://1')
})

testBoth('TS-15: the stream of a session is kept alive', async (t, _, adapter) => {
  const session = await sessionOf(t, adapter, server, '2025-11-25', { keepAliveMs: 1 })
  const get = session.get()
  const reader = ((await get.response).body as ReadableStream<Uint8Array>).getReader()
  let text = ''
  while (text.split(': keep-alive').length < 4) text += Buffer.from((await reader.read()).value ?? []).toString()
  assert.match(text, /^id: 0-0\ndata: \n\n: keep-alive\n\n/)
  await session.end()
})

testBoth('PY-73: a stream of a call that nobody reads does not hold up the others', async (t, _, adapter) => {
  const big = 'x'.repeat(64 * 1024)
  const loud = server.tool('loud', async (_args, ctx) => {
    for (let count = 1; count <= 40; count++) void ctx.log.info(big)
    return 'said'
  })
  const session = await sessionOf(t, adapter, loud, '2025-11-25')
  const unread = await session.call(1, 'loud')
  assert.equal(textOf((await new Events(await session.call(2, 'change')).rest()).at(-1)), 'changed')
  const messages = await new Events(unread).rest()
  assert.equal(messages.length, 41)
})
