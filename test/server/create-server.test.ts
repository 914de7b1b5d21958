import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../src/index.ts'
import { initializeParams, resultOf } from '../support/messages.ts'
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

  it('does not see later changes of the options that it was made with', async () => {
    const icons = [{ src: 'https://example.com/a.png' }]
    const meta = { own: { deep: 1 } }
    const annotations = { audience: ['user' as const], title: 'before' }
    const server = createServer({ ...info, icons })
      .tool('a', { icons, meta, annotations: { title: 'before' } }, () => 'a')
      .prompt('a', { icons, meta }, () => 'a')
      .resource('a://b', { icons, meta, annotations }, () => 'b')
      .resource('a://{b}', { icons, meta, annotations }, () => 'b')
    const seen = async () => {
      const all = []
      for (const method of ['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list']) {
        all.push(await resultOf(quiet(server), '2026-07-28', method))
      }
      return JSON.stringify(all)
    }
    const before = await seen()
    icons.push({ src: 'https://example.com/b.png' })
    meta.own.deep = 2
    annotations.audience.pop()
    assert.equal(await seen(), before)
    assert.match(before, /a\.png.*"deep":1.*"audience":\["user"\]/)
  })

  it('cannot list what is no JSON', () => {
    assert.throws(() => createServer(info).tool('a', { meta: { big: 1n } }, () => 'a'), {
      name: 'DefinitionError',
      message: 'tool "a": what is listed must be JSON: Do not know how to serialize a BigInt',
    })
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
