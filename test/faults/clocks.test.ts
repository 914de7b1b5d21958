import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { verdicts } from '../../src/client/negotiation/verdicts.ts'
import { type CachedResult, createClient } from '../../src/client.ts'
import { createServer } from '../../src/index.ts'
import { counting, TTL } from '../client/cache/support.ts'
import { connectTo, sent, turn } from '../client/support.ts'
import { JUMPS, settableClocks } from '../support/clock.ts'
import { isStateless, VERSIONS } from '../support/messages.ts'
import { begin as beginRounds, valueIn } from '../support/rounds.ts'
import { speaking } from '../support/scripted-server.ts'
import { openSession } from '../transport/http/session-support.ts'
import { gate, open } from '../transport/http/support.ts'
import {
  fetchByHand,
  open as openCarrier,
  revisionOf,
  settled,
  streamByHand,
} from '../transport/http-client/support.ts'

const LIMITS = { timeoutMs: 1_000, maxTotalTimeoutMs: 3_000 }

const turns = async (): Promise<void> => {
  for (let count = 0; count < 5; count += 1) await turn()
}

for (const [jump, milliseconds] of JUMPS) {
  describe(`a time of day that is set ${jump}`, () => {
    for (const version of VERSIONS) {
      it(`${version}: leaves a call all of its time, and not more`, async (t) => {
        const clocks = settableClocks(t)
        const { connection, server } = await connectTo(t, speaking(version), LIMITS)
        const steps: number[] = []
        const call = (name: string) =>
          connection.callTool(name, {}, { onProgress: ({ progress }) => steps.push(progress) })
        const answered = call('answered')
        const asked = await server.next('tools/call')
        const late = assert.rejects(call('late'), { name: 'TimeoutError', message: /longer than 3000 ms altogether/ })
        const { params } = await server.next('tools/call')
        const silent = assert.rejects(call('silent'), { name: 'TimeoutError', message: /silent for 1000 ms/ })
        await server.next('tools/call')
        for (const progress of [1, 2, 3]) {
          clocks.set(milliseconds)
          clocks.tick(900)
          for (const { progressToken } of [asked.params._meta, params._meta]) {
            server.say({ method: 'notifications/progress', params: { progressToken, progress } })
          }
          await turns()
        }
        await silent
        const result = isStateless(version) ? { resultType: 'complete', content: [] } : { content: [] }
        server.answer(asked, result)
        await answered
        assert.equal(steps.length, 6)
        clocks.tick(300)
        await late
      })
    }

    it('2026-07-28: leaves a call with rounds all of its time', async (t) => {
      const clocks = settableClocks(t)
      const answers: ((answer: { action: 'decline' }) => void)[] = []
      const client = createClient().elicitation(() => new Promise((resolve) => answers.push(resolve)))
      const server = createServer({ name: 'asking', version: '1.0.0' }).tool('ask', async (_, ctx) => {
        const one = await ctx.elicit('One?', v.object({}))
        const two = await ctx.elicit('Two?', v.object({}))
        return `${one.action} ${two.action}`
      })
      const runtime = server.bind()
      t.after(() => runtime.close())
      const connection = await client.connect(runtime, { ...LIMITS, revisions: ['2026-07-28'] })
      t.after(() => connection.close())
      const call = connection.callTool('ask')
      for (const _ of [1, 2]) {
        while (answers.length === 0) await turn()
        clocks.set(milliseconds)
        clocks.tick(1_000)
        answers.shift()?.({ action: 'decline' })
      }
      assert.equal((await call).text, 'decline decline')
    })

    it('leaves a state that one process seals for itself as long as it has', async (t) => {
      const clocks = settableClocks(t)
      const server = createServer({ name: 'asking', version: '1.0.0' }).tool(
        'ask',
        async (_, ctx) => (await ctx.roots()).length,
      )
      const runtime = server.bind({ requestState: { ttlMs: 1_000 } })
      t.after(() => runtime.close())
      const first = await beginRounds(runtime, 'ask')
      clocks.set(milliseconds)
      clocks.tick(1_000)
      const answers = Object.fromEntries(Object.keys(first.asked ?? {}).map((key) => [key, { roots: [] }]))
      assert.equal(valueIn(await first.answer(answers)), 0)
      clocks.tick(1)
      assert.equal((await first.answer(answers)).reply.error.code, -32602)
    })

    it('ends no session before its time, and none after it', async (t) => {
      const clocks = settableClocks(t)
      const begun = gate()
      const released = gate()
      const server = createServer({ name: 'sessions', version: '1.0.0' }).tool('wait', async () => {
        begun.open()
        await released.opened
        return 'released'
      })
      const subject = await open(t, 'fetch', server, { sessions: { idleMs: 1_000 }, keepAliveMs: 1_000_000 })
      const [idle, busy] = [await openSession(subject, '2025-11-25'), await openSession(subject, '2025-11-25')]
      const call = busy.call(1, 'wait')
      await begun.opened
      const lives = async ({ resume }: typeof idle): Promise<boolean> => (await resume('x')).status === 400
      clocks.tick(500)
      clocks.set(milliseconds)
      clocks.tick(499)
      assert.deepEqual([await lives(idle), await lives(busy)], [true, true])
      clocks.set(milliseconds)
      clocks.tick(1)
      assert.deepEqual([await lives(idle), await lives(busy)], [false, true])
      clocks.tick(10_000)
      released.open()
      assert.match(await (await call).text(), /released/)
    })

    it('keeps a cached result for no longer than its server allows', async (t) => {
      const clocks = settableClocks(t)
      const store = new Map<string, CachedResult>()
      const { connection, server } = await connectTo(t, counting(), { cache: { store, partition: 'a' } })
      await connection.listTools()
      clocks.tick(TTL - 1)
      await connection.listTools()
      assert.equal(sent(server, 'tools/list').length, 1)
      clocks.set(milliseconds)
      await connection.listTools()
      assert.equal(sent(server, 'tools/list').length, 2)
      clocks.tick(TTL)
      await connection.listTools()
      assert.equal(sent(server, 'tools/list').length, 3)
    })

    it('keeps the events of a stream for as long as without it', async (t) => {
      const clocks = settableClocks(t)
      const server = createServer({ name: 'events', version: '1.0.0' }).tool('step', async (_, ctx) => {
        await ctx.progress(1)
        return 'done'
      })
      const subject = await open(t, 'fetch', server)
      const session = await openSession(subject, '2025-11-25')
      await (await session.call(1, 'step')).text()
      clocks.set(milliseconds)
      clocks.tick(300_000)
      assert.match(await (await session.resume('1-0')).text(), /done/)
      clocks.set(milliseconds)
      clocks.tick(1)
      assert.equal((await session.resume('1-0')).status, 400)
    })

    it('lets a stream that breaks at once come back as often as it may, and not more', async (t) => {
      const { fetch, asked } = fetchByHand()
      const opened = openCarrier(t, new URL('http://localhost/mcp'), {
        fetch,
        reconnect: { attempts: 2, delayMs: 10, maxDelayMs: 10 },
      })
      const clocks = settableClocks(t)
      const { carrier } = await opened
      carrier.speak(revisionOf('2025-11-25'))
      carrier.opened()
      let connections = 0
      for (let round = 0; round < 6; round += 1) {
        await settled()
        if (asked.size > 0) {
          connections += 1
          const stream = streamByHand()
          const { respond } = await asked.next()
          respond(stream.response)
          await settled()
          clocks.set(milliseconds)
          stream.end()
          await settled()
        }
        clocks.tick(100)
      }
      assert.equal(connections, 3)
    })

    it('leaves what is known of a server as long as it holds', (t) => {
      const clocks = settableClocks(t)
      verdicts.set('jumping', { usesOlderTransport: true })
      clocks.set(milliseconds)
      clocks.tick(3_599_999)
      assert.ok(verdicts.get('jumping'))
      clocks.set(milliseconds)
      clocks.tick(1)
      assert.equal(verdicts.get('jumping'), undefined)
    })
  })
}
