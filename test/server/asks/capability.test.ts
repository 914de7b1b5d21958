import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { CapabilityError, type Context, createServer } from '../../../src/index.ts'
import { ABLE, accept, clientOf, declaring, errorTextOf, returned, textOf } from '../../support/answering.ts'
import { messagesOf, type Params, post, STATEFUL, VERSIONS, type Version } from '../../support/messages.ts'
import { quiet } from '../asking.ts'

const Form = v.object({ ok: v.boolean() })
const SAMPLE = { messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }], maxTokens: 1 } as const

const ASKS: Readonly<Record<string, (ctx: Context) => Promise<unknown>>> = {
  elicit: (ctx) => ctx.elicit('Really?', Form),
  elicitUrl: (ctx) => ctx.elicitUrl('Go there', 'https://example.com'),
  sample: (ctx) => ctx.sample(SAMPLE),
  roots: (ctx) => ctx.roots(),
}

const Which = v.object({ which: v.string() })

const ask = (which: string, ctx: Context): Promise<unknown> => (ASKS[which] as (ctx: Context) => Promise<unknown>)(ctx)

const server = createServer({ name: 'test', version: '1.0.0' })
  .tool('ask', Which, async ({ which }, ctx) => JSON.stringify(await ask(which, ctx)))
  .prompt('ask', Which, async ({ which }, ctx) => JSON.stringify(await ask(which, ctx)))
  .resource('ask://{which}', async ({ which }, ctx) => JSON.stringify(await ask(which, ctx)))
  .tool('late', async (_, ctx) => {
    await ctx.progress(1)
    return ctx.roots()
  })
  .tool('degrade', async (_, ctx) => {
    try {
      return await ctx.elicit('Really?', Form, { key: 'sure' })
    } catch (error) {
      if (!(error instanceof CapabilityError)) throw error
      return { code: error.code, needs: error.requiredCapabilities }
    }
  })
  .tool('other-way', async (_, ctx) => {
    const asked = await ctx.elicit('Really?', Form, { key: 'sure' }).catch(() => ctx.roots({ key: 'sure' }))
    return JSON.stringify(asked)
  })

const NEEDS: Readonly<Record<string, object>> = {
  elicit: { elicitation: { form: {} } },
  elicitUrl: { elicitation: { url: {} } },
  sample: { sampling: {} },
  roots: { roots: {} },
}

const TITLES: Readonly<Record<string, string>> = {
  elicit: 'Really?',
  elicitUrl: 'Go there',
  sample: 'sampling',
  roots: 'roots',
}

/** The first revision that has each, and what those before it have none of. */
const FROM: Readonly<Record<string, readonly [Version, string]>> = {
  elicit: ['2025-06-18', 'elicitation'],
  elicitUrl: ['2025-11-25', 'URL elicitation'],
  sample: ['2024-11-05', ''],
  roots: ['2024-11-05', ''],
}

const exists = (which: string, version: Version): boolean => version >= (FROM[which]?.[0] as string)

/** Each way in which a handler can be reached. */
const CARRIERS: readonly ((which: string) => readonly [method: string, params: Params])[] = [
  (which) => ['tools/call', { name: 'ask', arguments: { which } }],
  (which) => ['prompts/get', { name: 'ask', arguments: { which } }],
  (which) => ['resources/read', { uri: `ask://${which}` }],
]

describe('what the revision lacks', () => {
  for (const [which, [first, what]] of Object.entries(FROM)) {
    for (const version of VERSIONS.filter((one) => one < first)) {
      it(`${which} on ${version}: a capability error that names the revision, and nothing is sent`, async () => {
        const client = await clientOf(server, version)
        const message = `Revision ${version} has no ${what}`
        for (const carrier of CARRIERS) {
          const [method, params] = carrier(which)
          const talk = await client.call(method, params)
          if (method === 'tools/call') assert.equal(errorTextOf(talk), `ask: ${message}`)
          else {
            const data = { requiredCapabilities: NEEDS[which] }
            assert.deepEqual(talk.reply.error, { code: -32600, message, data })
          }
        }
      })
    }
  }
})

describe('what the client has not declared', () => {
  for (const which of Object.keys(ASKS)) {
    it(`${which} on stateful revisions: an error for the model, and -32600 where no model reads`, async () => {
      const message = `The client cannot be asked (${TITLES[which]}): it has not declared ${JSON.stringify(NEEDS[which])}`
      for (const version of STATEFUL.filter((one) => exists(which, one))) {
        const client = await clientOf(server, version, { capabilities: {} })
        for (const carrier of CARRIERS) {
          const [method, params] = carrier(which)
          const talk = await client.call(method, params)
          if (method === 'tools/call') assert.equal(errorTextOf(talk), `ask: ${message}`)
          else {
            const data = { requiredCapabilities: NEEDS[which] }
            assert.deepEqual(talk.reply.error, { code: -32600, message, data })
          }
        }
      }
    })

    it(`2026-07-28 §Per-request protocol fields, TS-19: ${which} is refused with -32021, over HTTP with 400`, async () => {
      const runtime = quiet(server)
      for (const carrier of CARRIERS) {
        const [method, params] = carrier(which)
        const client = await clientOf(server, '2026-07-28', { capabilities: {} })
        const { error } = (await client.call(method, params)).reply
        assert.deepEqual([error.code, error.data], [-32021, { requiredCapabilities: NEEDS[which] }])

        const response = await runtime.fetch(post('2026-07-28', method, { ...params, _meta: declaring({}) }))
        assert.equal(response.status, 400)
        assert.deepEqual((await messagesOf(response)).at(-1)?.error, error)
      }
    })
  }

  it('TS-19: inside of a stream that is open already, -32021 is the last event', async () => {
    for (const options of [{}, { responseMode: 'sse' }] as const) {
      const meta = declaring({}, { progressToken: 'p' })
      const request = post('2026-07-28', 'tools/call', { name: 'late', arguments: {}, _meta: meta })
      const response = await quiet(server, options).fetch(request)
      assert.equal(response.status, 200)
      assert.equal(response.headers.get('content-type'), 'text/event-stream')
      const messages = await messagesOf(response)
      assert.equal(messages.length, 2)
      assert.equal(messages.at(-1)?.error.code, -32021)
    }
  })

  it('with responseMode sse, nothing streamed yet: 400 as JSON', async () => {
    const request = post('2026-07-28', 'tools/call', {
      name: 'ask',
      arguments: { which: 'roots' },
      _meta: declaring({}),
    })
    const response = await quiet(server, { responseMode: 'sse' }).fetch(request)
    assert.equal(response.status, 400)
    assert.equal(response.headers.get('content-type'), 'application/json')
  })

  it('2025-11-25 Elicitation, Capabilities: an empty object is the form alone', async () => {
    for (const version of ['2025-06-18', '2025-11-25', '2026-07-28'] as const) {
      for (const elicitation of [{}, { form: {} }]) {
        const client = await clientOf(server, version, { capabilities: { elicitation } })
        const talk = await client.call('tools/call', { name: 'ask', arguments: { which: 'elicit' } }, () =>
          accept({ ok: true }),
        )
        assert.equal(talk.asked.length, 1)
      }
      const client = await clientOf(server, version, { capabilities: { elicitation: { url: {} } } })
      const talk = await client.call('tools/call', { name: 'ask', arguments: { which: 'elicit' } })
      assert.deepEqual(talk.asked, [])
    }
  })

  it('TS-50: a whole round is refused when one of its questions is', async () => {
    const both = createServer({ name: 'test', version: '1.0.0' })
      .tool('first', (_, ctx) => Promise.all([ctx.roots(), ctx.elicit('Really?', Form)]))
      .tool('last', (_, ctx) => Promise.all([ctx.elicit('Really?', Form), ctx.roots()]))
      .tool('at-once', (_, ctx) => {
        ctx.elicit('Really?', Form)
        throw new CapabilityError('Not without roots', { roots: {} })
      })
    const client = await clientOf(both, '2026-07-28', { capabilities: { elicitation: {} } })
    for (const name of ['first', 'last', 'at-once']) {
      const { error } = (await client.call('tools/call', { name })).reply
      assert.deepEqual([error.code, error.data], [-32021, { requiredCapabilities: { roots: {} } }])
    }
  })
})

describe('a handler can do without', () => {
  it('the error is an ordinary one: it can be caught', async () => {
    for (const version of VERSIONS) {
      const client = await clientOf(server, version, { capabilities: {} })
      const talk = await client.call('tools/call', { name: 'degrade' })
      assert.deepEqual(returned(talk), { code: 'capability', needs: { elicitation: { form: {} } } })
    }
  })

  it('a refusal that nobody awaits is no failure of the program', async (t) => {
    const reasons: unknown[] = []
    const keep = (reason: unknown): void => void reasons.push(reason)
    process.on('unhandledRejection', keep)
    t.after(() => process.off('unhandledRejection', keep))
    const careless = createServer({ name: 'test', version: '1.0.0' }).tool('ask', (_, ctx) => {
      ctx.roots()
      ctx.elicit('Really?', Form)
      return 'done'
    })
    for (const version of VERSIONS) {
      const client = await clientOf(careless, version, { capabilities: {} })
      assert.equal(textOf(await client.call('tools/call', { name: 'ask' })), 'done')
    }
    await new Promise((resolve) => setImmediate(resolve))
    assert.deepEqual(reasons, [])
  })

  it('what was refused has used no key', async () => {
    for (const version of VERSIONS) {
      const client = await clientOf(server, version, { capabilities: { roots: {} } })
      const talk = await client.call('tools/call', { name: 'other-way' }, () => ({ roots: [] }))
      assert.equal(textOf(talk), '[]')
    }
  })
})

describe('where there is no way back', () => {
  const looking = createServer({ name: 'test', version: '1.0.0' })
    .tool('ask', (_, ctx) => ctx.roots())
    .prompt('ask', async (_, ctx) => JSON.stringify(await ctx.roots()))
    .prompt(
      'complete',
      { input: Which, complete: { which: async (_, ctx) => (await ctx.roots()).map(({ uri }) => uri) } },
      () => '',
    )
    .resource('list://{a}', { list: async (ctx) => (await ctx.roots()).map(() => 'list://1') }, () => '')
    .method('acme/ask', {}, (_, ctx) => ctx.roots().then((roots) => ({ roots })))
    .tool('once', async (_, ctx) => ({ once: await ctx.once('a', () => 1), key: ctx.idempotencyKey }))

  const COMPLETE = { ref: { type: 'ref/prompt', name: 'complete' }, argument: { name: 'which', value: '' } }

  it('a stateful revision over HTTP without a session', async () => {
    const runtime = quiet(looking)
    for (const version of STATEFUL) {
      const tool = await messagesOf(await runtime.fetch(post(version, 'tools/call', { name: 'ask' })))
      const why =
        'The client cannot be asked (roots): tools/call came without a session, in which an answer could come back'
      assert.equal(tool.at(-1)?.result.content[0].text, `ask: ${why}`)
      const prompt = await messagesOf(await runtime.fetch(post(version, 'prompts/get', { name: 'ask' })))
      assert.equal(prompt.at(-1)?.error.code, -32603)
    }
  })

  it('once and idempotencyKey need none', async () => {
    const runtime = quiet(looking)
    for (const version of STATEFUL) {
      const [reply] = await messagesOf(await runtime.fetch(post(version, 'tools/call', { name: 'once' })))
      const { once, key } = JSON.parse(reply?.result.content[0].text)
      assert.equal(once, 1)
      assert.match(key, /^[\da-f-]{36}$/)
    }
  })

  const UNROUNDED = [
    ['completion/complete', COMPLETE],
    ['resources/list', {}],
    ['acme/ask', {}],
  ] as const

  it('2026-07-28 Multi Round-Trip Requests, Supported Requests: no other request ends in questions', async () => {
    const client = await clientOf(looking, '2026-07-28', { capabilities: ABLE })
    for (const [method, params] of UNROUNDED) {
      const { error } = (await client.call(method, params)).reply
      const message = `The client cannot be asked (roots): ${method} is answered at once, without rounds`
      assert.deepEqual(error, { code: -32603, message })
    }
  })

  it('on stateful revisions, any request may ask', async () => {
    for (const version of STATEFUL) {
      const client = await clientOf(looking, version)
      for (const [method, params] of UNROUNDED) {
        const talk = await client.call(method, params, () => ({ roots: [{ uri: 'file:///a' }] }))
        assert.deepEqual([talk.reply.error, talk.asked.length], [undefined, 1])
      }
    }
  })
})
