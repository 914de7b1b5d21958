import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { type Context, createServer } from '../../../src/index.ts'
import { accept, clientOf, errorTextOf, returned } from '../../support/answering.ts'
import { VERSIONS } from '../../support/messages.ts'
import { begin, keysOf, logging, round, valueIn } from '../../support/rounds.ts'
import { gate } from '../asking.ts'

const Form = v.object({ ok: v.boolean() })
const YES = accept({ ok: true })

/** A server with one tool, and what happened in it. */
const serve = (handler: (ctx: Context, happened: string[]) => unknown) => {
  const happened: string[] = []
  const server = createServer({ name: 'test', version: '1.0.0' }).tool('do', (_, ctx) => handler(ctx, happened))
  return { server, happened, ...logging(server) }
}

const sure = (ctx: Context): Promise<unknown> => ctx.elicit('Sure?', Form)

describe('ctx.once', () => {
  it('runs once in all rounds of a call, and gives the same result in each', async () => {
    for (const version of VERSIONS.slice(2)) {
      const { server, happened } = serve(async (ctx, log) => {
        const id = await ctx.once('create', () => `order ${log.push('created')}`)
        await sure(ctx)
        await sure(ctx)
        return [id]
      })
      const client = await clientOf(server, version)
      assert.deepEqual(returned(await client.call('tools/call', { name: 'do' }, () => YES)), ['order 1'])
      assert.deepEqual(happened, ['created'])
      // Another call is another matter.
      assert.deepEqual(returned(await client.call('tools/call', { name: 'do' }, () => YES)), ['order 2'])
    }
  })

  it('gives what JSON makes of the result, in the first round as in the last', async () => {
    for (const version of VERSIONS) {
      const { server } = serve(async (ctx) => {
        const seen: unknown[] = []
        for (let time = 0; time < 2; time++) {
          seen.push(await ctx.once('all', () => ({ at: new Date(0), left: undefined, list: [1, { a: null }] })))
        }
        await ctx.roots()
        return seen
      })
      const client = await clientOf(server, version)
      const all = { at: '1970-01-01T00:00:00.000Z', list: [1, { a: null }] }
      const talk = await client.call('tools/call', { name: 'do' }, () => ({ roots: [] }))
      assert.deepEqual(returned(talk), [all, all])
    }
  })

  it('remembers that there was no result', async () => {
    for (const version of VERSIONS) {
      const { server, happened } = serve(async (ctx, log) => {
        const results = [await ctx.once('a', () => void log.push('a')), await ctx.once('b', async () => null)]
        await ctx.roots()
        return { results: results.map((one) => String(one)) }
      })
      const client = await clientOf(server, version)
      const talk = await client.call('tools/call', { name: 'do' }, () => ({ roots: [] }))
      assert.deepEqual(returned(talk), { results: ['undefined', 'null'] })
      assert.deepEqual(happened, ['a'])
    }
  })

  it('two at once with the same key run once', async () => {
    for (const version of VERSIONS) {
      const { server, happened } = serve(async (ctx, log) => {
        const run = async () => log.push('ran')
        const first = await Promise.all([ctx.once('k', run), ctx.once('k', run)])
        return [...first, await ctx.once('k', run)]
      })
      const client = await clientOf(server, version)
      assert.deepEqual(returned(await client.call('tools/call', { name: 'do' })), [1, 1, 1])
      assert.deepEqual(happened, ['ran'])
    }
  })

  it('any string is a key, and keys of questions are others', async () => {
    const { runtime, happened } = serve(async (ctx, log) => {
      for (const key of ['__proto__', 'constructor', '', '1']) await ctx.once(key, () => void log.push(key))
      await sure(ctx)
      return happened.length
    })
    assert.deepEqual(keysOf(await begin(runtime, 'do')), ['1'])
    assert.equal(valueIn(await (await begin(runtime, 'do')).answer({ 1: YES })), 8)
  })

  it('a function that throws leaves nothing behind', async () => {
    for (const version of VERSIONS) {
      const { server, happened } = serve(async (ctx, log) => {
        const attempt = () => {
          if (log.push('try') === 1) throw new Error('not yet')
          return 'done'
        }
        const failure = await ctx.once('k', attempt).catch((error: Error) => error.message)
        return [failure, await ctx.once('k', attempt)]
      })
      const client = await clientOf(server, version)
      assert.deepEqual(returned(await client.call('tools/call', { name: 'do' })), ['not yet', 'done'])
      assert.deepEqual(happened, ['try', 'try'])
    }
  })

  it('throws in every round until it succeeds', async () => {
    const { runtime, happened } = serve(async (ctx, log) => {
      await ctx.once('k', () => assert.ok(log.push('try') > 1, 'not yet')).catch(() => undefined)
      await sure(ctx)
      return happened.length
    })
    assert.equal(valueIn(await (await begin(runtime, 'do')).answer({ 1: YES })), 2)
  })

  it('a result that JSON cannot carry is an error that names the key', async () => {
    for (const version of VERSIONS) {
      const { server } = serve((ctx) => ctx.once('big', () => 1n))
      const client = await clientOf(server, version)
      const text = errorTextOf(await client.call('tools/call', { name: 'do' }))
      assert.match(text, /^do: ctx\.once\("big"\) returned what JSON cannot carry: /)
    }
  })

  it('the round waits for one that is running', async () => {
    const { opened, open } = gate()
    const { runtime, happened } = serve(async (ctx, log) => {
      const slow = ctx.once('slow', async () => {
        await opened
        return log.push('done')
      })
      await Promise.all([slow, sure(ctx)])
      return happened.length
    })
    const first = begin(runtime, 'do')
    open()
    assert.equal(valueIn(await (await first).answer({ 1: YES })), 1)
  })

  it('a question within is a round like any other', async () => {
    const { runtime, happened } = serve(async (ctx, log) => {
      await ctx.once('k', async () => {
        await sure(ctx)
        log.push('done')
      })
      return happened.length
    })
    assert.equal(valueIn(await (await begin(runtime, 'do')).answer({ 1: YES })), 1)
  })

  it('one that nobody awaits is no failure of the program', async () => {
    for (const version of VERSIONS) {
      const { server } = serve((ctx) => {
        ctx.once('k', () => assert.fail('in vain'))
        return 'done'
      })
      const client = await clientOf(server, version)
      const talk = await client.call('tools/call', { name: 'do' })
      assert.equal(talk.reply.result.content[0].text, 'done')
    }
  })
})

describe('ctx.idempotencyKey', () => {
  const server = createServer({ name: 'test', version: '1.0.0' })
    .tool('key', async (_, ctx) => {
      const keys = [ctx.idempotencyKey]
      await ctx.roots()
      return [...keys, ctx.idempotencyKey]
    })
    .tool('seen', async (_, ctx) => {
      seen.push(ctx.idempotencyKey)
      await ctx.elicit('One?', Form)
      await ctx.elicit('Two?', Form)
      return 'done'
    })
  const seen: string[] = []
  const { runtime } = logging(server)

  it('is the same within a call, and another in every other', async () => {
    for (const version of VERSIONS) {
      const client = await clientOf(server, version)
      const call = async () => returned(await client.call('tools/call', { name: 'key' }, () => ({ roots: [] })))
      const [first, second] = [await call(), await call()]
      assert.equal(first[0], first[1])
      assert.match(first[0], /^[\da-f-]{36}$/)
      assert.notEqual(first[0], second[0])
    }
  })

  it('is the same in all rounds, and when a round is repeated because its reply was lost', async () => {
    seen.length = 0
    const first = await begin(runtime, 'seen')
    const second = await first.answer({ 1: YES })
    await first.answer({ 1: YES })
    await second.answer({ 2: YES })
    assert.equal(seen.length, 4)
    assert.equal(new Set(seen).size, 1)
  })

  it('is another for a client that begins anew', async () => {
    seen.length = 0
    const params = { name: 'seen', arguments: {} }
    await round(runtime, 'tools/call', params)
    await round(runtime, 'tools/call', params)
    await round(runtime, 'tools/call', params, { inputResponses: { 1: YES } })
    assert.equal(new Set(seen).size, 3)
  })
})
