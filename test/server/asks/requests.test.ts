import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { AbortedError, type Context, createServer } from '../../../src/index.ts'
import { ABLE, accept, clientOf, errorTextOf, type Loose, returned } from '../../support/answering.ts'
import { opened } from '../../support/connection.ts'
import { type Reply, STATEFUL } from '../../support/messages.ts'
import { gate } from '../asking.ts'

const Name = v.object({ name: v.string() })

/** Tools that ask, and what became of the last question. */
const asking = () => {
  const fates: unknown[] = []
  const { opened: told, open: tell } = gate()
  const keep = async (ctx: Context): Promise<unknown> => {
    try {
      return await ctx.elicit('Who?', Name)
    } catch (error) {
      fates.push(error)
      tell()
      throw error
    }
  }
  const server = createServer({ name: 'test', version: '1.0.0' })
    .tool('ask', (_, ctx) => keep(ctx))
    .tool('brief', { timeoutMs: 1 }, (_, ctx) => keep(ctx))
    .tool('two', async (_, ctx) => {
      const [one, two] = await Promise.all([ctx.elicit('One?', Name), ctx.elicit('Two?', Name)])
      return { one, two }
    })
    .tool('twice', async (_, ctx) => {
      await ctx.elicit('One?', Name, { key: 'k' })
      return ctx.elicit('Two?', Name, { key: 'k' })
    })
    .tool('numbered', async (_, ctx) => {
      await ctx.elicit('One?', Name, { key: '1' })
      return ctx.elicit('Two?', Name)
    })
    .prompt('ask', async (_, ctx) => JSON.stringify(await ctx.elicit('Who?', Name)))
    .resource('ask://who', async (_, ctx) => JSON.stringify(await ctx.elicit('Who?', Name)))
    .tool('read', async (_, ctx) => {
      const first = await ctx.elicit('First?', Name)
      const { contents } = await ctx.readResource('ask://who')
      return { first, read: JSON.parse(contents[0]?.text as string) }
    })
  return { server, fates, told }
}

/** A call that has asked, and its question. */
const asked = async (name = 'ask', options = {}) => {
  const { server, fates, told } = asking()
  const client = await clientOf(server, '2025-11-25', options)
  client.connected.send(client.request('call', 'tools/call', { name }))
  const question: Loose = await client.connected.next()
  const answer = (content: object, id = question.id) => client.connected.send({ jsonrpc: '2.0', id, result: content })
  return { ...client.connected, client, question, answer, fates, told }
}

const codeOf = (fate: unknown): string => {
  assert.ok(fate instanceof AbortedError)
  return fate.code
}

describe('asking by requests', () => {
  it('2025-11-25 Elicitation, Elicitation Requests: a request to the client on the same connection', async () => {
    const { question, answer, next } = await asked()
    assert.equal(question.method, 'elicitation/create')
    answer(accept({ name: 'Ada' }))
    const { id, result } = await next()
    assert.equal(id, 'call')
    assert.deepEqual(JSON.parse(result.content[0].text), accept({ name: 'Ada' }))
  })

  it('PY-151: works in prompts, resources, and in a resource that a tool reads, on every stateful revision', async () => {
    for (const version of STATEFUL.slice(2)) {
      const client = await clientOf(asking().server, version)
      const ada = () => accept({ name: 'Ada' })
      const prompt = await client.call('prompts/get', { name: 'ask' }, ada)
      assert.deepEqual(JSON.parse(prompt.reply.result.messages[0].content.text), accept({ name: 'Ada' }))
      const resource = await client.call('resources/read', { uri: 'ask://who' }, ada)
      assert.deepEqual(JSON.parse(resource.reply.result.contents[0].text), accept({ name: 'Ada' }))
      const tool = await client.call('tools/call', { name: 'read' }, (_, index) => accept({ name: `${index}` }))
      assert.deepEqual(
        tool.asked.map(({ params }) => params.message),
        ['First?', 'Who?'],
      )
      assert.deepEqual(returned(tool), { first: accept({ name: '0' }), read: accept({ name: '1' }) })
    }
  })

  it('two questions at once, answered in reverse order', async () => {
    const { question, answer, next } = await asked('two')
    const second: Loose = await next()
    assert.notEqual(question.id, second.id)
    answer(accept({ name: 'two' }), second.id)
    answer(accept({ name: 'one' }))
    const { result } = await next()
    assert.deepEqual(JSON.parse(result.content[0].text), {
      one: accept({ name: 'one' }),
      two: accept({ name: 'two' }),
    })
  })

  it('questions of two calls at once', async () => {
    const { client, question, answer, next, send } = await asked()
    send(client.request('other', 'tools/call', { name: 'ask' }))
    const other: Loose = await next()
    answer(accept({ name: 'for the other' }), other.id)
    assert.equal((await next()).id, 'other')
    answer(accept({ name: 'for the first' }), question.id)
    assert.equal((await next()).id, 'call')
  })

  it('a key used twice is a mistake, also where one of the two is the place in the order', async () => {
    const client = await clientOf(asking().server, '2025-11-25')
    for (const [name, key] of [
      ['twice', 'k'],
      ['numbered', '1'],
    ]) {
      const talk = await client.call('tools/call', { name }, () => accept({ name: 'Ada' }))
      const problem = `The key ${JSON.stringify(key)} is used twice in one run; give each question its own`
      assert.equal(errorTextOf(talk), `${name}: ${problem}`)
      assert.equal(talk.asked.length, 1)
    }
  })
})

describe('a run that asks by requests', () => {
  it('goes on with their answers: afterwards it may tell and ask as before', async () => {
    const server = createServer({ name: 'test', version: '1.0.0' }).tool('tell', async (_, ctx) => {
      await ctx.elicit('Who?', Name)
      ctx.notify.toolsChanged()
      return ctx.elicit('And who else?', Name)
    })
    const client = await clientOf(server, '2025-11-25')
    const talk = await client.call('tools/call', { name: 'tell' }, (_, index) => accept({ name: `${index}` }))
    assert.deepEqual(returned(talk), accept({ name: '1' }))
    assert.equal(talk.notifications[0].method, 'notifications/tools/list_changed')
  })

  for (const version of ['2025-11-25', '2026-07-28'] as const) {
    it(`${version}: once its call has been answered, nothing is asked any more`, async () => {
      const { opened: answered, open } = gate()
      const fate = gate()
      let message = ''
      const server = createServer({ name: 'test', version: '1.0.0' }).tool('leave', (_, ctx) => {
        answered
          .then(() => ctx.elicit('Who?', Name))
          .catch((error: Error) => {
            message = error.message
          })
          .then(fate.open)
        return 'left'
      })
      const client = await clientOf(server, version)
      await client.call('tools/call', { name: 'leave' })
      open()
      await fate.opened
      assert.equal(message, 'The client cannot be asked (Who?): its call has been answered already')
      assert.equal(client.connected.inbox.size, 0)
    })
  }

  it('2025-11-25 Cancellation: questions that nobody awaits are taken back when the call is answered', async () => {
    const fates: Promise<string>[] = []
    const server = createServer({ name: 'test', version: '1.0.0' })
      .tool('ask', (_, ctx) => {
        for (const message of ['Who?', 'When?']) {
          fates.push(ctx.elicit(message, Name).then(String, (error: Error) => error.message))
        }
        return 'did not wait'
      })
      .tool('race', async (_, ctx) => {
        const answer = await ctx.elicit('First?', Name)
        const slow = ctx.elicit('Slow?', Name)
        fates.push(slow.then(String, (error: Error) => error.message))
        return Promise.race([slow, Promise.resolve(answer)])
      })
    const taken = 'The question was taken back: its call has been answered without waiting for it'
    for (const version of ['2025-06-18', '2025-11-25'] as const) {
      const { connected, request } = await clientOf(server, version)
      connected.send(request('call', 'tools/call', { name: 'ask' }))
      const questions: Loose[] = [await connected.next(), await connected.next()]
      for (const { id } of questions) {
        const cancelled: Loose = await connected.next()
        assert.deepEqual([cancelled.method, cancelled.params], ['notifications/cancelled', { requestId: id }])
      }
      assert.equal((await connected.next()).result.content[0].text, 'did not wait')
      assert.deepEqual(await Promise.all(fates.splice(0)), [taken, taken])
      connected.send({ jsonrpc: '2.0', id: questions[0].id, result: accept({ name: 'too late' }) })

      connected.send(request('race', 'tools/call', { name: 'race' }))
      const first: Loose = await connected.next()
      connected.send({ jsonrpc: '2.0', id: first.id, result: accept({ name: 'quick' }) })
      const slow: Loose = await connected.next()
      const cancelled: Loose = await connected.next()
      assert.deepEqual([cancelled.method, cancelled.params], ['notifications/cancelled', { requestId: slow.id }])
      assert.match((await connected.next()).result.content[0].text, /quick/)
      assert.deepEqual(await Promise.all(fates.splice(0)), [taken])
      assert.equal(connected.inbox.size, 0)
    }
  })
})

describe('answers that nobody waits for', () => {
  it('are no mistake: early, foreign, of another type, and a second time', async () => {
    const { server } = asking()
    const { connection, send, inbox, open } = await opened(server, '2026-07-28')
    // Nobody has been asked at all, and there is no conversation.
    send({ jsonrpc: '2.0', id: 1, result: accept({ name: 'early' }) })
    await open('2025-11-25', { capabilities: ABLE })
    send({ jsonrpc: '2.0', id: 1, result: accept({ name: 'early' }) })
    send({ jsonrpc: '2.0', id: 'foreign', error: { code: 1, message: 'No' } })
    await connection.drained()
    assert.equal(inbox.size, 0)
  })

  it('one that is malformed fails its question, and no other', async () => {
    for (const error of ['no', null, {}, { code: 1.5, message: 'no' }, { code: 1 }]) {
      const { question, send, next, told, fates } = await asked()
      send({ jsonrpc: '2.0', id: 'foreign', error }, { jsonrpc: '2.0', id: question.id, error })
      await told
      assert.equal(
        String(fates[0]),
        'McpError: Invalid request: "error" needs an integer "code" and a string "message"',
      )
      assert.equal((await next()).id, 'call')
    }
  })

  it('PY-10: do not answer another question', async () => {
    const { question, answer, next } = await asked()
    answer(accept({ name: 'wrong type' }), String(question.id))
    answer(accept({ name: 'wrong id' }), 99)
    answer(accept({ name: 'right' }))
    answer(accept({ name: 'again' }))
    const { result } = await next()
    assert.deepEqual(JSON.parse(result.content[0].text), accept({ name: 'right' }))
  })

  it('PY-15: an answer after the call was cancelled', async () => {
    const { question, answer, next, send, told, ask, client } = await asked()
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'call' } })
    await told
    assert.deepEqual(await next(), {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: question.id },
    })
    answer(accept({ name: 'late' }))
    // What comes next is about something else: the call was not answered.
    const after: Reply = await ask(client.request('after', 'ping'))
    assert.equal(after.id, 'after')
  })
})

describe('2025-11-25 Cancellation: what ends a call takes back its questions', () => {
  const takenBack = async ({ question, next }: Awaited<ReturnType<typeof asked>>): Promise<void> => {
    assert.deepEqual(await next(), {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: question.id },
    })
  }

  it('a cancellation by the client', async () => {
    const call = await asked()
    call.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'call', reason: 'Enough' } })
    await takenBack(call)
    await call.told
    assert.equal((call.fates[0] as Error).message, 'cancelled by the client: Enough')
    await call.connection.drained()
    assert.equal(call.inbox.size, 0)
  })

  it('a timeout', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const call = await asked('brief')
    t.mock.timers.tick(1)
    await takenBack(call)
    await call.told
    assert.equal(codeOf(call.fates[0]), 'timeout')
    const { result } = await call.next()
    assert.deepEqual(result, { content: [{ type: 'text', text: 'brief: timed out after 1 ms' }], isError: true })
  })

  it('the end of the server', async () => {
    const call = await asked()
    await call.runtime.close(0)
    await takenBack(call)
    await call.told
    assert.equal(codeOf(call.fates[0]), 'closed')
  })

  it('a client that has gone away is told nothing', async () => {
    const call = await asked()
    call.connection.disconnect()
    await call.told
    assert.equal(codeOf(call.fates[0]), 'disconnected')
    await call.connection.drained()
    assert.equal(call.inbox.size, 0)
  })

  it('PY-8: a client that has nothing more to say cannot answer, but still hears what came of it', async () => {
    const call = await asked()
    call.connection.inputEnded()
    await call.told
    assert.equal(codeOf(call.fates[0]), 'disconnected')
    const { result } = await call.next()
    assert.equal(result.content[0].text, 'ask: the client has gone away')
  })
})

describe('questions of a call that was given up', () => {
  it('PY-2: are not sent any more, and not taken back either', async () => {
    const { opened: cancelled, open: cancel } = gate()
    const server = createServer({ name: 'test', version: '1.0.0' }).tool('late', async (_, ctx) => {
      await cancelled
      await ctx.roots()
    })
    for (const version of STATEFUL) {
      const { connected, request } = await clientOf(server, version)
      connected.send(request(1, 'tools/call', { name: 'late' }))
      connected.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
      cancel()
      await connected.connection.drained()
      assert.equal(connected.inbox.size, 0)
    }
  })
})

describe('questions and time', () => {
  it('TS-53: a question has no time of its own, and tells nothing under the token of its caller', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const server = createServer({ name: 'test', version: '1.0.0' }).tool('ask', async (_, ctx) =>
      JSON.stringify(await ctx.roots()),
    )
    for (const version of STATEFUL) {
      const { connected, request } = await clientOf(server, version)
      connected.send(request(1, 'tools/call', { name: 'ask', _meta: { progressToken: 'p' } }))
      const question: Loose = await connected.next()
      assert.equal(question.method, 'roots/list')
      t.mock.timers.tick(24 * 3600 * 1000)
      await new Promise(setImmediate)
      assert.equal(connected.inbox.size, 0)
      connected.send({ jsonrpc: '2.0', id: question.id, result: { roots: [{ uri: 'file:///a' }] } })
      assert.equal((await connected.next()).result.content[0].text, '[{"uri":"file:///a"}]')
    }
  })
})

describe('while the server drains', () => {
  it('what was asked can be answered, and nothing new is begun', async () => {
    const { client, answer, next, ask, runtime } = await asked()
    const closed = runtime.close()
    assert.equal((await ask(client.request('new', 'ping'))).error.message, 'The server is closing')
    answer(accept({ name: 'just in time' }))
    assert.equal((await next()).id, 'call')
    await closed
  })

  it('a connection that accepts no more goes on with what it has', async () => {
    const { client, answer, next, ask, connection } = await asked()
    connection.stopAccepting()
    assert.equal((await ask(client.request('new', 'ping'))).error.message, 'The server is closing')
    answer(accept({ name: 'just in time' }))
    assert.equal((await next()).id, 'call')
  })
})
