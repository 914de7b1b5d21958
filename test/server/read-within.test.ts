import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer, McpError } from '../../src/index.ts'
import { connect } from '../support/connection.ts'
import { ask, isStateless, request, resultOf, VERSIONS } from '../support/messages.ts'
import { callTool, errorOf, quiet, toolError, untyped } from './asking.ts'

const create = (name = 'test') => createServer({ name, version: '1.0.0' })

const reading = (server: ReturnType<typeof create>) =>
  server.tool('read', v.object({ uri: v.any() }), ({ uri }, ctx) => ctx.readResource(untyped(uri)))

const stocked = create()
  .resource('a://text', { cache: { ttlMs: 5 } }, () => 'text')
  .resource('a://bytes', () => Uint8Array.of(1))
  .resource('a://nothing', () => undefined)
  .resource('a://hidden', { enabled: () => false }, () => 'secret')
  .resource('a://failing', () => {
    throw new Error('boom')
  })
  .resource('a://denied', () => {
    throw new McpError(7, 'denied', { a: 1 })
  })
  .resource('a://both/{x}', async ({ x }, ctx) => {
    const { contents } = await ctx.readResource('a://text')
    return `${x} and ${contents[0]?.text}`
  }) as unknown as ReturnType<typeof create>

const server = reading(stocked)

const read = async (uri: unknown) => (await callTool(server, 'read', { uri })).structuredContent

describe('context: readResource', () => {
  it('gives the contents, of resources and templates', async () => {
    assert.deepEqual(await read('a://text'), { contents: [{ uri: 'a://text', mimeType: 'text/plain', text: 'text' }] })
    assert.deepEqual(await read('a://bytes'), {
      contents: [{ uri: 'a://bytes', mimeType: 'application/octet-stream', blob: 'AQ==' }],
    })
    assert.equal((await read('a://both/x')).contents[0].text, 'x and text')
  })

  it('works in prompts, resources, completions and lists as well', async () => {
    const everywhere = stocked
      .prompt('p', async (_, ctx) => (await ctx.readResource('a://text')).contents[0]?.text ?? '')
      .resource(
        'b://{x}',
        {
          list: async (ctx) => (await ctx.readResource('a://text')).contents.map(({ text }) => `b://${text}`),
          complete: { x: async (_, ctx) => (await ctx.readResource('a://text')).contents.map(({ text }) => `${text}`) },
        },
        () => 'b',
      )
    const prompt = await resultOf(everywhere, '2026-07-28', 'prompts/get', { name: 'p' })
    assert.equal(prompt.messages[0].content.text, 'text')
    assert.equal((await resultOf(everywhere, '2026-07-28', 'resources/list')).resources.at(-1).uri, 'b://text')
    const completing = { ref: { type: 'ref/resource', uri: 'b://{x}' }, argument: { name: 'x', value: '' } }
    const { completion } = await resultOf(everywhere, '2026-07-28', 'completion/complete', completing)
    assert.deepEqual(completion.values, ['text'])
  })

  it('what is not there, or not for this caller, is the error that a client would get', async () => {
    for (const version of VERSIONS) {
      for (const uri of ['x://y', 'a://nothing', 'a://hidden', 'not a URI']) {
        const { code, message, data } = await errorOf(
          quiet(server),
          'tools/call',
          { name: 'read', arguments: { uri } },
          version,
        )
        assert.equal(code, isStateless(version) ? -32602 : -32002)
        assert.ok(message.startsWith(`Resource not found: ${uri}.`), message)
        assert.deepEqual(data, { uri })
      }
    }
  })

  it('failures can be caught, and are those of the resource', async () => {
    assert.equal(await toolError(server, 'read', { uri: 'a://failing' }), 'read: boom')
    assert.deepEqual(await errorOf(quiet(server), 'tools/call', { name: 'read', arguments: { uri: 'a://denied' } }), {
      code: 7,
      message: 'denied',
      data: { a: 1 },
    })
    const careful = stocked.tool('t', async (_, ctx) =>
      ctx.readResource('x://y').then(
        () => 'there',
        (error: McpError) => `caught ${error.code}`,
      ),
    )
    assert.equal((await callTool(careful, 't')).content[0].text, 'caught -32002')
  })

  it('takes a string', async () => {
    for (const uri of [5, null, {}]) {
      assert.deepEqual(await errorOf(quiet(server), 'tools/call', { name: 'read', arguments: { uri } }), {
        code: -32602,
        message: 'readResource: the URI must be a string',
      })
    }
  })

  it('goes through the layers of the resource, and through no interceptor: it is no message', async () => {
    const heard: string[] = []
    const layered = create()
      .intercept(({ method }, next) => {
        heard.push(method)
        return next()
      })
      .tool('read', async (_, ctx) => (await ctx.readResource('a://b')).contents[0]?.text ?? '')
      .use((ctx, next) => {
        heard.push(`layer of ${ctx.request.method}`)
        return next({ who: 'Ada' })
      })
      .resource('a://b', (_, { who }) => who)
    assert.equal((await callTool(layered, 'read')).content[0].text, 'Ada')
    assert.deepEqual(heard, ['tools/call', 'layer of tools/call'])
  })

  it('a resource that reads itself is stopped, and the server goes on', async () => {
    const circular = create()
      .resource('a://one', (_, ctx) => ctx.readResource('a://two'))
      .resource('a://two', (_, ctx) => ctx.readResource('a://one'))
      .tool('t', () => 'still here')
    const runtime = quiet(circular)
    const { error } = await ask(runtime, '2026-07-28', 'resources/read', { uri: 'a://one' })
    assert.deepEqual(error, {
      code: -32603,
      message: 'readResource: 16 resources read one another; a://two may be reading itself',
    })
    assert.equal((await resultOf(runtime, '2026-07-28', 'tools/call', { name: 't' })).content[0].text, 'still here')
  })

  it('many reads beside each other are no circle', async () => {
    const many = stocked.tool('t', async (_, ctx) => {
      const all = await Promise.all(Array.from({ length: 50 }, () => ctx.readResource('a://both/x')))
      return all.length
    })
    assert.equal((await callTool(many, 't')).structuredContent, 50)
  })

  it('shares the progress of its call, which only increases', async () => {
    const steps = create()
      .resource('a://b', async (_, ctx) => {
        await ctx.progress(1)
        await ctx.progress(4)
        return 'b'
      })
      .tool('t', async (_, ctx) => {
        await ctx.progress(2)
        await ctx.readResource('a://b')
        await ctx.progress(3)
        await ctx.progress(5)
      })
    const { send, next } = connect(steps)
    send(request('2026-07-28', 1, 'tools/call', { name: 't', _meta: { progressToken: 'p' } }))
    const told = [await next(), await next(), await next()] as unknown as { params: { progress: number } }[]
    assert.deepEqual(
      told.map(({ params }) => params.progress),
      [2, 4, 5],
    )
  })
})

describe('context: readResource in a merged server', () => {
  const library = create('library')
    .resource('book://emma', () => 'Emma')
    .resource('book://by/{author}', ({ author }) => `Books by ${author}`)
    .tool('first', async (_, ctx) => (await ctx.readResource('book://emma')).contents)
    .tool('by', async (_, ctx) => (await ctx.readResource('book://by/austen')).contents[0]?.text ?? '')
    .tool('other', async (_, ctx) => (await ctx.readResource('house://hall')).contents[0]?.text ?? '')

  it('means its own resources, wherever the prefix has put them', async () => {
    const host = create()
      .resource('book://emma', () => 'Another Emma')
      .merge(library, { prefix: 'lib' })
    const [contents] = (await callTool(host, 'lib_first')).structuredContent
    assert.deepEqual(contents, { uri: 'book://lib/emma', mimeType: 'text/plain', text: 'Emma' })
    assert.equal((await callTool(host, 'lib_by')).content[0].text, 'Books by austen')
    const nested = create().merge(host, { prefix: 'outer' })
    assert.equal((await callTool(nested, 'outer_lib_first')).structuredContent[0].uri, 'book://outer/lib/emma')
  })

  it('then those of the host', async () => {
    const host = create()
      .resource('house://hall', () => 'Hall')
      .merge(library, { prefix: 'lib' })
    assert.equal((await callTool(host, 'lib_other')).content[0].text, 'Hall')
  })

  it('and works as before without a prefix', async () => {
    assert.equal((await callTool(create().merge(library), 'first')).structuredContent[0].text, 'Emma')
  })
})
