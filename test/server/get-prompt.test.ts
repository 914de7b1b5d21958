import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { assistant, createServer, embed, image, link, McpError, result, text, user } from '../../src/index.ts'
import { resultOf, VERSIONS } from '../support/messages.ts'
import { errorOf, quiet, untyped } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

const PNG = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)

const returning = (value: unknown) => create().prompt('p', () => untyped(value))

const said = (role: 'user' | 'assistant', words: string) => ({ role, content: { type: 'text', text: words } })

const get = async (server: Parameters<typeof resultOf>[0], args = {}) =>
  resultOf(server, '2026-07-28', 'prompts/get', { name: 'p', arguments: args })

describe('prompts/get: what a handler returns', () => {
  const rows: readonly (readonly [string, unknown, readonly object[]])[] = [
    ['a string', 'Hi', [said('user', 'Hi')]],
    ['an empty string', '', [said('user', '')]],
    ['a block', text('Hi'), [said('user', 'Hi')]],
    ['user(…)', user('Hi'), [said('user', 'Hi')]],
    ['assistant(…)', assistant(text('Hi')), [said('assistant', 'Hi')]],
    ['user([…])', user(['a', 'b']), [said('user', 'a'), said('user', 'b')]],
    [
      'an array of all of these',
      ['a', user('b'), assistant(['c', 'd']), text('e')],
      [said('user', 'a'), said('user', 'b'), said('assistant', 'c'), said('assistant', 'd'), said('user', 'e')],
    ],
    ['nested arrays', [['a'], [user('b')]], [said('user', 'a'), said('user', 'b')]],
    ['an empty array', [], []],
    ['a promise', Promise.resolve(assistant('Hi')), [said('assistant', 'Hi')]],
    [
      'every kind of content',
      [image(PNG), embed({ uri: 'a://b', text: 'b' }), link('a://b', { name: 'b' })],
      [
        { role: 'user', content: { type: 'image', data: 'iVBORw0KGgo=', mimeType: 'image/png' } },
        {
          role: 'user',
          content: { type: 'resource', resource: { uri: 'a://b', mimeType: 'text/plain', text: 'b' } },
        },
        { role: 'user', content: { type: 'resource_link', uri: 'a://b', name: 'b' } },
      ],
    ],
  ]
  for (const [name, value, messages] of rows) {
    it(name, async () => assert.deepEqual((await get(returning(value))).messages, messages))
  }

  const refused: readonly (readonly [string, unknown, string])[] = [
    ['nothing', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a number', 5, '5'],
    ['messages without the brand', { role: 'user', content: 'Hi' }, 'an object'],
    ['a result of prompts/get', { messages: [said('user', 'Hi')] }, 'an object'],
    ['a result of a tool', result({ content: 'a' }), 'an object'],
    ['something else in an array', ['a', 5], '5'],
  ]
  for (const [name, value, shown] of refused) {
    it(`${name} is a mistake of the server, which is named`, async () => {
      assert.deepEqual(await errorOf(quiet(returning(value)), 'prompts/get', { name: 'p' }), {
        code: -32603,
        message: `prompt "p": it must return a string, user(…), assistant(…), a content block, or an array of these; got ${shown}`,
      })
    })
  }

  it('the description comes along', async () => {
    const server = create().prompt('p', { description: 'Greets' }, () => 'Hi')
    for (const version of VERSIONS) {
      assert.equal((await resultOf(server, version, 'prompts/get', { name: 'p' })).description, 'Greets')
    }
    assert.equal('description' in (await get(returning('Hi'))), false)
  })
})

describe('prompts/get: arguments', () => {
  const server = create().prompt(
    'p',
    v.object({
      name: v.string(),
      style: v.optional(v.picklist(['friendly', 'formal']), 'friendly'),
      count: v.optional(v.pipe(v.string(), v.transform(Number), v.number()), '1'),
    }),
    ({ name, style, count }) => `${name} ${style} ${count}`,
  )

  it('are parsed by the schema', async () => {
    assert.deepEqual((await get(server, { name: 'Ada' })).messages, [said('user', 'Ada friendly 1')])
    const all = { name: 'Ada', style: 'formal', count: '3' }
    assert.deepEqual((await get(server, all)).messages, [said('user', 'Ada formal 3')])
  })

  it('that nobody knows are let through to the schema, which drops them', async () => {
    assert.deepEqual((await get(server, { name: 'Ada', other: 'x' })).messages, [said('user', 'Ada friendly 1')])
    const strict = create().prompt('p', v.strictObject({ name: v.string() }), () => 'p')
    const { code, message } = await errorOf(strict, 'prompts/get', { name: 'p', arguments: { name: 'a', nam: 'b' } })
    assert.equal(code, -32602)
    assert.match(message, /^prompts\/get: "nam" is not known/)
  })

  it('PY-25; 2026-07-28 Prompts, Error Handling: what is missing or does not fit is an error that names it', async () => {
    const rows: readonly (readonly [unknown, string])[] = [
      [undefined, 'prompts/get: "name" is required'],
      [{}, 'prompts/get: "name" is required'],
      [null, 'prompts/get: "name" is required'],
      [{ name: 'a', style: 'rude' }, 'prompts/get: "style" must be one of "friendly", "formal", got "rude"'],
      [{ name: 5 }, 'prompts/get: "name" must be a string, as all arguments of prompts are'],
      [{ name: 'a', count: 3 }, 'prompts/get: "count" must be a string, as all arguments of prompts are'],
      [{ name: null }, 'prompts/get: "name" must be a string, as all arguments of prompts are'],
      ['Ada', 'prompts/get: "arguments" must be an object'],
      [['Ada'], 'prompts/get: "arguments" must be an object'],
    ]
    for (const version of VERSIONS) {
      for (const [args, message] of rows) {
        const params = { name: 'p', ...(args !== undefined && { arguments: args }) }
        assert.deepEqual(await errorOf(server, 'prompts/get', params, version), { code: -32602, message })
      }
    }
  })

  it('are not asked for where a prompt has none', async () => {
    const plain = create().prompt('p', (args) => JSON.stringify(args))
    assert.deepEqual((await get(plain, { a: 'b' })).messages, [said('user', '{}')])
  })
})

describe('prompts/get: failures', () => {
  it('2026-07-28 Prompts, Error Handling: an unknown prompt is named, with the nearest one that is open', async () => {
    const server = create()
      .prompt('greet', () => 'a')
      .prompt('secret', { enabled: () => false }, () => 'b')
    for (const version of VERSIONS) {
      assert.deepEqual(await errorOf(server, 'prompts/get', { name: 'gret' }, version), {
        code: -32602,
        message: 'Unknown prompt "gret". Did you mean "greet"?',
        data: { name: 'gret' },
      })
      for (const name of ['secret', 'secrt']) {
        assert.deepEqual(await errorOf(server, 'prompts/get', { name }, version), {
          code: -32602,
          message: `Unknown prompt "${name}".`,
          data: { name },
        })
      }
    }
    for (const params of [{}, { name: 5 }]) {
      const { code, message } = await errorOf(server, 'prompts/get', params)
      assert.deepEqual([code, message], [-32602, 'prompts/get: "name" must be a string'])
    }
  })

  it('what a handler throws: the McpError, else an internal error', async () => {
    const failing = (error: unknown) => quiet(create().prompt('p', () => Promise.reject(error)))
    assert.deepEqual(await errorOf(failing(new McpError(7, 'own')), 'prompts/get', { name: 'p' }), {
      code: 7,
      message: 'own',
    })
    assert.deepEqual(await errorOf(failing(new Error('boom')), 'prompts/get', { name: 'p' }), {
      code: -32603,
      message: 'boom',
    })
  })
})
