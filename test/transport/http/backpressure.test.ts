import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createServer } from '../../../src/index.ts'
import { dataOf, eventsOf, gate, open, rawConnection, serveNode, testBoth, watching } from './support.ts'

const CHUNK = 'x'.repeat(64 * 1024)

// The kernel holds some megabytes of a connection, and we hold 4 MiB; nobody holds this.
const FAR_TOO_MANY = 1024

/** Writes until a write has to wait, tells so, and tells again when it need not wait any more. */
const patient = () => {
  const stalled = gate<number>()
  const resumed = gate<boolean>()
  const server = createServer({ name: 'patient', version: '1.0.0' }).tool('write', async (_, ctx) => {
    for (let step = 1; step < FAR_TOO_MANY; step += 1) {
      const sent = ctx.progress(step, FAR_TOO_MANY, CHUNK).then(() => true)
      if (await Promise.race([sent, turn(false)])) continue
      stalled.open(step)
      await sent
      resumed.open(ctx.signal.aborted)
      return step
    }
    return 'never had to wait'
  })
  return { server, stalled, resumed }
}

testBoth('a slow reader: await ctx.progress() waits until there is room again', async (_, bound) => {
  const { server, stalled, resumed } = patient()
  const { send, log } = await bound(server)
  const response = await send(watching('2026-07-28', 'write'))
  const steps = await stalled.opened
  const events = []
  for await (const event of eventsOf(response)) events.push(dataOf(event))
  assert.equal(await resumed.opened, false)
  assert.deepEqual(
    events.slice(0, -1).map(({ params }) => params.progress),
    Array.from({ length: steps }, (_, index) => index + 1),
  )
  assert.equal(events.at(-1).result.structuredContent, steps)
  assert.deepEqual(log.lines, [])
})

testBoth('a slow reader that goes away ends the wait', async (_, bound) => {
  const { server, stalled, resumed } = patient()
  const { begin } = await bound(server)
  const { response, leave } = begin(watching('2026-07-28', 'write'))
  const { body } = await response
  await stalled.opened
  await Promise.all([leave(), body?.cancel().catch(() => undefined)])
  assert.equal(await resumed.opened, true)
})

/** Writes without ever waiting, at once or in turns of the event loop. */
const impatient = (betweenWrites: () => Promise<void> | undefined) => {
  const ended = gate<string | undefined>()
  const server = createServer({ name: 'impatient', version: '1.0.0' }).tool('write', async (_, ctx) => {
    for (let step = 1; step < FAR_TOO_MANY; step += 1) {
      void ctx.progress(step, FAR_TOO_MANY, CHUNK)
      const between = betweenWrites()
      if (between) await between
      if (ctx.signal.aborted) break
    }
    await turn()
    ended.open((ctx.signal.reason as { code: string } | undefined)?.code)
    return 'written'
  })
  return { server, ended }
}

// Of a response that is closed while it is begun, nothing may arrive at all.
const received = async (response: Promise<Response>): Promise<number> => {
  let size = 0
  try {
    for await (const chunk of (await response).body as unknown as AsyncIterable<Uint8Array>) size += chunk.byteLength
  } catch {
    return size
  }
  throw new Error('the stream came to a regular end')
}

const rhythms = [
  ['at once', () => undefined],
  ['turn by turn', () => turn()],
] as const

for (const [name, betweenWrites] of rhythms) {
  testBoth(
    `a handler that does not wait and writes ${name} is bounded: the stream is closed, and it is told`,
    async (_, bound) => {
      const { server, ended } = impatient(betweenWrites)
      const { send, log } = await bound(server)
      const response = send(watching('2026-07-28', 'write'))
      response.catch(() => undefined)
      assert.equal(await ended.opened, 'disconnected')
      assert.ok((await received(response)) < (FAR_TOO_MANY / 2) * CHUNK.length)
      assert.deepEqual(
        log.lines.map(({ level, message }) => [level, message]),
        [['warn', 'closed an event stream: its reader does not keep up']],
      )
    },
  )

  testBoth(`before 2026-07-28, a handler that writes ${name} goes on, to nobody`, async (_, bound) => {
    const { server, ended } = impatient(betweenWrites)
    const { send, log } = await bound(server)
    const response = send(watching('2025-11-25', 'write'))
    response.catch(() => undefined)
    assert.equal(await ended.opened, undefined)
    await received(response)
    assert.equal(log.lines.length, 1)
  })
}

test('waiting for a slow reader adds no listeners to the response', async (t) => {
  const { server, ended } = impatient(() => turn())
  const { runtime } = await open(t, 'fetch', server)
  const counts: number[] = []
  const warnings: unknown[] = []
  const warned = (warning: unknown): unknown => warnings.push(warning)
  process.on('warning', warned)
  t.after(() => process.off('warning', warned))
  const port = await serveNode(t, (request, response) => {
    const { write } = response
    response.write = (text: string) => {
      counts.push((response as unknown as NodeJS.EventEmitter).listenerCount('drain'))
      return write.call(response, text)
    }
    runtime.handler(request, response)
  })
  const { socket } = await rawConnection(t, port)
  socket.pause()
  const { headers, body } = watching('2026-07-28', 'write')
  const head = Object.entries({ host: 'localhost', ...headers, 'content-length': String(body.length) })
  socket.write(`POST /mcp HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`)
  assert.equal(await ended.opened, 'disconnected')
  assert.ok(counts.length > 10)
  assert.deepEqual([...new Set(counts)], [counts[0]])
  assert.deepEqual(warnings, [])
})
