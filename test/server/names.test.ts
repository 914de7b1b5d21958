import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer, DefinitionError } from '../../src/index.ts'
import { ask, resultOf, STATEFUL } from '../support/messages.ts'
import { callTool, quiet } from './asking.ts'

const info = { name: 'test', version: '1.0.0' }

describe('names', () => {
  const twice: readonly (readonly [string, () => unknown, string])[] = [
    [
      'tools',
      () =>
        createServer(info)
          .tool('a', () => 1)
          .tool('a', () => 2),
      'tool "a"',
    ],
    [
      'prompts',
      () =>
        createServer(info)
          .prompt('a', () => '1')
          .prompt('a', () => '2'),
      'prompt "a"',
    ],
    [
      'resources',
      () =>
        createServer(info)
          .resource('a://b', () => 1)
          .resource('a://b', () => 2),
      'resource "a://b"',
    ],
    [
      'templates',
      () =>
        createServer(info)
          .resource('a://{b}', () => 1)
          .resource('a://{b}', () => 2),
      'resource "a://{b}"',
    ],
    [
      'methods',
      () =>
        createServer(info)
          .method('x/y', {}, () => ({}))
          .method('x/y', {}, () => ({})),
      'method "x/y"',
    ],
    [
      'tools that come through merge',
      () =>
        createServer(info)
          .tool('a', () => 1)
          .merge(createServer(info).tool('a', () => 2)),
      'tool "a"',
    ],
    [
      'tools that a prefix makes equal',
      () =>
        createServer(info)
          .tool('b_a', () => 1)
          .merge(
            createServer(info).tool('a', () => 2),
            { prefix: 'b' },
          ),
      'tool "b_a"',
    ],
    [
      'a server merged into itself',
      () => {
        const server = createServer(info).tool('a', () => 1)
        return server.merge(server)
      },
      'tool "a"',
    ],
  ]
  for (const [what, build, label] of twice) {
    it(`2026-07-28 §Tool Names: are unique within a server: ${what}`, () => {
      assert.throws(build, {
        name: 'DefinitionError',
        message: `${label} is defined already; names are unique within a server`,
      })
    })
  }

  it('may be shared by a tool, a prompt and a method', async () => {
    const server = createServer(info)
      .tool('a', () => 'tool')
      .prompt('a', () => 'prompt')
      .method('a', {}, () => ({ is: 'method' }))
    assert.equal((await callTool(server, 'a')).content[0].text, 'tool')
    assert.equal(
      (await resultOf(server, '2026-07-28', 'prompts/get', { name: 'a' })).messages[0].content.text,
      'prompt',
    )
    assert.equal((await resultOf(server, '2026-07-28', 'a')).is, 'method')
  })

  it('TSBUG-1: may be those of members that every object has', async () => {
    const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf']
    const server = names.reduce((chain, name) => {
      return chain.tool(name, () => name).prompt(name, () => name) as unknown as typeof chain
    }, createServer(info))
    const { tools } = await resultOf(server, '2026-07-28', 'tools/list')
    assert.deepEqual(
      tools.map(({ name }: { name: string }) => name),
      names,
    )
    for (const name of names) {
      assert.equal((await callTool(server, name)).content[0].text, name)
      const { messages } = await resultOf(server, '2026-07-28', 'prompts/get', { name })
      assert.equal(messages[0].content.text, name)
    }
  })

  it('TSBUG-1: of members that every object has do not exist by themselves', async () => {
    const server = quiet(
      createServer(info)
        .tool('a', () => 'a')
        .prompt('p', () => 'p'),
    )
    for (const name of ['constructor', '__proto__', 'toString']) {
      const tool = await ask(server, '2026-07-28', 'tools/call', { name })
      assert.deepEqual(tool.error, { code: -32602, message: `Unknown tool "${name}".`, data: { name } })
      const prompt = await ask(server, '2026-07-28', 'prompts/get', { name })
      assert.deepEqual(prompt.error, { code: -32602, message: `Unknown prompt "${name}".`, data: { name } })
      const method = await ask(server, '2026-07-28', name)
      assert.deepEqual(method.error, { code: -32601, message: `Method not found: "${name}".` })
    }
  })
})

describe('an empty server', () => {
  const message =
    'server "test" is empty. A server is immutable: a statement server.tool(…) whose result is dropped does nothing; chain the calls, or keep what they return'

  it('throws when it is bound, and says how that comes about', async () => {
    const server = createServer(info)
    server.tool('dropped', () => 'a')
    assert.throws(() => server.bind(), { name: 'DefinitionError', message })
    assert.throws(() => server.fetch, { message })
    assert.throws(() => server.handler, { message })
    await assert.rejects(server.listen({ port: 0 }), { message })
    await assert.rejects(server.stdio(), { message })
    await assert.rejects(server.run(), { message })
  })

  it('is one that has no entries, whatever else it has', () => {
    const server = createServer(info)
      .lifespan(() => ({}))
      .use((_, next) => next())
      .intercept((_, next) => next())
      .merge(createServer(info))
    assert.throws(() => server.bind(), DefinitionError)
  })

  it('is none when it has a method of its own', async () => {
    const server = createServer(info).method('x/y', {}, () => ({ z: 1 }))
    for (const version of STATEFUL) assert.deepEqual(await resultOf(server, version, 'x/y'), { z: 1 })
  })
})
