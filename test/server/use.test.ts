import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer, McpError, type Next, ToolError, text } from '../../src/index.ts'
import { opened } from '../support/connection.ts'
import { request, resultOf, VERSIONS } from '../support/messages.ts'
import { callTool, errorOf, exchange, meeting, quiet, toolError, untyped } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

describe('use', () => {
  it('wraps the entries that follow, outermost first, and none before', async () => {
    const seen: string[] = []
    const log = (name: string) => async (_: unknown, next: Next) => {
      seen.push(`${name} in`)
      const answer = await next()
      seen.push(`${name} out`)
      return answer
    }
    const server = create()
      .tool('before', () => 'a')
      .use(log('first'))
      .tool('between', () => 'b')
      .use(log('second'))
      .tool('after', () => {
        seen.push('handler')
        return 'c'
      })
    await callTool(server, 'before')
    assert.deepEqual(seen.splice(0), [])
    await callTool(server, 'between')
    assert.deepEqual(seen.splice(0), ['first in', 'first out'])
    await callTool(server, 'after')
    assert.deepEqual(seen, ['first in', 'second in', 'handler', 'second out', 'first out'])
  })

  it('wraps every kind of entry, with what the request says', async () => {
    const seen: unknown[] = []
    const server = create()
      .use((ctx, next) => {
        const { method, name, uri } = ctx.request
        seen.push([method, name ?? uri])
        return next({ who: 'Ada' })
      })
      .tool('t', (_, { who }) => who)
      .prompt('p', v.object({ style: v.string() }), (_, { who }) => who)
      .prompt('q', { input: v.object({ a: v.string() }), complete: { a: (_, { who }) => [who] } }, () => 'q')
      .resource('a://b', (_, { who }) => who)
      .resource(
        'a://{c}/d',
        { list: ({ who }) => [`a://${who}/d`], complete: { c: (_, ctx) => [ctx.who, ctx.arguments['x'] ?? ''] } },
        (_, { who }) => who,
      )
      .method('x/y', {}, (_, { who }) => ({ who }))
    assert.equal((await callTool(server, 't')).content[0].text, 'Ada')
    const prompt = { name: 'p', arguments: { style: 's' } }
    assert.equal((await resultOf(server, '2026-07-28', 'prompts/get', prompt)).messages[0].content.text, 'Ada')
    for (const uri of ['a://b', 'a://x/d']) {
      assert.equal((await resultOf(server, '2026-07-28', 'resources/read', { uri })).contents[0].text, 'Ada')
    }
    assert.equal((await resultOf(server, '2026-07-28', 'x/y')).who, 'Ada')
    const complete = (ref: object, name: string) =>
      resultOf(server, '2026-07-28', 'completion/complete', {
        ref,
        argument: { name, value: '' },
        context: { arguments: { x: 'settled' } },
      })
    assert.deepEqual((await complete({ type: 'ref/prompt', name: 'q' }, 'a')).completion.values, ['Ada'])
    const template = { type: 'ref/resource', uri: 'a://{c}/d' }
    assert.deepEqual((await complete(template, 'c')).completion.values, ['Ada', 'settled'])
    const { resources } = await resultOf(server, '2026-07-28', 'resources/list')
    assert.equal(resources[1].uri, 'a://Ada/d')
    assert.deepEqual(seen, [
      ['tools/call', 't'],
      ['prompts/get', 'p'],
      ['resources/read', 'a://b'],
      ['resources/read', 'a://x/d'],
      ['x/y', undefined],
      ['completion/complete', undefined],
      ['completion/complete', undefined],
      ['resources/list', undefined],
    ])
  })

  it('may answer in place of what it wraps', async () => {
    let ran = false
    const server = create()
      .use((ctx, next) => (ctx.auth === undefined ? text('Sign in first.') : next()))
      .tool('t', () => {
        ran = true
      })
      .resource('a://{b}', { list: () => ['a://secret'], complete: { b: () => ['secret'] } }, () => 'secret')
    assert.equal((await callTool(server, 't')).content[0].text, 'Sign in first.')
    assert.equal(ran, false)
    // What stands in place of a list or of completions shows nothing.
    assert.deepEqual((await resultOf(server, '2026-07-28', 'resources/list')).resources, [])
    const { completion } = await resultOf(server, '2026-07-28', 'completion/complete', {
      ref: { type: 'ref/resource', uri: 'a://{b}' },
      argument: { name: 'b', value: '' },
    })
    assert.deepEqual(completion, { values: [], total: 0, hasMore: false })
  })

  it('may answer at once, without a promise', async () => {
    const server = create()
      .use(() => 'cached')
      .tool('t', () => 'fresh')
    assert.equal((await callTool(server, 't')).content[0].text, 'cached')
  })

  it('may change the answer, catch what fails, and go on twice', async () => {
    let calls = 0
    const server = create()
      .use(async (_, next) => {
        try {
          return await next({ attempt: 1 })
        } catch {
          return next({ attempt: 2 })
        }
      })
      .tool('t', (_, { attempt }) => {
        calls += 1
        if (attempt === 1) throw new Error('not yet')
        return `attempt ${attempt}`
      })
    assert.equal((await callTool(server, 't')).content[0].text, 'attempt 2')
    assert.equal(calls, 2)
  })

  it('sees what the handler returned, before it becomes a result, and may give something else', async () => {
    const seen: unknown[] = []
    const server = create()
      .use(async (_, next) => {
        const answer: unknown = await next()
        seen.push(answer)
        return [answer, 'and more']
      })
      .tool('t', () => ({ a: 1 }))
    assert.deepEqual((await callTool(server, 't')).structuredContent, [{ a: 1 }, 'and more'])
    assert.deepEqual(seen, [{ a: 1 }])
  })

  it('fails as the handler would: ToolError, McpError, anything else', async () => {
    const failing = (error: unknown) =>
      create()
        .use(() => {
          throw error
        })
        .tool('t', () => 'a')
        .resource('a://b', () => 'b')
    assert.equal(await toolError(failing(new ToolError('no')), 't'), 'no')
    assert.equal(await toolError(failing(new Error('boom')), 't'), 't: boom')
    const denied = quiet(failing(new McpError(-1, 'denied')))
    assert.deepEqual(await errorOf(denied, 'tools/call', { name: 't' }), { code: -1, message: 'denied' })
    assert.deepEqual(await errorOf(denied, 'resources/read', { uri: 'a://b' }), { code: -1, message: 'denied' })
    const failed = quiet(failing(new ToolError('no')))
    assert.deepEqual(await errorOf(failed, 'resources/read', { uri: 'a://b' }), { code: -32603, message: 'no' })
  })

  it('runs before the arguments are checked', async () => {
    const server = create()
      .use((ctx, next) => {
        if (ctx.auth === undefined) throw new ToolError('Sign in first.')
        return next()
      })
      .tool('t', v.object({ secretName: v.string() }), () => 'a')
    assert.equal(await toolError(server, 't'), 'Sign in first.')
  })
})

describe('use: what is added to the context', () => {
  it('accumulates, and the inner one wins', async () => {
    const server = create()
      .use((_, next) => next({ a: 1, b: 1 }))
      .use((ctx, next) => next({ b: ctx.a + 1 }))
      .tool('t', (_, { a, b }) => [a, b])
    assert.deepEqual((await callTool(server, 't')).structuredContent, [1, 2])
  })

  it('belongs to one request', async () => {
    let count = 0
    const server = create()
      .use((_, next) => {
        count += 1
        return count === 1 ? next({ first: true }) : next()
      })
      .tool('t', (_, ctx) => 'first' in ctx)
    assert.equal((await callTool(server, 't')).structuredContent, true)
    assert.equal((await callTool(server, 't')).structuredContent, false)
  })

  it('stays apart where requests overlap', async () => {
    const everybody = meeting(3)
    const server = create()
      .use((ctx, next) => next({ mine: ctx.requestId }))
      .tool('t', async (_, ctx) => {
        await everybody()
        return [ctx.mine, ctx.requestId]
      })
    const connected = await opened(server, '2026-07-28')
    const call = (id: number) => request('2026-07-28', id, 'tools/call', { name: 't' })
    connected.send(call(1), call(2), call(3))
    for (const reply of [await connected.next(), await connected.next(), await connected.next()]) {
      assert.deepEqual(reply.result.structuredContent, [reply.id, reply.id])
    }
  })

  it('cannot take the name of a member of every context', async () => {
    const reserved = ['signal', 'requestId', 'request', 'protocolVersion', 'client', 'auth', 'http', 'lifespan', 'log']
    for (const name of [...reserved, 'progress', 'readResource', 'constructor', 'toString', '~add']) {
      const server = create()
        .use((_, next) => next({ [name]: 1 }))
        .tool('t', () => 'a')
      assert.equal(
        await toolError(server, 't'),
        `t: next({ ${name} }): "${name}" is part of every context; choose another name`,
      )
    }
  })

  it('PY-131: is no argument: what a client sends under the same name reaches neither, and is not listed', async () => {
    const server = create()
      .use((_, next) => next({ user: 'Ada' }))
      .tool('who', v.object({ city: v.string() }), (args, { user }) => `${user} with ${Object.keys(args).join()}`)
      .prompt('who', v.object({ city: v.string() }), (args, { user }) => `${user} with ${Object.keys(args).join()}`)
    const args = { city: 'Rome', user: 'Eve', auth: 'Eve' }
    for (const version of VERSIONS) {
      assert.equal((await callTool(server, 'who', args, version)).content[0].text, 'Ada with city')
      const { messages } = await resultOf(quiet(server), version, 'prompts/get', { name: 'who', arguments: args })
      assert.equal(messages[0].content.text, 'Ada with city')
      const { tools } = await resultOf(quiet(server), version, 'tools/list')
      assert.deepEqual(Object.keys(tools[0].inputSchema.properties), ['city'])
    }
  })

  it('cannot replace the prototype', async () => {
    const added = JSON.parse('{"__proto__":{"polluted":true}}')
    const server = create()
      .use((_, next) => next(added))
      .tool('t', () => 'a')
    assert.match(await toolError(server, 't'), /"__proto__" is part of every context/)
  })

  it('must be an object', async () => {
    for (const added of [null, 5, 'user', ['user']]) {
      const server = create()
        .use((_, next) => next(untyped(added)))
        .tool('t', () => 'a')
      assert.equal(await toolError(server, 't'), 't: next(…) takes an object of what to add to the context')
    }
  })

  it('may be nothing', async () => {
    const server = create()
      .use((_, next) => next())
      .use((_, next) => next({}))
      .tool('t', () => 'a')
    assert.equal((await callTool(server, 't')).content[0].text, 'a')
  })
})

describe('use: mistakes', () => {
  it('is no function', () => {
    for (const layer of [undefined, {}, 'log']) {
      assert.throws(() => create().use(untyped(layer)), {
        name: 'DefinitionError',
        message: 'use: pass a function (ctx, next) => next()',
      })
    }
  })

  it('stops the call when it never goes on, without a trace of the handler', async () => {
    const server = create()
      .use(async () => undefined)
      .tool('t', () => 'a')
    const { reply } = await exchange(await opened(server, '2026-07-28'), '2026-07-28', 'tools/call', { name: 't' })
    assert.deepEqual(reply.result.content, [])
  })

  it('drops what next() gave', async () => {
    const message = 't: use: a layer called next() and dropped its answer; write return next()'
    const layers = [
      (_: unknown, next: Next) => {
        next()
      },
      async (_: unknown, next: Next) => {
        await next()
      },
    ]
    for (const layer of layers) {
      const server = create()
        .use(layer)
        .tool('t', () => 'a')
        .tool('failing', () => Promise.reject(new Error('boom')))
        .tool('nothing', () => undefined)
      assert.equal(await toolError(server, 't'), message)
      assert.match(await toolError(server, 'failing'), /^failing: (boom|use: a layer .*)$/)
    }
  })

  it('may drop nothing, and what has failed', async () => {
    const server = create()
      .use(async (_, next) => {
        await next().catch(() => undefined)
      })
      .tool('nothing', () => undefined)
      .tool('failing', () => Promise.reject(new Error('boom')))
    assert.deepEqual((await callTool(server, 'nothing')).content, [])
    assert.deepEqual((await callTool(server, 'failing')).content, [])
  })
})
