import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect, Server as NetServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createServer, DefinitionError, type Running } from '../../../src/index.ts'
import { messagesOf } from '../../support/messages.ts'
import { calling, eventsOf, gate, listening, rawConnection, sendToPort, watching } from './support.ts'

const server = createServer({ name: 'one', version: '1.0.0' }).tool('one', () => 1)

const closedAfter = (t: TestContext, running: Running): Running => {
  t.after(() => running.close({ drainMs: 1 }))
  return running
}

const portOf = (running: Running): number => Number(new URL(running.url).port)

const call = async (url: string) => {
  const { headers, body } = calling('2026-07-28', 'one')
  return messagesOf(await fetch(url, { method: 'POST', headers, body }))
}

const isRefused = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('error', () => resolve(true))
    socket.once('connect', () => {
      socket.destroy()
      resolve(false)
    })
  })

/** A connection that has been used once, and is kept alive. */
const idleConnection = async (t: TestContext, port: number) => {
  const connection = await rawConnection(t, port)
  const { headers, body } = calling('2026-07-28', 'one')
  const head = Object.entries({ host: 'localhost', ...headers, 'content-length': String(body.length) })
  connection.socket.write(
    `POST /mcp HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  )
  await connection.until(/"result"/)
  return connection
}

test('listen: { port: 0 } takes any free port of 127.0.0.1, and url leads to the endpoint', async (t) => {
  const running = closedAfter(t, await server.listen({ port: 0 }))
  assert.match(running.url, /^http:\/\/127\.0\.0\.1:\d+\/mcp$/)
  assert.equal((await call(running.url))[0]?.result.content[0].text, '1')
  assert.equal(typeof running.runtime.handler, 'function')
})

/** Plays the system where the real one cannot be made to refuse: it may be asked by root, and the port may be free. */
const refusing = (t: TestContext, code: string): (readonly unknown[])[] => {
  const asked: (readonly unknown[])[] = []
  t.mock.method(NetServer.prototype, 'listen', function (this: NetServer, ...args: readonly unknown[]) {
    asked.push(args)
    setImmediate(() => this.emit('error', Object.assign(new Error(`listen ${code}`), { code })))
    return this
  })
  return asked
}

test('listen: the default is port 8000 of 127.0.0.1', async (t) => {
  const asked = refusing(t, 'EADDRINUSE')
  await assert.rejects(server.listen(), /port 8000 on 127\.0\.0\.1 is taken/)
  assert.deepEqual(asked[0]?.slice(0, 2), [8000, '127.0.0.1'])
})

test('listen: a port that is taken is named, with what to do', async (t) => {
  const port = await listening(t, createHttpServer())
  await assert.rejects(server.listen({ port }), (error) => {
    assert.ok(error instanceof DefinitionError)
    assert.equal(error.message, `listen: port ${port} on 127.0.0.1 is taken; choose another, or 0 for any that is free`)
    assert.equal((error.cause as NodeJS.ErrnoException).code, 'EADDRINUSE')
    return true
  })
})

test('listen: a port that needs more rights is named, with what to do', async (t) => {
  refusing(t, 'EACCES')
  await assert.rejects(server.listen({ port: 80 }), /port 80 needs more rights; choose one above 1023/)
})

test('listen: a host that is not known is named, with what to do', async (t) => {
  refusing(t, 'ENOTFOUND')
  await assert.rejects(server.listen({ port: 0, host: 'nowhere' }), {
    name: 'DefinitionError',
    message: 'listen: nowhere is no host that is known here; give an address such as 127.0.0.1 or 0.0.0.0',
  })
})

test('listen: what else goes wrong is as the system says it', async (t) => {
  refusing(t, 'EMFILE')
  await assert.rejects(server.listen({ port: 0 }), { message: 'listen EMFILE', code: 'EMFILE' })
})

test('listen: on IPv6, the address stands in brackets', async (t) => {
  const running = closedAfter(t, await server.listen({ port: 0, host: '::1' }))
  assert.match(running.url, /^http:\/\/\[::1\]:\d+\/mcp$/)
  assert.equal((await call(running.url))[0]?.result.content[0].text, '1')
})

test('listen: url has the path', async (t) => {
  const own = closedAfter(t, await server.listen({ port: 0, path: '/api' }))
  assert.match(own.url, /\/api$/)
  assert.equal((await call(own.url))[0]?.id, 1)
  const any = closedAfter(t, await server.listen({ port: 0, path: '*' }))
  assert.match(any.url, /\/mcp$/)
})

test('listen: options of bind are options of listen', async (t) => {
  const running = closedAfter(t, await server.listen({ port: 0, health: true, allowedOrigins: ['https://a.example'] }))
  const response = await fetch(new URL('/health', running.url))
  assert.deepEqual(await response.json(), { status: 'ok' })
})

test('listen: refuses options that do not exist or do not fit, before anything starts', async () => {
  const untouched = server.lifespan(() => assert.fail('the lifespan was started'))
  const mistakes = [
    [{ prot: 0 }, /^listen: there is no option "prot"\. Did you mean "port"\? The options are .*, port, host$/],
    [{ port: 70_000 }, /^listen: port must be a whole number from 0 to 65535, got 70000$/],
    [{ port: -1 }, /got -1$/],
    [{ port: 1.5 }, /got 1\.5$/],
    [{ port: '8000' }, /got "8000"$/],
  ] as const
  for (const [options, message] of mistakes) {
    await assert.rejects(untouched.listen(options as never), { name: 'DefinitionError', message })
  }
})

const failing: readonly (readonly [name: string, options: Parameters<typeof server.listen>[0], message: RegExp])[] = [
  ['an address of another machine', { port: 0, host: '192.0.2.1' }, /192\.0\.2\.1 is no address of this machine/],
]

for (const [name, options, message] of failing) {
  test(`listen: ${name} rejects, and undoes the lifespan`, async () => {
    const events: string[] = []
    const lively = server.lifespan(async function* () {
      events.push('up')
      yield
      events.push('down')
    })
    await assert.rejects(lively.listen(options), message)
    assert.deepEqual(events, ['up', 'down'])
  })
}

test('listen: rejects with the error of a lifespan that fails, and listens to nothing', async () => {
  const failure = new Error('no database')
  const failed = server.lifespan(async () => {
    throw failure
  })
  await assert.rejects(failed.listen({ port: 0 }), failure)
})

test('close: drains a call in flight to its last byte, however large, and accepts nobody meanwhile', async () => {
  const started = gate()
  const finish = gate()
  const large = 'ä'.repeat(8 * 1024 * 1024)
  const running = await server
    .tool('large', async () => {
      started.open()
      await finish.opened
      return large
    })
    .listen({ port: 0 })
  const sending = sendToPort(portOf(running), calling('2026-07-28', 'large')).response
  await started.opened
  const closing = running.close()
  assert.equal(await isRefused(portOf(running)), true)
  finish.open()
  const [reply] = await messagesOf(await sending)
  assert.ok(reply?.result.content[0].text === large)
  await closing
})

test('close: drains an event stream, and leaves no socket', async () => {
  const finish = gate()
  const running = await server
    .tool('stream', async (_, ctx) => {
      await ctx.progress(1)
      await finish.opened
      return 'done'
    })
    .listen({ port: 0 })
  const response = await sendToPort(portOf(running), watching('2026-07-28', 'stream')).response
  const closing = running.close()
  finish.open()
  const events = []
  for await (const event of eventsOf(response)) events.push(event)
  assert.equal(events.length, 2)
  await closing
  assert.equal(await isRefused(portOf(running)), true)
})

test('close: ends connections that idle', async (t) => {
  const running = await server.listen({ port: 0 })
  const { ended } = await idleConnection(t, portOf(running))
  await running.close()
  await ended
})

test("close: a call that outlives drainMs is aborted with 'closed', and its socket does not stay", async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const started = gate()
  const aborted = gate<string>()
  const running = await server
    .tool('stubborn', async (_, ctx) => {
      ctx.signal.addEventListener('abort', () => aborted.open((ctx.signal.reason as { code: string }).code))
      started.open()
      await new Promise(() => undefined)
    })
    .listen({ port: 0 })
  const { response } = sendToPort(portOf(running), calling('2026-07-28', 'stubborn'))
  const lost = assert.rejects(response)
  await started.opened
  const closing = running.close({ drainMs: 100 })
  t.mock.timers.tick(100)
  assert.equal(await aborted.opened, 'closed')
  // Time for the last bytes, of which there are none.
  await new Promise((resolve) => setImmediate(resolve))
  t.mock.timers.tick(1000)
  await closing
  await lost
})

test('close: a call that ends when it is aborted still gets its answer out', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const started = gate()
  const running = await server
    .tool('polite', async (_, ctx) => {
      started.open()
      await once(ctx.signal, 'abort')
      return 'stopped'
    })
    .listen({ port: 0 })
  const { response } = sendToPort(portOf(running), calling('2025-06-18', 'polite'))
  await started.opened
  const closing = running.close({ drainMs: 100 })
  t.mock.timers.tick(100)
  assert.equal((await messagesOf(await response))[0]?.result.content[0].text, 'stopped')
  await closing
})

test('close: a lifespan that fails to end rejects, and leaves no socket', async (t) => {
  const running = await server
    .lifespan(async function* () {
      yield
      throw new Error('cannot let go')
    })
    .listen({ port: 0 })
  const { ended } = await idleConnection(t, portOf(running))
  await assert.rejects(running.close(), /cannot let go/)
  await ended
  assert.equal(await isRefused(portOf(running)), true)
})

test('close: twice, at once and again, is once', async () => {
  const events: string[] = []
  const running = await server
    .lifespan(async function* () {
      yield
      events.push('down')
    })
    .listen({ port: 0 })
  await Promise.all([running.close(), running.close()])
  await running.close()
  assert.deepEqual(events, ['down'])
})

test('PY-89: listen twice makes two runtimes', async (t) => {
  const [a, b] = await Promise.all([server.listen({ port: 0 }), server.listen({ port: 0 })])
  closedAfter(t, a)
  await b.close()
  assert.notEqual(a.runtime, b.runtime)
  assert.equal((await call(a.url))[0]?.id, 1)
})
