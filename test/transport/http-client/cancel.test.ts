import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { STATEFUL } from '../../support/messages.ts'
import { gate } from '../http/support.ts'
import {
  calling,
  event,
  events,
  json,
  type Listener,
  notification,
  open,
  opening,
  outgoing,
  polite,
  resultOf,
  revisionOf,
  serve,
  serveOurs,
  testBoth,
} from './support.ts'

const cancelled = (requestId: unknown): string => notification('notifications/cancelled', { requestId })

const progress = (token: unknown) => ({
  jsonrpc: '2.0',
  method: 'notifications/progress',
  params: { progressToken: token, progress: 1 },
})

/** Begins a stream for each call, and leaves it open. */
const hanging: Listener = (received, response) => {
  const { method, id } = received.message
  if (method === 'tools/call') events(response, event(progress(id)))
  else polite(received, response)
}

testBoth('PY-93: closing the POST is the cancellation on 2026-07-28, and nothing is posted', async (t, fetch) => {
  const { url, requests, arrivals } = await serve(t, hanging)
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.speak(revisionOf('2026-07-28'))
  carrier.request(calling('2026-07-28', 1, 'add'))
  const { closed } = await arrivals.next()
  await recorder.next()
  carrier.cancel(1, cancelled(1))
  await closed
  carrier.request(outgoing('2026-07-28', 2, 'tools/list'))
  assert.deepEqual(await recorder.next(), resultOf(2))
  assert.deepEqual(
    requests.map(({ message }) => message.method),
    ['tools/call', 'tools/list'],
  )
})

for (const version of STATEFUL) {
  testBoth(`${version} Cancellation: the server is told, and the stream is left`, async (t, fetch) => {
    const { url, requests, arrivals } = await serve(t, hanging)
    const { carrier, recorder } = await open(t, url, { fetch })
    carrier.speak(revisionOf(version))
    carrier.request(calling(version, 1, 'add'))
    const { closed } = await arrivals.next()
    await recorder.next()
    carrier.cancel(1, cancelled(1))
    await closed
    assert.equal((await arrivals.next()).body, cancelled(1))
    assert.equal(requests.length, 2)
    assert.equal(recorder.line.size, 0)
  })
}

testBoth('PY-93: how a request is cancelled follows the revision in which it was sent', async (t, fetch) => {
  const { url, requests, arrivals } = await serve(t, hanging)
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.speak(revisionOf('2025-11-25'))
  carrier.request(calling('2025-11-25', 1, 'add'))
  await recorder.next()
  carrier.speak(revisionOf('2026-07-28'))
  carrier.request(calling('2026-07-28', 2, 'add'))
  await recorder.next()
  const [first, second] = [await arrivals.next(), await arrivals.next()]
  carrier.speak(revisionOf('2025-11-25'))
  carrier.cancel(2, cancelled(2))
  await second.closed
  carrier.cancel(1, cancelled(1))
  await first.closed
  assert.equal((await arrivals.next()).body, cancelled(1))
  assert.equal(requests.length, 3)
})

testBoth('what opens a conversation is only left', async (t, fetch) => {
  const { url, requests, arrivals } = await serve(t, () => undefined)
  const { carrier } = await open(t, url, { fetch })
  carrier.request(opening('2025-11-25'))
  const { closed } = await arrivals.next()
  carrier.cancel('init', undefined)
  await closed
  assert.equal(requests.length, 1)
})

testBoth('PY-93: what nobody waits for is not cancelled', async (t, fetch) => {
  const { url, requests } = await serve(t, polite)
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.speak(revisionOf('2025-11-25'))
  carrier.request(calling('2025-11-25', 1, 'add'))
  await recorder.next()
  for (const id of [1, '1', 2]) carrier.cancel(id, cancelled(id))
  await carrier.send(notification('notifications/x'))
  assert.equal(requests.length, 2)
})

test('a cancellation that is not taken is no failure', async (t) => {
  const { url, arrivals } = await serve(t, (received, response) => {
    if (received.message.method === 'tools/call') events(response)
    else response.writeHead(500).end()
  })
  const { carrier, recorder, log } = await open(t, url)
  const logged = gate()
  t.mock.method(log, 'debug', logged.open)
  carrier.speak(revisionOf('2025-11-25'))
  carrier.request(calling('2025-11-25', 1, 'add'))
  await arrivals.next()
  carrier.cancel(1, cancelled(1))
  await logged.opened
  assert.equal(recorder.line.size, 0)
})

testBoth(
  'PY-96: an id that is sent again supersedes the request before, whose answer comes too late',
  async (t, fetch) => {
    const late = gate()
    const { url, arrivals } = await serve(t, ({ message }, response) => {
      const { name } = message.params
      if (name === 'second') json(response, 200, resultOf(message.id, name))
      else void late.opened.then(() => json(response, 200, resultOf(message.id, name)))
    })
    const { carrier, recorder } = await open(t, url, { fetch })
    carrier.request(calling('2025-11-25', 1, 'first'))
    const { closed } = await arrivals.next()
    carrier.request(calling('2025-11-25', 1, 'second'))
    late.open()
    assert.deepEqual(await recorder.next(), resultOf(1, 'second'))
    await closed
    assert.equal(recorder.line.size, 0)
  },
)

testBoth('PY-96: a request that is over does not take the next one of its id along', async (t, fetch) => {
  const { url, arrivals } = await serve(t, ({ message }, response) => {
    if (message.params.name === 'first') events(response, event(resultOf(1, 'first')))
    else events(response)
  })
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.speak(revisionOf('2026-07-28'))
  carrier.request(calling('2026-07-28', 1, 'first'))
  await arrivals.next()
  assert.deepEqual(await recorder.next(), resultOf(1, 'first'))
  carrier.request(calling('2026-07-28', 1, 'second'))
  const { closed } = await arrivals.next()
  carrier.cancel(1, undefined)
  await closed
})

testBoth(
  'what stands behind a message in the same piece is not heard where that message ends the call',
  async (t, fetch) => {
    const { url } = await serve(t, ({ message }, response) => {
      events(response, event(progress(1)) + event(progress(2)) + event(resultOf(message.id)))
    })
    const { carrier, recorder } = await open(t, url, { fetch })
    t.mock.method(recorder, 'message', (value: unknown) => {
      recorder.line.add({ message: value })
      carrier.cancel(1, undefined)
    })
    carrier.speak(revisionOf('2025-11-25'))
    carrier.request(calling('2025-11-25', 1, 'add'))
    assert.deepEqual(await recorder.next(), progress(1))
    await carrier.send(notification('notifications/x')).catch(() => undefined)
    assert.equal(recorder.line.size, 0)
  },
)

for (const version of ['2025-11-25', '2026-07-28'] as const) {
  testBoth(`our own server hears of a cancellation on ${version}`, async (t, fetch) => {
    const aborted = gate<unknown>()
    const server = createServer({ name: 'hanging', version: '1.0.0' }).tool('hang', v.object({}), async (_, ctx) => {
      ctx.signal.addEventListener('abort', () => aborted.open(ctx.signal.reason.code))
      await ctx.progress(1)
      await aborted.opened
      return 'too late'
    })
    const url = await serveOurs(t, server)
    const { carrier, recorder } = await open(t, url, { fetch })
    if (version === '2025-11-25') {
      carrier.request(opening(version))
      await recorder.next()
    }
    carrier.speak(revisionOf(version))
    carrier.request(calling(version, 1, 'hang'))
    assert.equal((await recorder.next()).method, 'notifications/progress')
    carrier.cancel(1, cancelled(1))
    assert.equal(await aborted.opened, version === '2025-11-25' ? 'cancelled' : 'disconnected')
    await carrier.close()
  })
}
