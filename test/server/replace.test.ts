import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer, jsonSchema, type Runtime } from '../../src/index.ts'
import { connect, opened } from '../support/connection.ts'
import { ask, initializeParams, keepingLogger, post, request, resultOf, VERSIONS } from '../support/messages.ts'
import { exchange, gate, untyped } from './asking.ts'
import { turn } from './listening.ts'
import { call, create, noting, replace, textOf } from './replacing.ts'

describe('replace: requests', () => {
  for (const version of VERSIONS) {
    it(`${version}: those that have begun end as they began, later ones see only the new definition`, async () => {
      const { opened: go, open } = gate()
      const define = (name: string) =>
        create(name)
          .lifespan(() => ({ name }))
          .intercept(async (_, next) => ({ ...((await next()) as object), _meta: { intercepted: name } }))
          .use((_, next) => next({ layer: name }))
          .resource('who://am-i', (_, { lifespan }) => lifespan.name)
          .tool('who', async (_, ctx) => {
            await go
            const { contents } = await ctx.readResource('who://am-i')
            return [name, ctx.layer, ctx.lifespan.name, contents[0]?.text].join()
          })
      const connected = connect(define('old'))
      await connected.runtime.start()
      if (version !== '2026-07-28') await connected.open(version)
      connected.send(call(version, 'early', 'who'))
      await replace(connected, define('new'))
      connected.send(call(version, 'late', 'who'))
      open()
      const replies = [await connected.next(), await connected.next()]
      for (const [id, name] of [
        ['early', 'old'],
        ['late', 'new'],
      ] as const) {
        const reply = replies.find((one) => one.id === id)
        assert.ok(reply)
        assert.equal(textOf(reply), [name, name, name, name].join())
        assert.equal(reply.result._meta.intercepted, name)
      }
    })

    it(`${version}: what is gone is unknown, and what is new is there`, async () => {
      const define = (name: string) =>
        create(name)
          .tool(name, () => name)
          .prompt(name, () => name)
          .resource(`a://${name}`, () => name)
          .method(`x/${name}`, {}, () => ({ name }))
      const connected = await opened(define('old'), version)
      const answers = async (name: string): Promise<readonly unknown[]> => {
        const requests = [
          ['tools/call', { name }],
          ['prompts/get', { name }],
          ['resources/read', { uri: `a://${name}` }],
          [`x/${name}`, {}],
        ] as const
        const codes: unknown[] = []
        for (const [method, params] of requests) {
          const { error } = (await exchange(connected, version, method, params)).reply
          codes.push(error?.code)
        }
        return codes
      }
      const unknown = [-32602, -32602, version === '2026-07-28' ? -32602 : -32002, -32601]
      const there = [undefined, undefined, undefined, undefined]
      assert.deepEqual([await answers('old'), await answers('new')], [there, unknown])
      await replace(connected, define('new'))
      assert.deepEqual([await answers('old'), await answers('new')], [unknown, there])
    })

    it(`${version}: lists are those of the new definition, though they are remembered`, async () => {
      const connected = await opened(
        create().tool('old', () => 'old'),
        version,
      )
      const names = async (): Promise<unknown> => {
        const { reply } = await exchange(connected, version, 'tools/list')
        return reply.result.tools.map(({ name }: { name: string }) => name)
      }
      assert.deepEqual([await names(), await names()], [['old'], ['old']])
      await replace(
        connected,
        create().tool('new', () => 'new'),
      )
      assert.deepEqual([await names(), await names()], [['new'], ['new']])
    })
  }

  it('a method of the new definition is known also before `initialize`', async () => {
    const connected = connect(create().tool('t', () => 1))
    await replace(
      connected,
      create().method('x/new', {}, () => ({})),
    )
    const { error } = await connected.ask(request('2025-11-25', 1, 'x/new'))
    assert.match(error.message, /^"x\/new" came before "initialize"/)
  })

  it('2026-07-28 Discovery: tells of the new server, and so does what is stamped on every result', async () => {
    const runtime = create('old')
      .tool('t', () => 1)
      .bind()
    await resultOf(runtime, '2026-07-28', 'server/discover')
    const instructions = 'Use the new one.'
    await runtime.replace(createServer({ name: 'new', version: '2.0.0', instructions }).tool('t', () => 1))
    const discovered = await resultOf(runtime, '2026-07-28', 'server/discover')
    assert.equal(discovered.instructions, instructions)
    assert.deepEqual(discovered._meta['io.modelcontextprotocol/serverInfo'], { name: 'new', version: '2.0.0' })
    const opened = await resultOf(runtime, '2025-11-25', 'initialize', initializeParams('2025-11-25'))
    assert.equal(opened.instructions, instructions)
  })

  it('a call in rounds goes on with the new definition', async () => {
    const define = (name: string) =>
      create(name).tool('ask', async (_, ctx) => {
        const answer = await ctx.elicit('Your name?', v.object({ name: v.string() }))
        return `${name}: ${answer.action === 'accept' && answer.content.name}`
      })
    const runtime = define('old').bind()
    const _meta = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } }
    const first = await resultOf(runtime, '2026-07-28', 'tools/call', { name: 'ask', _meta })
    assert.equal(first.resultType, 'input_required')
    await runtime.replace(define('new'))
    const [key] = Object.keys(first.inputRequests)
    const second = await resultOf(runtime, '2026-07-28', 'tools/call', {
      name: 'ask',
      _meta,
      requestState: first.requestState,
      inputResponses: { [key as string]: { action: 'accept', content: { name: 'Ada' } } },
    })
    assert.equal(second.content[0].text, 'new: Ada')
  })

  it('notifications go through the interceptors of their time', async () => {
    const seen: string[] = []
    const define = (name: string) =>
      create(name)
        .intercept(({ method }, next) => {
          seen.push(`${name} ${method}`)
          return next()
        })
        .tool('t', () => 1)
    const connected = connect(define('old'))
    const notify = (method: string): void => connected.send({ jsonrpc: '2.0', method: `notifications/${method}` })
    notify('one')
    await replace(connected, define('new'))
    notify('two')
    assert.deepEqual(seen, ['old notifications/one', 'new notifications/two'])
  })

  it('2026-07-28 Streamable HTTP, Server Validation: headers are compared with the tool that answers', async () => {
    const { opened: known, open } = gate()
    const define = (header: string, enabled: () => boolean | Promise<boolean>) => {
      const input = jsonSchema({ type: 'object', properties: { city: { type: 'string', 'x-mcp-header': header } } })
      return create().tool('go', { input, enabled }, () => header)
    }
    const runtime = define('Old', () => known.then(() => true)).bind()
    const params = { name: 'go', arguments: { city: 'Rome' } }
    const headers = { 'mcp-param-old': 'Paris', 'mcp-param-new': 'Rome' }
    const answer = resultOf(runtime, '2026-07-28', 'tools/call', params, headers)
    // Its headers do not fit, but whether the caller may know that is not settled yet.
    await turn()
    await runtime.replace(define('New', () => true))
    open()
    assert.equal((await answer).content[0].text, 'New')
  })
})

describe('replace: when', () => {
  const define = (name: string, start: () => unknown = () => ({ name })) =>
    create(name)
      .lifespan(start)
      .tool('who', (_, ctx) => `${name} ${(ctx.lifespan as { name: string }).name}`)

  const who = async (runtime: Runtime): Promise<string> =>
    textOf(await ask(runtime, '2026-07-28', 'tools/call', { name: 'who' }))

  it('several at once are applied in order, and each is served until the next is', async () => {
    const { opened: go, open } = gate()
    const notes: string[] = []
    const slow = async () => {
      await go
      return { name: 'b' }
    }
    const runtime = define('a').bind()
    assert.equal(await who(runtime), 'a a')
    const all = [define('b', slow), define('c'), define('d')].map((next, index) =>
      runtime.replace(next).then(async () => notes.push(`${index} ${await who(runtime)}`)),
    )
    await turn()
    assert.equal(await who(runtime), 'a a')
    open()
    await Promise.all(all)
    assert.deepEqual(
      notes.map((note) => note.slice(0, 1)),
      ['0', '1', '2'],
    )
    assert.equal(await who(runtime), 'd d')
    await runtime.close()
  })

  it('one that is refused keeps no other back', async () => {
    const runtime = define('a').bind()
    const [first, second] = [runtime.replace(create()), runtime.replace(define('b'))]
    await assert.rejects(first, { name: 'DefinitionError' })
    await second
    assert.equal(await who(runtime), 'b b')
    await runtime.close()
  })

  it('before the first start: nothing starts, and the old definition never does', async () => {
    const notes: string[] = []
    const runtime = create()
      .lifespan(noting(notes, 'a'))
      .tool('see', () => 'a')
      .bind()
    await runtime.replace(
      create()
        .lifespan(noting(notes, 'b'))
        .tool('see', (_, ctx) => ctx.lifespan),
    )
    assert.deepEqual(notes, [])
    assert.deepEqual((await resultOf(runtime, '2026-07-28', 'tools/call', { name: 'see' })).structuredContent, {
      b: true,
    })
    await runtime.close()
    assert.deepEqual(notes, ['b starts', 'b ends'])
  })

  it('what serves without a lifespan serves on while those of the new definition start', async () => {
    const { opened: go, open } = gate()
    const runtime = create()
      .tool('who', () => 'no lifespan')
      .bind()
    const replaced = runtime.replace(define('b', () => go.then(() => ({ name: 'late' }))))
    await turn()
    assert.equal(await who(runtime), 'no lifespan')
    open()
    await replaced
    assert.equal(await who(runtime), 'b late')
    await runtime.close()
  })

  it('while the first definition starts: after it', async () => {
    const { opened: go, open } = gate()
    const notes: string[] = []
    const runtime = create()
      .lifespan(async function* () {
        notes.push('a starts')
        await go
        yield {}
        notes.push('a ends')
      })
      .tool('who', () => 'a')
      .bind()
    const early = who(runtime)
    const replaced = runtime.replace(
      create()
        .lifespan(noting(notes, 'b'))
        .tool('who', () => 'b'),
    )
    await turn()
    assert.deepEqual(notes, ['a starts'])
    open()
    await replaced
    assert.equal(await who(runtime), 'b')
    assert.match(await early, /^[ab]$/)
    await runtime.close()
    assert.deepEqual(notes, ['a starts', 'b starts', 'a ends', 'b ends'])
  })

  it('after a start that failed: it serves again', async () => {
    const failing = () => Promise.reject(new Error('no database'))
    const logger = keepingLogger()
    const runtime = define('a', failing).bind({ logger, health: true })
    const status = async () => (await runtime.fetch(post('2026-07-28', 'tools/call', { name: 'who' }))).status
    const health = async () => (await runtime.fetch(new Request('http://localhost/health'))).status
    assert.equal(await status(), 503)
    await assert.rejects(runtime.replace(define('b', failing)), { message: 'no database' })
    assert.deepEqual([await status(), await health()], [503, 503])
    await runtime.replace(define('c'))
    assert.deepEqual([await status(), await health()], [200, 200])
    assert.equal(await who(runtime), 'c c')
    await runtime.close()
  })

  it('after close: it rejects', async () => {
    const runtime = define('a').bind()
    await runtime.close()
    await assert.rejects(runtime.replace(define('b')), {
      name: 'AbortedError',
      code: 'closed',
      message: 'replace: the runtime is closed; bind the server anew',
    })
  })

  it('within a call of the definition that it replaces: that call still ends as it began', async () => {
    const runtime: Runtime = create()
      .lifespan(() => ({ name: 'a' }))
      .tool('who', async (_, { lifespan }) => {
        await runtime.replace(define('b'))
        return lifespan.name
      })
      .bind()
    assert.deepEqual([await who(runtime), await who(runtime)], ['a', 'b b'])
    await runtime.close()
  })
})

describe('replace: what it takes', () => {
  it('an empty definition is refused as by bind, and the old one stays', async () => {
    const runtime = create()
      .tool('t', () => 'old')
      .bind()
    await assert.rejects(runtime.replace(create('nothing')), {
      name: 'DefinitionError',
      message: /^server "nothing" is empty\./,
    })
    assert.equal(textOf(await ask(runtime, '2026-07-28', 'tools/call', { name: 't' })), 'old')
  })

  it('what is no server is refused', async () => {
    const runtime = create()
      .tool('t', () => 'old')
      .bind()
    for (const value of [undefined, null, {}, 'server', { '~definition': 1 }, runtime]) {
      await assert.rejects(runtime.replace(untyped(value)), {
        name: 'DefinitionError',
        message: 'replace: pass a server made by createServer(…)',
      })
    }
  })

  it('the runtime that the handlers of one server share can be replaced, too', async () => {
    const server = create().tool('t', () => 'old')
    await server.runtime.replace(create().tool('t', () => 'new'))
    assert.equal(textOf(await ask(server, '2026-07-28', 'tools/call', { name: 't' })), 'new')
    assert.equal(textOf(await ask(server.bind(), '2026-07-28', 'tools/call', { name: 't' })), 'old')
  })
})
