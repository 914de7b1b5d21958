import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { ABLE, accept, callOverHttp, clientOf, declaring, returned } from '../../support/answering.ts'
import { messagesOf, post, request } from '../../support/messages.ts'
import { begin, keysOf, logging, type Round, round, valueIn } from '../../support/rounds.ts'

const Form = v.object({ ok: v.boolean() })
const YES = accept({ ok: true })
const ANSWERS = { 1: YES }

const create = () => createServer({ name: 'test', version: '1.0.0' })

describe('2026-07-28 Multi Round-Trip Requests, Supported Requests', () => {
  const server = create()
    .tool('ask', (_, ctx) => ctx.elicit('Sure?', Form))
    .prompt('ask', v.object({ of: v.string() }), async (_, ctx) => JSON.stringify(await ctx.elicit('Sure?', Form)))
    .resource('ask://{of}', async (_, ctx) => JSON.stringify(await ctx.elicit('Sure?', Form)))

  const requests = [
    ['tools/call', { name: 'ask', arguments: { n: 1 } }],
    ['prompts/get', { name: 'ask', arguments: { of: 'a' } }],
    ['resources/read', { uri: 'ask://a' }],
  ] as const

  it('tools, prompts and resources, over HTTP and over a connection', async () => {
    const { runtime } = logging(server)
    for (const [method, params] of requests) {
      const client = await clientOf(server, '2026-07-28')
      const talks = [
        await callOverHttp(runtime, method, params, () => YES),
        await client.call(method, params, () => YES),
      ]
      for (const { reply, asked } of talks) {
        assert.deepEqual(
          asked.map(({ params: question }) => question.message),
          ['Sure?'],
        )
        const { content, messages, contents } = reply.result
        assert.deepEqual(JSON.parse((content?.[0] ?? messages?.[0].content ?? contents[0]).text), YES)
      }
    }
  })

  it('a prompt and a resource are bound to their name and URI as tools are', async () => {
    const { runtime } = logging(server)
    const prompt = await round(runtime, 'prompts/get', { name: 'ask', arguments: { of: 'a' } })
    const other = { name: 'ask', arguments: { of: 'b' } }
    assert.equal((await round(runtime, 'prompts/get', other, { requestState: prompt.state })).reply.error.code, -32602)
    const resource = await round(runtime, 'resources/read', { uri: 'ask://a' })
    const elsewhere = await round(runtime, 'resources/read', { uri: 'ask://b' }, { requestState: resource.state })
    assert.equal(elsewhere.reply.error.code, -32602)
  })

  it('the answer to a round is an ordinary reply: 200, JSON, or the last event of a stream', async () => {
    const noisy = create().tool('ask', async (_, ctx) => {
      await ctx.progress(1)
      return ctx.elicit('Sure?', Form)
    })
    for (const [options, meta, type] of [
      [{}, {}, 'application/json'],
      [{ responseMode: 'sse' }, {}, 'text/event-stream'],
      [{}, { progressToken: 0 }, 'text/event-stream'],
    ] as const) {
      const { runtime } = logging(noisy, options)
      const params = { name: 'ask', _meta: declaring(ABLE, meta) }
      const response = await runtime.fetch(post('2026-07-28', 'tools/call', params))
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), type)
      assert.equal((await messagesOf(response)).at(-1)?.result.resultType, 'input_required')
    }
  })
})

describe('2026-07-28 Caching: results of rounds', () => {
  const cache = { ttlMs: 60_000, scope: 'public' } as const
  const { runtime } = logging(
    create()
      .resource('plain://a', { cache }, () => 'a')
      .resource('ask://a', { cache }, async (_, ctx) => JSON.stringify(await ctx.elicit('Sure?', Form)))
      .resource('able://a', { cache }, (_, ctx) => ctx.elicit('Sure?', Form).catch(() => 'unsure'))
      .resource('once://a', { cache }, (_, ctx) => ctx.once('k', () => 'a')),
  )
  const hints = ({ reply: { result } }: Round) => [result.ttlMs, result.cacheScope]

  it('PY-121: are never cacheable, nor is what came of them', async () => {
    const first = await round(runtime, 'resources/read', { uri: 'ask://a' })
    assert.deepEqual(hints(first), [undefined, undefined])
    assert.deepEqual(hints(await first.answer(ANSWERS)), [0, 'private'])
    assert.deepEqual(hints(await round(runtime, 'resources/read', { uri: 'once://a' })), [0, 'private'])
  })

  it('a resource that asks nothing is', async () => {
    assert.deepEqual(hints(await round(runtime, 'resources/read', { uri: 'plain://a' })), [60_000, 'public'])
  })

  it('a client that could not be asked may get another answer than one that could', async () => {
    const [reply] = await messagesOf(
      await runtime.fetch(post('2026-07-28', 'resources/read', { uri: 'able://a', _meta: declaring({}) })),
    )
    assert.deepEqual([reply?.result.ttlMs, reply?.result.cacheScope], [0, 'private'])
  })
})

describe('interceptors and layers around rounds', () => {
  it('an interceptor sees each round as a request with a result', async () => {
    const seen: unknown[] = []
    const { runtime } = logging(
      create()
        .intercept(async ({ method, params }, next) => {
          const result = (await next()) as { resultType?: string }
          seen.push([method, params?.['inputResponses'] !== undefined, result.resultType])
          return result
        })
        .tool('ask', (_, ctx) => ctx.elicit('Sure?', Form)),
    )
    await (await begin(runtime, 'ask')).answer(ANSWERS)
    assert.deepEqual(seen, [
      ['tools/call', false, 'input_required'],
      ['tools/call', true, undefined],
    ])
  })

  it('an interceptor may change the arguments: a call is the same as long as its client says the same', async () => {
    let count = 0
    const { runtime } = logging(
      create()
        .intercept((_, next) => next({ name: 'ask', arguments: { n: ++count } }))
        .tool('ask', v.object({ n: v.number() }), async ({ n }, ctx) => {
          await ctx.elicit('Sure?', Form)
          return n
        }),
    )
    assert.equal(valueIn(await (await begin(runtime, 'ask')).answer(ANSWERS)), 2)
  })

  it('a layer runs in each round, and cannot swallow one', async () => {
    const seen: string[] = []
    const { runtime, logged } = logging(
      create()
        .use(async (_, next) => {
          seen.push('in')
          try {
            return await next({ added: 1 })
          } catch {
            return 'swallowed' as never
          } finally {
            seen.push('out')
          }
        })
        .tool('ask', async (_, ctx) => [await ctx.elicit('Sure?', Form), ctx.added]),
    )
    const first = await begin(runtime, 'ask')
    assert.deepEqual(keysOf(first), ['1'])
    assert.deepEqual(valueIn(await first.answer(ANSWERS)), [YES, 1])
    assert.deepEqual(seen, ['in', 'out', 'in', 'out'])
    assert.deepEqual(logged(), [])
  })

  it('a layer may ask before its handler runs', async () => {
    const { runtime } = logging(
      create()
        .use(async (ctx, next) => {
          const { action } = await ctx.elicit('May it run?', Form, { key: 'gate' })
          return action === 'accept' ? next() : ('refused' as never)
        })
        .tool('ask', async (_, ctx) => [await ctx.elicit('Sure?', Form)]),
    )
    const first = await begin(runtime, 'ask')
    assert.deepEqual(keysOf(first), ['gate'])
    const second = await first.answer({ gate: YES })
    assert.deepEqual(keysOf(second), ['1'])
    assert.deepEqual(valueIn(await second.answer(ANSWERS)), [YES])
  })

  it('a merged server asks under its prefix, and its own interceptors cannot swallow a round', async () => {
    const { runtime } = logging(
      create().merge(
        create()
          .intercept(async (_, next) => next().catch(() => ({ content: [] })))
          .tool('ask', async (_, ctx) => [await ctx.elicit('Sure?', Form)]),
        { prefix: 'inner' },
      ),
    )
    assert.deepEqual(valueIn(await (await begin(runtime, 'inner_ask')).answer(ANSWERS)), [YES])
  })
})

describe('a method that replaces one of the protocol', () => {
  it('drives the rounds by itself, with states of its own', async () => {
    const { runtime, logged } = logging(
      create().method('tools/call', {}, ({ requestState, inputResponses }) =>
        requestState === 'mine'
          ? { content: [{ type: 'text', text: JSON.stringify(inputResponses) }] }
          : {
              resultType: 'input_required',
              inputRequests: { q: { method: 'roots/list', params: {} } },
              requestState: 'mine',
            },
      ),
    )
    const first = await begin(runtime, 'any')
    assert.deepEqual([keysOf(first), first.state], [['q'], 'mine'])
    assert.deepEqual(valueIn(await first.answer({ q: { roots: [] } })), { q: { roots: [] } })
    assert.deepEqual(logged(), [])
  })

  it('TS-52: what it asks goes out as it is written, also without parameters, and of kinds that nobody knows', async () => {
    const inputRequests = { where: { method: 'roots/list' }, other: { method: 'acme/ask', params: { deep: [1] } } }
    const { runtime } = logging(
      create().method('tools/call', {}, () => ({ resultType: 'input_required', inputRequests })),
    )
    const { reply } = await begin(runtime, 'any')
    assert.deepEqual([reply.result.resultType, reply.result.inputRequests], ['input_required', inputRequests])
  })

  it('or by asking, as any handler does', async () => {
    const { runtime } = logging(
      create().method('tools/call', {}, async (_, ctx) => {
        const text = JSON.stringify(await ctx.elicit('Sure?', Form))
        return { content: [{ type: 'text', text }] }
      }),
    )
    assert.deepEqual(valueIn(await (await begin(runtime, 'any')).answer(ANSWERS)), YES)
  })
})

it('a stateful client of the same server is asked by requests meanwhile', async () => {
  const server = create().tool('ask', (_, ctx) => ctx.elicit('Sure?', Form))
  const { connected, call } = await clientOf(server, '2025-11-25')
  connected.send(request('2026-07-28', 'round', 'tools/call', { name: 'ask', _meta: declaring(ABLE) }))
  assert.equal((await connected.next()).result.resultType, 'input_required')
  assert.deepEqual(returned(await call('tools/call', { name: 'ask' }, () => YES)), YES)
})
