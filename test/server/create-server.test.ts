import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer, DefinitionError } from '../../src/index.ts'
import { ask, initializeParams, resultOf, STATEFUL } from '../support/messages.ts'
import { callTool, quiet, untyped } from './asking.ts'

const info = { name: 'test', version: '1.0.0' }

describe('createServer', () => {
  const mistakes: readonly (readonly [unknown, string])[] = [
    [undefined, "createServer: pass who the server is, as in { name: 'calendar', version: '1.0.0' }"],
    ['calendar', "createServer: pass who the server is, as in { name: 'calendar', version: '1.0.0' }"],
    [[], "createServer: pass who the server is, as in { name: 'calendar', version: '1.0.0' }"],
    [{ version: '1' }, 'createServer: name must be a string that is not empty, got undefined'],
    [{ name: '', version: '1' }, 'createServer: name must be a string that is not empty, got ""'],
    [{ name: 'a' }, 'createServer: version must be a string that is not empty, got undefined'],
    [{ name: 'a', version: 1 }, 'createServer: version must be a string that is not empty, got 1'],
    [
      { ...info, instruction: 'x' },
      'createServer: there is no option "instruction". Did you mean "instructions"? The options are name, version, title, description, websiteUrl, icons, instructions',
    ],
    [{ ...info, title: 5 }, 'createServer: title must be a string, got 5'],
    [{ ...info, description: null }, 'createServer: description must be a string, got null'],
    [{ ...info, instructions: ['a'] }, 'createServer: instructions must be a string, got an array'],
    [{ ...info, websiteUrl: new URL('http://a') }, 'createServer: websiteUrl must be a string, got an object'],
    [{ ...info, icons: 'a.png' }, `createServer: icons must be an array such as [{ src: 'https://…' }], got "a.png"`],
    [
      { ...info, icons: ['a.png'] },
      `createServer: icons must be an array such as [{ src: 'https://…' }], got an array`,
    ],
  ]
  for (const [given, message] of mistakes) {
    it(`says what is wrong: ${message}`, () => {
      assert.throws(() => createServer(untyped(given)), { name: 'DefinitionError', message })
    })
  }

  it('does not see later changes of what it was given', async () => {
    const own = { ...info, instructions: 'before' }
    const server = createServer(own).tool('a', () => 'a')
    own.name = 'changed'
    own.instructions = 'after'
    const { serverInfo, instructions } = await resultOf(
      server,
      '2025-11-25',
      'initialize',
      initializeParams('2025-11-25'),
    )
    assert.deepEqual({ serverInfo, instructions }, { serverInfo: info, instructions: 'before' })
  })

  it('PY-170: 2025-11-25 §Implementation: everything about the server arrives', async () => {
    const icons = [
      { src: 'https://example.com/a.png', mimeType: 'image/png', sizes: ['48x48'], theme: 'dark' as const },
    ]
    const all = { ...info, title: 'T', description: 'D', websiteUrl: 'https://example.com', icons }
    const server = createServer({ ...all, instructions: 'I' }).tool('a', () => 'a')
    const { serverInfo, instructions } = await resultOf(
      server,
      '2025-11-25',
      'initialize',
      initializeParams('2025-11-25'),
    )
    assert.deepEqual(serverInfo, all)
    assert.equal(instructions, 'I')
    const discovered = await resultOf(server, '2026-07-28', 'server/discover')
    assert.deepEqual(discovered._meta['io.modelcontextprotocol/serverInfo'], all)
    assert.equal(discovered.instructions, 'I')
  })
})

describe('a server as an immutable value', () => {
  it('is frozen, and so is what it is made of', () => {
    const server = createServer(info)
      .tool('a', v.object({ x: v.number() }), ({ x }) => x)
      .resource('a://b', () => 'b')
      .resource('a://c/{d}', ({ d }) => d)
      .prompt('p', () => 'p')
    assert.ok(Object.isFrozen(server))
    assert.ok(Object.isFrozen(server['~definition']))
    for (const entry of server['~definition'].entries.values()) {
      assert.ok(Object.isFrozen(entry))
      if ('listing' in entry) assert.ok(Object.isFrozen(entry.listing))
    }
    assert.throws(() => Object.assign(server, { extra: 1 }), TypeError)
  })

  it('leaves the parent as it was, whatever follows', async () => {
    const parent = createServer(info).tool('a', () => 'a')
    const before = parent['~definition']
    parent
      .tool('b', () => 'b')
      .resource('a://b', () => 'b')
      .prompt('p', () => 'p')
      .method('x/y', {}, () => ({}))
      .use((_, next) => next({ added: 1 }))
      .intercept((_, next) => next())
      .lifespan(() => ({}))
      .merge(createServer(info).tool('c', () => 'c'))
    assert.equal(parent['~definition'], before)
    const { tools } = await resultOf(parent, '2026-07-28', 'tools/list')
    assert.deepEqual(
      tools.map(({ name }: { name: string }) => name),
      ['a'],
    )
  })

  it('forks into servers that know nothing of each other', async () => {
    const stem = createServer(info).use((_, next) => next({ stem: 'stem' }))
    const left = stem.use((_, next) => next({ side: 'left' })).tool('side', (_, { stem, side }) => `${stem} ${side}`)
    const right = stem.use((_, next) => next({ side: 'right' })).tool('side', (_, { stem, side }) => `${stem} ${side}`)
    assert.equal((await callTool(left, 'side')).content[0].text, 'stem left')
    assert.equal((await callTool(right, 'side')).content[0].text, 'stem right')
  })

  it('has one runtime of its own behind `handler` and `fetch`, and one more for each `bind`', () => {
    const server = createServer(info).tool('a', () => 'a')
    assert.equal(server.runtime, server.runtime)
    assert.equal(server.handler, server.runtime.handler)
    assert.equal(server.fetch, server.runtime.fetch)
    assert.notEqual(server.bind(), server.bind())
    assert.notEqual(server.tool('b', () => 'b').runtime, server.runtime)
  })
})

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
