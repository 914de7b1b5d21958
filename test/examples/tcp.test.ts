import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import * as v from 'valibot'
import { connectTcp, overSocket, serveTcp } from '../../examples/tcp.ts'
import { typescript } from '../../scripts/child.ts'
import { type Context, createServer } from '../../src/index.ts'
import { ABLE, callsOn, returned, textOf } from '../support/answering.ts'
import { initializeParams, keepingLogger, request } from '../support/messages.ts'
import { callerOn } from '../support/transports.ts'

const waiting = () => {
  const begun: ((ctx: Context) => void)[] = []
  const next = (): Promise<Context> => new Promise((resolve) => begun.push(resolve))
  const server = createServer({ name: 'sums', version: '1.0.0' })
    .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
    .tool('ask', async (_, ctx) => JSON.stringify(await ctx.roots()))
    .tool('echo', v.object({ text: v.string() }), ({ text }) => text)
    .tool('wait', async (_, ctx) => {
      begun.shift()?.(ctx)
      await once(ctx.signal, 'abort')
      return 'aborted'
    })
  return { server, next }
}

const serve = async (t: TestContext) => {
  const { server, next } = waiting()
  const log = keepingLogger()
  const runtime = server.bind({ logger: log })
  const { port, close } = await serveTcp(runtime)
  t.after(close)
  return { runtime, port, close, next, log }
}

const ADD = { name: 'add', arguments: { a: 1, b: 2 } }

test('examples/tcp.ts is a whole program: a server, a client, and what they say', async () => {
  const file = fileURLToPath(new URL('../../examples/tcp.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [...typescript, file])
  assert.equal(JSON.parse(stdout).result.structuredContent, 3)
})

for (const version of ['2025-11-25', '2026-07-28'] as const) {
  test(`examples/tcp.ts, revision ${version}: calls and questions over loopback`, async (t) => {
    const { port } = await serve(t)
    const caller = await callerOn(await connectTcp(port))
    if (version === '2025-11-25') {
      caller.send(request(version, 0, 'initialize', { ...initializeParams(version), capabilities: ABLE }))
      assert.equal((await caller.next()).result.protocolVersion, version)
    }
    const call = callsOn(caller, version, ABLE)
    assert.equal(textOf(await call('tools/call', ADD)), '3')
    const roots = [{ uri: 'file:///work' }]
    assert.deepEqual(returned(await call('tools/call', { name: 'ask' }, () => ({ roots }))), roots)
    const text = 'x'.repeat(3_000_000)
    assert.equal(textOf(await call('tools/call', { name: 'echo', arguments: { text } })), text)
    await caller.transport.close()
    assert.equal(await caller.closed, undefined)
    await caller.transport.close()
  })
}

test('examples/tcp.ts: a client that ends its side gets its answers, and one that is lost aborts its calls', async (t) => {
  const { port, next } = await serve(t)
  const halfOpen = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  halfOpen.setEncoding('utf8').end(`\n${JSON.stringify(request('2026-07-28', 1, 'tools/call', ADD))}\n`)
  const [answer] = await halfOpen.toArray()
  assert.equal(JSON.parse(answer).id, 1)

  const lost = connect(port, '127.0.0.1')
  const begun = next()
  lost.write(`${JSON.stringify(request('2026-07-28', 1, 'tools/call', { name: 'wait' }))}\n`)
  const { signal } = await begun
  lost.resetAndDestroy()
  if (!signal.aborted) await once(signal, 'abort')
  assert.equal(signal.reason.code, 'disconnected')
})

test('examples/tcp.ts: what is no message is answered, and a line without end closes', async (t) => {
  const { port } = await serve(t)
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  socket.write('no JSON\n')
  const [first] = await once(socket, 'data')
  assert.equal(JSON.parse(first).error.code, -32700)
  socket.on('error', () => undefined)
  socket.write('x'.repeat(5 * 1024 * 1024))
  const [second] = await once(socket, 'data')
  assert.match(JSON.parse(second).error.message, /a line is longer than 4194304 characters/)
  if (!socket.closed) await once(socket, 'close')
})

test('examples/tcp.ts: close answers what is in flight, and closes every connection', async (t) => {
  const { port, close, next } = await serve(t)
  const caller = await callerOn(await connectTcp(port))
  const begun = next()
  caller.send(request('2026-07-28', 1, 'tools/call', { name: 'wait' }))
  await begun
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const closed = close()
  t.mock.timers.tick(10_000)
  assert.equal((await caller.next()).id, 1)
  assert.equal(await caller.closed, undefined)
  assert.equal(caller.transport.send('{}'), undefined)
  await closed
})

test('examples/tcp.ts: a server takes nothing more from a client that does not read, and goes on with it', async (t) => {
  const { port } = await serve(t)
  const socket = connect(port, '127.0.0.1')
  const text = 'x'.repeat(100_000)
  const count = 400
  socket.pause()
  for (let id = 1; id <= count; id += 1) {
    socket.write(`${JSON.stringify(request('2026-07-28', id, 'tools/call', { name: 'echo', arguments: { text } }))}\n`)
  }
  // As much as the kernel takes; the rest stays here.
  assert.ok(socket.writableLength > 0)
  socket.end()
  let answers = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    answers += chunk
  })
  socket.resume()
  await once(socket, 'close')
  assert.deepEqual(
    answers
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).id),
    Array.from({ length: count }, (_, index) => index + 1),
  )
})

test('examples/tcp.ts: a socket that was lost before it is started is over at once', async (t) => {
  const listener = createTcpServer((socket: Socket) => socket.resetAndDestroy()).listen(0, '127.0.0.1')
  t.after(() => listener.close())
  await once(listener, 'listening')
  const socket = connect((listener.address() as AddressInfo).port, '127.0.0.1')
  const transport = overSocket(socket)
  await new Promise((resolve) => socket.once('close', resolve))
  const caller = await callerOn(transport)
  assert.ok((await caller.closed) instanceof Error)
  await transport.close(new Error('again'))
})
