import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_MAX_LINE_BYTES } from '../../src/wire/lines.ts'
import { NOISE } from '../fixtures/noise.ts'
import type { Loose } from '../support/answering.ts'
import { anyCharacter } from '../support/characters.ts'
import { initializeParams, type Params, type Reply, request } from '../support/messages.ts'
import { type Child, GOOD_END, start } from '../support/stdio.ts'

const call = (id: string | number, name: string, args: Params = {}, meta: Params = {}) =>
  request('2026-07-28', id, 'tools/call', { name, arguments: args, _meta: meta })

const bare = (id: string | number, method: string, params?: Params) => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params && { params }),
})

const textOf = (reply: Reply): string => reply.result.content[0].text

const echo = async (child: Child, id: string | number): Promise<void> => {
  const reply = await child.ask(call(id, 'echo', { text: `echo ${id}` }))
  assert.equal(reply.id, id)
  assert.equal(textOf(reply), `echo ${id}`)
}

const open = async (child: Child, version: string): Promise<void> => {
  const { result } = await child.ask(bare('open', 'initialize', initializeParams(version)))
  assert.equal(result.protocolVersion, version)
}

const orderOf = (text: string, ...parts: readonly string[]): readonly string[] =>
  parts.filter((part) => text.includes(part)).sort((a, b) => text.indexOf(a) - text.indexOf(b))

const bytesOf = (message: unknown): Buffer => Buffer.from(`${JSON.stringify(message)}\n`)

const written = (child: Child, data: Uint8Array): Promise<void> =>
  new Promise((resolve) => child.process.stdin.write(data, () => resolve()))

// Framing

test('2026-07-28 stdio: one message per line, however the bytes are cut (PY-52, TS-40)', async (t) => {
  const child = start(t, 'main.ts')
  await echo(child, 1)

  const text = 'Zürich, 東京, 🚲, \u2028 and "quotes"\n'
  const bytes = bytesOf(call(2, 'echo', { text }))
  for (let at = 0; at < bytes.length; at += 7) await written(child, bytes.subarray(at, at + 7))
  assert.equal(textOf(await child.next()), text)

  child.send(...[3, 4, 5].map((id) => call(id, 'echo', { text: `${id}` })))
  assert.deepEqual([await child.next(), await child.next(), await child.next()].map(textOf), ['3', '4', '5'])

  child.write(`\n  \r\n\t\n${JSON.stringify(call(6, 'echo', { text: 'six' }))}\r\n\r\n`)
  assert.equal(textOf(await child.next()), 'six')
  assert.deepEqual(await child.close(), GOOD_END)
  for (const line of child.lines) assert.equal(JSON.parse(line).jsonrpc, '2.0')
})

test('a last line without a line break is read, too', async (t) => {
  const child = start(t, 'main.ts')
  child.process.stdin.end(JSON.stringify(call(1, 'echo', { text: 'last' })))
  assert.equal(textOf(await child.next()), 'last')
  assert.deepEqual(await child.ended, GOOD_END)
})

test('JSON-RPC 2.0: what is not JSON, or not UTF-8, or too long is -32700, and the next line is read (PY-53)', async (t) => {
  const child = start(t, 'main.ts')
  const tooLong = Buffer.alloc(DEFAULT_MAX_LINE_BYTES + 1, 'x')
  const lines: readonly (readonly [bytes: Uint8Array, message: RegExp])[] = [
    [Buffer.from('no JSON'), /^Parse error: /],
    [Buffer.from('{"jsonrpc":"2.0"'), /^Parse error: /],
    [Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), /a line is not UTF-8/],
    [Buffer.from('['.repeat(129) + ']'.repeat(129)), /deeper than 128/],
    [tooLong, /longer than 16777216 bytes/],
  ]
  for (const [bytes, message] of lines) {
    child.write(bytes)
    child.write('\n')
    const { id, error } = await child.next()
    assert.deepEqual([id, error.code], [null, -32700])
    assert.match(error.message, message)
    await echo(child, 'after')
  }
  await open(child, '2025-11-25')
  const reply = await child.ask('no message')
  assert.deepEqual(['id' in reply, reply.error.code], [false, -32600])
  child.write('{\n')
  const parse = await child.next()
  assert.deepEqual(['id' in parse, parse.error.code], [false, -32700])
  assert.deepEqual(await child.close(), GOOD_END)
})

test('messages of 1 MB and of 10 MB come through whole', async (t) => {
  const child = start(t, 'main.ts')
  for (const megabytes of [1, 10]) {
    const text = 'ü0123456789abcde'.repeat((megabytes * 1024 * 1024) / 16)
    assert.equal(textOf(await child.ask(call(megabytes, 'echo', { text }))), text)
  }
  assert.deepEqual(await child.close(), GOOD_END)
})

test('whatever bytes come in, every line that is a request is answered', async (t) => {
  const child = start(t, 'main.ts')
  const pieces = fc.sample(
    fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.tuple(fc.json(), fc.nat()).map(([text, at]) => Buffer.from(text).subarray(0, at % (text.length + 1))),
      fc.string({ unit: anyCharacter }).map((text) => Buffer.from(text)),
    ),
    300,
  )
  const ids = pieces.map((_, index) => `probe ${index}`)
  for (const [index, piece] of pieces.entries()) {
    child.write(piece)
    child.write('\n')
    child.send(call(ids[index] as string, 'echo', { text: '' }))
  }
  const answered: unknown[] = []
  while (answered.length < ids.length) {
    const { id } = await child.next()
    if (ids.includes(id as string)) answered.push(id)
  }
  assert.deepEqual(answered, ids)
  assert.deepEqual(await child.close(), GOOD_END)
})

// Stray output

test('2026-07-28 stdio: nothing but messages reaches stdout, whoever writes to it, and however (PY-63)', async (t) => {
  const child = start(t, 'main.ts')
  const reply = await child.ask(call(1, 'noise'))
  assert.equal(textOf(reply), 'quiet')
  await echo(child, 2)
  assert.deepEqual(await child.close(), GOOD_END)
  assert.equal(child.lines.length, 2)
  for (const way of Object.keys(NOISE)) assert.ok(child.stderr.includes(`noise by ${way}.`), way)
  for (const way of ['console.log', 'process.stdout.write', 'fs.writeSync']) {
    assert.ok(child.stderr.includes(`noise at import: ${way}\n`), way)
  }
})

test('PY-64 output goes nowhere when nobody reads stderr, and the server goes on', async (t) => {
  const child = start(t, 'main.ts')
  await child.says(/second up/)
  child.process.stderr.destroy()
  assert.equal(textOf(await child.ask(call(1, 'noise', { but: 'fs.' }))), 'quiet')
  await echo(child, 2)
  assert.deepEqual(await child.close(), GOOD_END)
})

// The end of stdin

test('2026-07-28 stdio, Shutdown: at the end of stdin, what is in flight is answered, and the server exits (PY-8, PY-66)', async (t) => {
  const child = start(t, 'main.ts')
  child.send(call(1, 'until-end'))
  await child.says(/waiting for the end/)
  const ended = child.close()
  assert.equal(textOf(await child.next()), 'finished')
  assert.deepEqual(await ended, GOOD_END)
  const steps = ['first up', 'second up', 'waiting for the end', 'finished', 'second down', 'first down']
  assert.deepEqual(orderOf(child.stderr, ...steps), steps)
  assert.doesNotMatch(child.stderr, /never reached/)
})

test('2026-07-28 stdio, Shutdown: everything that came before the end of stdin is answered', async (t) => {
  const child = start(t, 'main.ts')
  // An initialize that takes a while, what waits behind it, and a batch, all in one piece with the end.
  child.send(
    bare(1, 'initialize', initializeParams('2025-03-26')),
    bare(2, 'tools/call', { name: 'later', arguments: { text: 'two' } }),
    [bare(3, 'ping'), bare(4, 'tools/call', { name: 'later', arguments: { text: 'four' } })],
  )
  assert.deepEqual(await child.close(), GOOD_END)
  const replies = child.lines.map((line) => JSON.parse(line))
  assert.equal(replies.length, 3)
  assert.equal(replies[0].result.protocolVersion, '2025-03-26')
  const byId = new Map(replies.flat().map((reply) => [reply.id, reply]))
  assert.equal(textOf(byId.get(2)), 'two')
  assert.deepEqual(byId.get(3).result, {})
  assert.equal(textOf(byId.get(4)), 'four')
})

test('a server without a request ends with its stdin', async (t) => {
  const child = start(t, 'main.ts')
  assert.deepEqual(await child.close(), GOOD_END)
  assert.deepEqual(child.lines, [])
  assert.deepEqual(orderOf(child.stderr, 'second down', 'first down'), ['second down', 'first down'])
})

test('a call that never ends is aborted in the end, and then left behind', async (t) => {
  const child = start(t, 'main.ts', { args: ['--fast'] })
  child.send(call(1, 'stuck'), call(2, 'until-aborted'))
  await child.says(/stuck\nwaiting for the signal to abort/)
  const ended = child.close()
  assert.deepEqual([(await child.next()).id, await ended], [2, GOOD_END])
  const steps = ['aborted: closed', 'second down', 'first down']
  for (const step of steps) assert.ok(child.stderr.includes(step), step)
  assert.equal(child.lines.length, 1)
})

test('PY-9 stdin that is closed without an end is one: what was asked is given up, and the server exits', async (t) => {
  const child = start(t, 'main.ts')
  const params = { ...initializeParams('2025-11-25'), capabilities: { roots: {} } }
  assert.ok((await child.ask(bare('open', 'initialize', params))).result)
  const question: Loose = await child.ask(bare(1, 'tools/call', { name: 'unplug' }))
  assert.equal(question.method, 'roots/list')
  assert.equal(textOf(await child.next()), 'the client has gone away')
  assert.deepEqual(await child.ended, GOOD_END)
  assert.ok(child.stderr.includes('first down'))
})

// The reader goes away

test('TS-41 a client that closes its end has gone away: no crash, and the lifespan is undone', async (t) => {
  const child = start(t, 'main.ts')
  child.send(call(1, 'until-aborted'))
  await child.says(/waiting for the signal to abort/)
  child.process.stdout.destroy()
  child.send(call(2, 'echo', { text: 'nobody hears' }))
  assert.deepEqual(await child.ended, GOOD_END)
  const steps = ['aborted: disconnected', 'second down', 'first down']
  assert.deepEqual(orderOf(child.stderr, ...steps), steps)
  assert.doesNotMatch(child.stderr, /EPIPE/)
})

test('TS-41 a client that closes its end before the server ends is no crash either', async (t) => {
  const child = start(t, 'main.ts')
  await child.says(/second up/)
  child.process.stdout.destroy()
  child.send(call(1, 'echo', { text: 'nobody hears' }))
  assert.deepEqual(await child.close(), GOOD_END)
  assert.ok(child.stderr.includes('first down'))
})

test('PY-57 a client that goes away while it is behind takes nothing down with it', async (t) => {
  const child = start(t, 'main.ts', { reads: false })
  // More than the pipe holds: it stays behind, and nothing more is read.
  child.send(call(1, 'flood', { messages: 10, length: 4_000_000 }, { 'io.modelcontextprotocol/logLevel': 'debug' }))
  await child.says(/congested after 0/)
  child.process.stdout.destroy()
  assert.deepEqual(await child.ended, GOOD_END)
  const steps = ['aborted: disconnected', 'second down', 'first down']
  assert.deepEqual(orderOf(child.stderr, ...steps), steps)
})

// Backpressure

test('a client that does not read for a while loses nothing', async (t) => {
  const child = start(t, 'main.ts', { reads: false })
  const text = 'x'.repeat(100_000)
  const flood = (id: string) =>
    call(id, 'flood', { messages: 50, length: 100_000 }, { 'io.modelcontextprotocol/logLevel': 'debug' })
  const echoes = Array.from({ length: 200 }, (_, id) => call(id, 'echo', { text }))
  child.send(flood('first'))
  await child.says(/congested/)
  // It is behind now. This is the last that it reads before there is room again.
  child.send(flood('second'), ...echoes)
  await child.says(/congested[\s\S]*congested/)
  child.read()
  const replies: Reply[] = []
  while (replies.length < 302) replies.push(await child.next())
  const ids = replies.map(({ id }) => id)
  assert.equal(ids.filter((id) => id === undefined).length, 100)
  assert.deepEqual(ids.filter((id) => typeof id === 'string').sort(), ['first', 'second'])
  const echoed = replies.filter(({ id }) => typeof id === 'number')
  assert.deepEqual(
    echoed.map(({ id, result }) => [id, result.content[0].text.length]),
    echoes.map((_, id) => [id, text.length]),
  )
  assert.deepEqual(await child.close(), GOOD_END)
})

test('a tool that waits for its messages waits for a slow reader, and goes on with it', async (t) => {
  const child = start(t, 'main.ts', { reads: false })
  const messages = 300
  child.send(call(1, 'flood', { messages, length: 20_000 }, { 'io.modelcontextprotocol/logLevel': 'debug' }))
  const [, sent] = await child.says(/congested after (\d+)/)
  assert.ok(Number(sent) < messages / 2)
  child.read()
  for (let message = 0; message < messages; message += 1) assert.equal((await child.next()).id, undefined)
  assert.equal(textOf(await child.next()), 'flooded')
  assert.deepEqual(await child.close(), GOOD_END)
})

test('a tool that does not wait for a slow reader fills a bounded buffer, and then the reader is given up', async (t) => {
  const child = start(t, 'main.ts', { reads: false })
  child.send(call(1, 'torrent', { messages: 5000, length: 64_000 }, { 'io.modelcontextprotocol/logLevel': 'debug' }))
  const { code, signal } = await Promise.race([
    child.ended,
    child.says(/torrent: disconnected/).then(() => child.ended),
  ])
  assert.deepEqual({ code, signal }, GOOD_END)
  assert.match(child.stderr, /gave up the client: it does not read what it is sent/)
  assert.match(child.stderr, /first down/)
})

test('PY-5, PY-57 a client that reads no more does not keep the server from ending', async (t) => {
  const child = start(t, 'main.ts', { args: ['--fast'], reads: false })
  child.send(call(1, 'flood', { messages: 1000, length: 100_000 }, { 'io.modelcontextprotocol/logLevel': 'debug' }))
  await child.says(/congested after/)
  child.process.kill('SIGTERM')
  // Its end is not its close: what it has written is still there to be read.
  assert.deepEqual(await once(child.process, 'exit'), [0, null])
  await child.says(/first down/)
})

// Signals

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal}: what is in flight is answered, the lifespan is undone, and the server exits with 0`, async (t) => {
    const child = start(t, 'main.ts')
    child.send(call(1, 'until-signal'))
    await child.says(/waiting for a signal/)
    child.process.kill(signal)
    assert.equal(textOf(await child.next()), 'finished')
    assert.deepEqual(await child.ended, GOOD_END)
    const steps = ['finished', 'second down', 'first down']
    assert.deepEqual(orderOf(child.stderr, ...steps), steps)
  })

  test(`a second ${signal} ends the server at once, with 128 and its number`, async (t) => {
    const child = start(t, 'main.ts')
    child.send(call(1, 'stuck'))
    await child.says(/stuck/)
    child.process.kill('SIGTERM')
    await child.says(/got SIGTERM/)
    child.process.kill(signal)
    assert.deepEqual(await child.ended, { code: signal === 'SIGINT' ? 130 : 143, signal: null })
    assert.doesNotMatch(child.stderr, /first down/)
  })
}

// The lifespan

test('a lifespan that fails to start fails the server with its own error, and what had started is undone', async (t) => {
  const child = start(t, 'bad-start.ts')
  child.send(call(1, 'echo'))
  assert.deepEqual(await child.ended, { code: 1, signal: null })
  assert.deepEqual(child.lines, [])
  assert.match(child.stderr, /the database is on holiday/)
  assert.deepEqual(orderOf(child.stderr, 'first up', 'first down'), ['first up', 'first down'])
})

test('a lifespan that does not end well fails the server, after everything was answered', async (t) => {
  const child = start(t, 'main.ts', { args: ['--bad-end'] })
  child.send(call(1, 'later', { text: 'answered' }))
  const ended = child.close()
  assert.equal(textOf(await child.next()), 'answered')
  assert.deepEqual(await ended, { code: 1, signal: null })
  assert.match(child.stderr, /the first does not end well/)
})

// More than once

test('stdio() resolves, gives stdout back, and can be used again', async (t) => {
  const child = start(t, 'again.ts', { args: ['one', 'two', 'three'] })
  const ping = async (id: number): Promise<void> =>
    assert.deepEqual(await child.ask(bare(id, 'ping')), { jsonrpc: '2.0', id, result: {} })
  await ping(1)
  child.process.kill('SIGTERM')
  assert.deepEqual(await child.next(), { round: 'one' })
  await ping(2)
  child.process.stdin.end()
  assert.deepEqual(await child.next(), { round: 'two' })
  // Its stdin has ended already.
  assert.deepEqual(await child.next(), { round: 'three' })
  assert.deepEqual(await child.ended, GOOD_END)
})

test('PY-65 two servers cannot speak over one stdout, and the first goes on', async (t) => {
  const child = start(t, 'main.ts')
  const { result } = await child.ask(call(1, 'again'))
  assert.equal(result.isError, true)
  assert.match(result.content[0].text, /another server speaks over stdin and stdout already/)
  await echo(child, 2)
  assert.deepEqual(await child.close(), GOOD_END)
})

test('both conversations share a pipe', async (t) => {
  const child = start(t, 'main.ts')
  const probe = await child.ask(request('2026-07-28', 'probe', 'server/discover'))
  assert.equal(probe.result.resultType, 'complete')
  await open(child, '2024-11-05')
  assert.deepEqual((await child.ask(bare(1, 'ping'))).result, {})
  await echo(child, 2)
  child.process.stdin.end()
  await once(child.process, 'close')
})
