import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { Loose } from '../../support/answering.ts'
import {
  calling,
  event,
  events,
  json,
  open,
  outgoing,
  polite,
  resultOf,
  revisionOf,
  serve,
  testBoth,
} from './support.ts'

const MODERN = revisionOf('2026-07-28')

type Answer = (response: ServerResponse, id: unknown) => void

const whole =
  (status: number, type: string | undefined, body: string): Answer =>
  (response) => {
    response.writeHead(status, type === undefined ? {} : { 'content-type': type })
    response.end(body)
  }

const progress = { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }

const answers: readonly (readonly [name: string, answer: Answer, messages: (id: number) => readonly Loose[]])[] = [
  ['JSON', (response, id) => json(response, 200, resultOf(id)), (id) => [resultOf(id)]],
  [
    'JSON with parameters in its content type',
    (response, id) => json(response, 200, resultOf(id), { 'content-type': 'Application/JSON; charset=utf-8' }),
    (id) => [resultOf(id)],
  ],
  ['JSON under status 202', (response, id) => json(response, 202, resultOf(id)), (id) => [resultOf(id)]],
  ['a batch', (response, id) => json(response, 200, [progress, resultOf(id)]), (id) => [[progress, resultOf(id)]]],
  [
    'an error without an id',
    (response) => json(response, 200, { jsonrpc: '2.0', id: null, error: { code: -32700, message: 'what?' } }),
    (id) => [{ jsonrpc: '2.0', id, error: { code: -32700, message: 'what?' } }],
  ],
  [
    'an event stream',
    (response, id) => {
      events(response, `: hello\n\nid: 1\ndata:\n\n${event(progress)}event: ping\ndata: {}\n\n`)
      response.end(event(resultOf(id)))
    },
    (id) => [progress, resultOf(id)],
  ],
  [
    'a batch in an event stream',
    (response, id) => {
      events(response)
      response.end(event([progress, resultOf(id)]))
    },
    (id) => [[progress, resultOf(id)]],
  ],
]

for (const [name, answer, messages] of answers) {
  testBoth(`2026-07-28 Streamable HTTP, Receiving Messages: a request is answered by ${name}`, async (t, fetch) => {
    const { url } = await serve(t, ({ message }, response) => answer(response, message.id))
    const { carrier, recorder } = await open(t, url, { fetch })
    carrier.speak(MODERN)
    // The second one finds the connection of the first.
    for (const id of [1, 2]) {
      carrier.request(calling('2026-07-28', id, 'add'))
      for (const message of messages(id)) assert.deepEqual(await recorder.next(), message)
    }
    assert.equal(recorder.line.size, 0)
  })
}

const PAGE = '<!doctype html>\n<title>Welcome</title>'

const unanswered: readonly (readonly [name: string, answer: Answer, message: RegExp, status: number | undefined])[] = [
  ['202', whole(202, undefined, ''), /"tools\/call" with status 202 and an empty body/, 202],
  ['204', (response) => response.writeHead(204).end(), /status 204 and an empty body/, 204],
  ['an empty body', whole(200, undefined, ''), /status 200 and an empty body, not with JSON/, 200],
  ['an empty body of JSON', whole(200, 'application/json', ''), /with an empty body/, undefined],
  ['HTML', whole(200, 'text/html; charset=utf-8', PAGE), /status 200 and text\/html, not with JSON/, 200],
  ['no content type', whole(200, undefined, '{}'), /a body without a content type/, 200],
  ['what is no JSON', whole(200, 'application/json', '{"a":'), /with what is no JSON: /, undefined],
  [
    'what is no UTF-8',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(Buffer.of(0x22, 0xff, 0x22))
    },
    /what is no JSON: it is not UTF-8/,
    undefined,
  ],
  ['an answer to another request', whole(200, 'application/json', '{}'), /JSON that does not answer it/, undefined],
  [
    'an event stream without the answer',
    (response) => {
      events(response)
      response.end(event(progress))
    },
    /has ended the event stream of "tools\/call" before its answer/,
    undefined,
  ],
]

for (const [name, answer, message, status] of unanswered) {
  testBoth(`PY-95, TSBUG-6: a request that is answered with ${name} fails at once`, async (t, fetch) => {
    const { url } = await serve(t, (_, response) => answer(response, 1))
    const { carrier, recorder } = await open(t, url, { fetch })
    carrier.speak(MODERN)
    carrier.request(calling('2026-07-28', 1, 'add'))
    let brought = await recorder.line.next()
    while ('message' in brought) brought = await recorder.line.next()
    assert.equal(brought.failed, 1)
    const { error }: Loose = brought
    assert.equal(error.code, 'unanswered')
    assert.match(error.message, message)
    assert.equal(error.status, status)
  })
}

test('the beginning of an answer that is none can be read in the error', async (t) => {
  const { url } = await serve(t, (_, response) => whole(200, 'text/html', PAGE.padEnd(10_000))(response, 1))
  const { carrier, recorder } = await open(t, url)
  carrier.request(calling('2025-11-25', 1, 'add'))
  const { body } = await recorder.failure(1)
  assert.equal(body, PAGE.padEnd(4_096))
})

test('an answer that is none and does not end is waited for only so long', async (t) => {
  const { url, arrivals } = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    response.write('wait')
  })
  const { carrier, recorder } = await open(t, url)
  t.mock.timers.enable({ apis: ['setTimeout'] })
  carrier.request(calling('2025-11-25', 1, 'add'))
  const { closed } = await arrivals.next()
  const failed = recorder.failure(1)
  // The response is on its way; the timer begins when it comes.
  for (let isOver = false; !isOver; ) {
    t.mock.timers.tick(2_000)
    isOver = await Promise.race([
      failed.then(() => true),
      new Promise<false>((resolve) => setImmediate(resolve, false)),
    ])
  }
  assert.match((await failed).message, /status 200 and text\/plain/)
  await closed
})

testBoth('an answer that breaks off fails', async (t, fetch) => {
  const { url } = await serve(t, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 })
    response.write('{"jsonrpc"')
    setImmediate(() => response.destroy())
  })
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(calling('2025-11-25', 1, 'add'))
  const { code, message } = await recorder.failure(1)
  assert.equal(code, 'disconnected')
  assert.match(message, /^http:\/\/127\.0\.0\.1:\d+ broke off its answer: /)
})

const tooLarge: readonly (readonly [name: string, answer: Answer])[] = [
  ['as JSON', (response, id) => json(response, 200, resultOf(id, { text: 'x'.repeat(200) }))],
  [
    'as JSON without an end',
    (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      response.write('x'.repeat(200))
    },
  ],
  [
    'as an event',
    (response, id) => {
      events(response)
      response.write(event(resultOf(id, { text: 'x'.repeat(200) })) + event(progress))
    },
  ],
]

for (const [name, answer] of tooLarge) {
  testBoth(`a message that is larger than allowed fails its request, ${name}`, async (t, fetch) => {
    const { url, arrivals } = await serve(t, ({ message }, response) => answer(response, message.id))
    const { carrier, recorder } = await open(t, url, { fetch, maxMessageBytes: 100 })
    carrier.request(calling('2025-11-25', 1, 'add'))
    const { code, message } = await recorder.failure(1)
    assert.equal(code, 'unanswered')
    assert.equal(message, 'The answer to "tools/call" is larger than 100 bytes; see maxMessageBytes')
    await (await arrivals.next()).closed
    assert.equal(recorder.line.size, 0)
  })
}

testBoth('what is no message in an event stream is logged and passed over', async (t, fetch) => {
  const { url } = await serve(t, ({ message }, response) => {
    events(response, event('{nonsense'))
    response.end(event(resultOf(message.id)))
  })
  const { carrier, recorder, log } = await open(t, url, { fetch })
  carrier.request(calling('2025-11-25', 1, 'add'))
  assert.deepEqual(await recorder.next(), resultOf(1))
  assert.match(log.lines[0]?.message ?? '', /passed over an event of "tools\/call" that is no message/)
})

testBoth('PY-96: an answer that comes twice answers once', async (t, fetch) => {
  const { url } = await serve(t, ({ message }, response) => {
    events(response)
    response.end(event(resultOf(message.id)) + event(progress) + event(resultOf(message.id)))
  })
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(calling('2025-11-25', 1, 'add'))
  assert.deepEqual(await recorder.next(), resultOf(1))
  assert.deepEqual(await recorder.next(), progress)
  carrier.request(outgoing('2025-11-25', 2, 'ping'))
  assert.deepEqual(await recorder.next(), resultOf(2))
})

testBoth('a stream that its server leaves open behind the answer is closed', async (t, fetch) => {
  const { url, arrivals } = await serve(t, ({ message }, response) => events(response, event(resultOf(message.id))))
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { carrier, recorder } = await open(t, url, { fetch })
  carrier.request(calling('2025-11-25', 1, 'add'))
  const { closed } = await arrivals.next()
  assert.deepEqual(await recorder.next(), resultOf(1))
  t.mock.timers.tick(2_000)
  await closed
  assert.equal(recorder.line.size, 0)
})

testBoth('many requests at the same time each get their answer', async (t, fetch) => {
  const { url } = await serve(t, polite)
  const { carrier, recorder } = await open(t, url, { fetch })
  const ids = Array.from({ length: 50 }, (_, index) => index)
  for (const id of ids) carrier.request(calling('2025-11-25', id, 'add'))
  const answered = new Set<number>()
  for (const _ of ids) answered.add((await recorder.next()).id)
  assert.deepEqual(
    [...answered].sort((a, b) => a - b),
    ids,
  )
})
