import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import { type Client, type ConnectOptions, createClient } from '../../src/client.ts'
import { createServer } from '../../src/index.ts'
import type { Loose } from '../support/answering.ts'
import { connectOver, EVERY_WAY } from '../support/client-channels.ts'
import { mockClocks } from '../support/clock.ts'
import { keepingLogger, STATEFUL } from '../support/messages.ts'
import { type Script, type ScriptedServer, scripted, speaking } from '../support/scripted-server.ts'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const turns = async (): Promise<void> => {
  for (let count = 0; count < 5; count += 1) await turn()
}

const asking = createServer({ name: 'asking', version: '1.0.0' })
  .tool('all', async (_, ctx) => {
    const [answer, said, roots] = await Promise.all([
      ctx.elicit('Who?', v.object({ name: v.string(), tone: v.optional(v.string(), 'dry') })),
      ctx.sample({ messages: [{ role: 'user', content: { type: 'text', text: 'Hello?' } }], maxTokens: 5 }),
      ctx.roots(),
    ])
    return { answer, said: said.content, roots }
  })
  .tool('twice', async (_, ctx) => {
    const first = await ctx.elicit('First?', v.object({ a: v.string() }))
    const second = await ctx.elicit('Second?', v.object({ b: v.string() }))
    return [first.action, second.action]
  })

for (const [version, channel] of EVERY_WAY.filter(([version]) => version >= '2025-06-18')) {
  test(`${version} over ${channel.name}: a handler asks, and is answered, in whatever way the revision has`, async (t) => {
    const asked: string[] = []
    const client = createClient()
      .elicitation(({ message }) => {
        asked.push(message)
        return message === 'Second?' ? { action: 'decline' } : { action: 'accept', content: { name: 'Ada', a: 'b' } }
      })
      .sampling(() => ({ role: 'assistant', content: { type: 'text', text: 'Hello.' }, model: 'small' }))
      .roots([{ uri: 'file:///work' }])
    const { client: connection } = await connectOver(t, channel, version, asking, { client })
    const { data } = (await connection.callTool('all')) as Loose
    assert.deepEqual(data.answer, { action: 'accept', content: { name: 'Ada', tone: 'dry' } })
    assert.deepEqual(data.said, { type: 'text', text: 'Hello.' })
    assert.deepEqual(data.roots, [{ uri: 'file:///work' }])
    assert.deepEqual((await connection.callTool('twice')).data, ['accept', 'decline'])
    assert.deepEqual(asked, ['Who?', 'First?', 'Second?'])
  })
}

const form = (message: string) => ({
  method: 'elicitation/create',
  params: { message, requestedSchema: { type: 'object', properties: {} } },
})

const round = (inputRequests?: unknown, requestState?: unknown) => ({
  resultType: 'input_required',
  ...(inputRequests !== undefined && { inputRequests }),
  ...(requestState !== undefined && { requestState }),
})

const DONE = { resultType: 'complete', content: [{ type: 'text', text: 'done' }] }

const accepting = createClient().elicitation(() => ({ action: 'accept', content: {} }))

const begin = async (
  t: TestContext,
  script: Script,
  { client = accepting, ...options }: ConnectOptions & { readonly client?: Client } = {},
) => {
  const server = scripted(speaking('2026-07-28', script))
  const connection = await client.connect(server.runtime, { logger: keepingLogger(), ...options })
  t.after(() => connection.close())
  const sent = (): readonly Loose[] => server.received.filter(({ method }) => method === 'tools/call')
  return { server, connection, sent }
}

/** Answers each call of a tool with the next of these; the last one again and again. */
const oneByOne = (...answers: readonly unknown[]): Script => {
  let count = 0
  return { 'tools/call': () => answers[Math.min(count++, answers.length - 1)] }
}

test('what a round answers, and its state byte for byte, belong to the next request alone', async (t) => {
  const state = '{"é": "\\u0000 \\"quoted\\"", "n": 1.0}'
  const { connection, sent } = await begin(t, oneByOne(round({ a: form('A') }, state), round({ b: form('B') }), DONE))
  const { text } = await connection.callTool('t', { x: 1 }, { meta: { own: 1 } })
  assert.equal(text, 'done')
  const params = sent().map(({ params: { _meta, ...rest } }) => ({ ...rest, own: _meta.own }))
  const same = { name: 't', arguments: { x: 1 }, own: 1 }
  const accepted = { action: 'accept', content: {} }
  assert.deepEqual(params, [
    same,
    { ...same, inputResponses: { a: accepted }, requestState: state },
    { ...same, inputResponses: { b: accepted } },
  ])
  assert.equal(new Set(sent().map(({ id }) => id)).size, 3)
  await connection.callTool('t', { x: 1 })
  const { _meta, ...rest } = sent().at(-1).params
  assert.deepEqual(rest, { name: 't', arguments: { x: 1 } })
})

test('rounds of calls at the same time do not meet', async (t) => {
  const { connection } = await begin(t, {
    'tools/call': ({ params }: Loose) =>
      params.requestState === undefined
        ? round({ q: form(params.name) }, `state of ${params.name}`)
        : { content: [], structuredContent: { name: params.name, state: params.requestState } },
  })
  const names = Array.from({ length: 20 }, (_, index) => `t${index}`)
  const values = await Promise.all(names.map(async (name) => (await connection.callTool(name)).data))
  assert.deepEqual(
    values,
    names.map((name) => ({ name, state: `state of ${name}` })),
  )
})

test('the questions of a round are answered at the same time', async (t) => {
  const open: (() => void)[] = []
  const client = createClient().elicitation(
    () => new Promise((resolve) => open.push(() => resolve({ action: 'decline' }))),
  )
  const { connection } = await begin(t, oneByOne(round({ a: form('A'), b: form('B'), c: form('C') }), DONE), { client })
  const called = connection.callTool('t')
  await turns()
  assert.equal(open.length, 3)
  for (const finish of open.reverse()) finish()
  assert.equal((await called).text, 'done')
})

test('a question that fails ends its round and the call, and the others hear of it', async (t) => {
  const failure = new Error('the user has left')
  const signals: AbortSignal[] = []
  const client = createClient().elicitation(({ message }, { signal }) => {
    signals.push(signal)
    if (message === 'B') throw failure
    return new Promise(() => undefined)
  })
  const { connection, sent } = await begin(t, oneByOne(round({ a: form('A'), b: form('B') })), { client })
  await assert.rejects(connection.callTool('t'), failure)
  assert.equal(signals[0]?.aborted, true)
  assert.equal(signals[0]?.reason, failure)
  assert.equal(sent().length, 1)
})

test('a question that nobody answers here ends the call, and nothing else is asked of the server', async (t) => {
  const { connection, sent } = await begin(t, oneByOne(round({ a: { method: 'roots/list' } })))
  await assert.rejects(connection.callTool('t'), {
    name: 'McpError',
    code: -32601,
    message: 'This client does not answer "roots/list"',
  })
  assert.equal(sent().length, 1)
})

const WRONG: readonly (readonly [result: unknown, problem: string])[] = [
  [round(), 'a result that requires input needs "inputRequests" or "requestState"'],
  [round('none'), '"inputRequests" must be an object'],
  [round([form('A')]), '"inputRequests" must be an object'],
  [round(undefined, 5), '"requestState" must be a string'],
  [round({ a: form('A') }, { s: 1 }), '"requestState" must be a string'],
  [round({ a: 'A' }), 'each of "inputRequests" must be an object with a "method"'],
  [round({ a: { params: {} } }), 'each of "inputRequests" must be an object with a "method"'],
  [round({ a: { method: 'roots/list', params: [] } }), 'the "params" of "roots/list" must be an object'],
  [
    round(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [index, form('A')]))),
    'it asks 101 questions at once',
  ],
]

test('a round that breaks the rules ends the call, and says how', async (t) => {
  for (const [result, problem] of WRONG) {
    const { connection, sent } = await begin(t, oneByOne(result))
    await assert.rejects(connection.callTool('t'), {
      name: 'InvalidResultError',
      message: `The server answered "tools/call" wrongly: ${problem}`,
    })
    assert.equal(sent().length, 1)
  }
})

test('a call takes ten rounds, or as many as connect says, and no more', async (t) => {
  for (const [options, rounds] of [
    [{}, 10],
    [{ maxRounds: 2 }, 2],
  ] as const) {
    const { connection, sent } = await begin(t, oneByOne(round({ a: form('A') })), options)
    await assert.rejects(connection.callTool('t'), {
      name: 'InvalidResultError',
      message: `The server answered "tools/call" wrongly: it still asks after ${rounds} rounds`,
    })
    assert.equal(sent().length, rounds + 1)
  }
})

test('a round that asks nothing is followed by the next after a pause, which grows until something is asked', async (t) => {
  mockClocks(t)
  const wait = round(undefined, 's')
  const { connection, sent } = await begin(
    t,
    oneByOne(wait, wait, round({}, 's'), wait, wait, round({ a: form('A') }, 's'), wait, DONE),
  )
  const called = connection.callTool('t')
  await turns()
  let count = 1
  for (const pause of [50, 100, 200, 250, 250]) {
    assert.equal(sent().length, count)
    t.mock.timers.tick(pause - 1)
    await turns()
    assert.equal(sent().length, count, `before ${pause} ms`)
    t.mock.timers.tick(1)
    await turns()
    count += 1
    if (count === 6) count += 1
    assert.equal(sent().length, count, `after ${pause} ms`)
  }
  t.mock.timers.tick(50)
  await turns()
  assert.equal((await called).text, 'done')
  assert.deepEqual(sent()[1].params.requestState, 's')
  assert.equal('inputResponses' in sent()[3].params, false)
})

test('a call that is given up between rounds, or while the user is asked, ends at once', async (t) => {
  mockClocks(t)
  for (const [result, client] of [
    [round(undefined, 's'), accepting],
    [round({ a: form('A') }), createClient().elicitation(() => new Promise(() => undefined))],
  ] as const) {
    const { connection, sent } = await begin(t, oneByOne(result), { client })
    const controller = new AbortController()
    const { signal } = controller
    const called = assert.rejects(connection.callTool('t', {}, { signal }), {
      name: 'AbortedError',
      code: 'cancelled',
      message: '"tools/call" was aborted by the caller',
      cause: new Error('enough'),
    })
    await turns()
    controller.abort(new Error('enough'))
    await called
    assert.equal(getEventListeners(signal, 'abort').length, 0)
    assert.equal(sent().length, 1)
  }
})

test('the time altogether is that of all rounds, and the time of silence is that of each', async (t) => {
  mockClocks(t)
  const late = { name: 'TimeoutError', code: 'timeout' }
  const limits = { timeoutMs: 1_000, maxTotalTimeoutMs: 5_000 }
  const user = createClient().elicitation(() => new Promise(() => undefined))
  const slow = await begin(t, oneByOne(round({ a: form('A') })), { client: user, ...limits })
  const asked = assert.rejects(slow.connection.callTool('t'), {
    ...late,
    message: '"tools/call" took longer than 5000 ms',
  })
  await turns()
  t.mock.timers.tick(4_999)
  await turns()
  t.mock.timers.tick(1)
  await asked
  const answers: ((answer: { action: 'decline' }) => void)[] = []
  const quick = createClient().elicitation(() => new Promise((resolve) => answers.push(resolve)))
  for (const [thinking, silence, message] of [
    [3_000, 1_000, 'The server has not answered "tools/call" in time: it was silent for 1000 ms'],
    [4_500, 500, 'The server has not answered "tools/call" in time: it took longer than 5000 ms altogether'],
  ] as const) {
    const script = await begin(t, oneByOne(round({ a: form('A') }), undefined), { client: quick, ...limits })
    const called = assert.rejects(script.connection.callTool('t'), { ...late, message })
    await turns()
    t.mock.timers.tick(thinking)
    answers.shift()?.({ action: 'decline' })
    await turns()
    assert.equal(script.sent().length, 2)
    t.mock.timers.tick(silence - 1)
    await turns()
    assert.equal(script.server.methods.at(-1), 'tools/call')
    t.mock.timers.tick(1)
    await called
  }
})

test('progress of each round is heard', async (t) => {
  const steps: number[] = []
  let count = 0
  const { connection } = await begin(t, {
    'tools/call': ({ params }: Loose, it: ScriptedServer) => {
      count += 1
      it.say({
        method: 'notifications/progress',
        params: { progressToken: params._meta.progressToken, progress: count },
      })
      return count === 1 ? round({ a: form('A') }) : DONE
    },
  })
  await connection.callTool('t', {}, { onProgress: ({ progress }) => void steps.push(progress) })
  assert.deepEqual(steps, [1, 2])
})

test('PY-115: a method that has no rounds is not gone through any, and its result is refused', async (t) => {
  const { connection } = await begin(t, { 'tools/list': round({ a: form('A') }), 'acme/own': round(undefined, 's') })
  for (const [call, method] of [
    [async () => connection.listTools(), 'tools/list'],
    [() => connection.request('acme/own'), 'acme/own'],
  ] as const) {
    await assert.rejects(call, {
      name: 'InvalidResultError',
      message: `The server answered "${method}" with a result of the type "input_required"`,
    })
  }
})

test('PY-116: a type of result that the client does not know is refused by name, and none is a complete one', async (t) => {
  for (const resultType of ['partial', '', 5, null]) {
    const { connection } = await begin(t, oneByOne({ resultType, content: [] }))
    await assert.rejects(connection.callTool('t'), {
      name: 'InvalidResultError',
      message: `The server answered "tools/call" with a result of the type ${JSON.stringify(resultType)}`,
    })
  }
  const { connection } = await begin(t, oneByOne({ content: [{ type: 'text', text: 'done' }] }))
  assert.equal((await connection.callTool('t')).text, 'done')
})

for (const version of STATEFUL) {
  test(`PY-106, PY-115; ${version}: where there are no rounds, what looks like one is a result`, async () => {
    const server = scripted(speaking(version, { 'tools/call': { ...round({ a: form('A') }), content: [] } }))
    const connection = await accepting.connect(server.runtime, { revisions: [version] })
    assert.deepEqual(await connection.callTool('t'), { content: [], text: '', data: undefined })
    await connection.close()
  })
}
