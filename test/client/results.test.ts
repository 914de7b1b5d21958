import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { createClient } from '../../src/client.ts'
import { createServer, image, result, ToolError, text } from '../../src/index.ts'
import { connectOver, EVERY_WAY } from '../support/client-channels.ts'
import { VERSIONS, type Version } from '../support/messages.ts'
import { scripted, speaking } from '../support/scripted-server.ts'

const DOT = { type: 'image', data: 'AQID', mimeType: 'image/png' } as const

const valued = createServer({ name: 'valued', version: '1.0.0' })
  .tool('string', () => 'plain')
  .tool('json-like', () => '{"a":1}')
  .tool('number', () => 3)
  .tool('null', () => null)
  .tool('object', () => ({ a: [1], b: { c: 'd' } }))
  .tool('result-member', () => ({ result: 1 }))
  .tool('array', () => [1, 'two'])
  .tool('nothing', () => undefined)
  .tool('blocks', () => [text('Look:'), image({ base64: 'AQID', mimeType: 'image/png' })])
  .tool('image', () => image({ base64: 'AQID', mimeType: 'image/png' }))
  .tool('by-hand', () => result({ content: 'See.', structuredContent: { seen: true }, meta: { own: 1 } }))
  .tool('checked', { output: v.object({ at: v.string() }) }, () => ({ at: 'once' }))
  .tool('checked-number', { output: v.number() }, () => 4)
  .tool('failing', () => {
    throw new ToolError('Not today.')
  })

/** What each tool gives, on every revision. */
const VALUES: Readonly<Record<string, unknown>> = {
  string: 'plain',
  'json-like': '{"a":1}',
  number: 3,
  null: null,
  object: { a: [1], b: { c: 'd' } },
  'result-member': { result: 1 },
  array: [1, 'two'],
  nothing: undefined,
  blocks: [{ type: 'text', text: 'Look:' }, DOT],
  image: [DOT],
  'by-hand': { seen: true },
  checked: { at: 'once' },
  'checked-number': 4,
  failing: 'Not today.',
}

for (const [version, channel] of EVERY_WAY) {
  test(`${version} over ${channel.name}: a tool gives the same value, listed before or not`, async (t) => {
    const { client } = await connectOver(t, channel, version, valued)
    const seen = async () => {
      const entries = Object.keys(VALUES).map(async (name) => {
        const { data } = await client.callTool(name as 'number')
        return [name, data]
      })
      return Object.fromEntries(await Promise.all(entries))
    }
    assert.deepEqual(await seen(), VALUES)
    await client.listTools()
    assert.deepEqual(await seen(), VALUES)
  })
}

/** What a client makes of a result of `tools/call`. */
const made = async (version: Version, answer: unknown) => {
  const server = scripted(speaking(version, { 'tools/call': answer }))
  const client = await createClient().connect(server.runtime, { revisions: [version] })
  try {
    return await client.callTool('any')
  } finally {
    await client.close()
  }
}

for (const version of VERSIONS) {
  test(`${version}: a result has its text, and what belongs to it, whatever else the server says`, async () => {
    const content = [{ type: 'text', text: 'a' }, DOT, { type: 'text', text: 'b' }, { type: 'text', text: 5 }]
    const answer = { content, structuredContent: { a: 1 }, isError: true, _meta: { own: 1 }, other: 2 }
    const { text, data, ...rest } = await made(version, answer)
    assert.equal(text, 'a\nb')
    assert.deepEqual(data, { a: 1 })
    assert.deepEqual(rest, { content, structuredContent: { a: 1 }, isError: true, _meta: { own: 1 } })
  })

  test(`${version}: a server that forgets the content, or writes something else there, has none`, async () => {
    for (const answer of [{}, { content: null }, { content: 'text', isError: 'no', _meta: 'none' }]) {
      assert.deepEqual(await made(version, answer), { content: [], text: '', data: undefined })
    }
  })

  test(`${version}: a result that is no object is refused`, async () => {
    for (const [answer, json] of [[5], ['"text"'], [null], [[1]]].map(([one]) => [one, JSON.stringify(one)] as const)) {
      const reply = ({ id }: { id: number }) => `{"jsonrpc":"2.0","id":${id},"result":${json}}`
      await assert.rejects(
        made(version, reply),
        {
          name: 'InvalidResultError',
          message: 'The server answered "tools/call" with a result that is no object',
        },
        `${answer}`,
      )
    }
  })
}

const VALUE_IN_TEXT = 'fluent-mcp/value-in-text'

test('a value in a text is what the text says; where the mark is wrong, it is the text, or nothing', async () => {
  const content = [{ type: 'text', text: 'See.' }, { type: 'text', text: '[1,{"a":null}]' }, DOT]
  const dataAt = async (index: unknown): Promise<unknown> =>
    (await made('2024-11-05', { content, _meta: { [VALUE_IN_TEXT]: index } })).data
  assert.deepEqual(await dataAt(1), [1, { a: null }])
  assert.equal(await dataAt(0), 'See.')
  for (const index of [2, 3, -1, 0.5]) assert.equal(await dataAt(index), undefined, `${index}`)
  assert.deepEqual(await dataAt('1'), content)
})

test('a wrapped value is unwrapped where the server says that it is one, and only then', async () => {
  const content = [{ type: 'text', text: '3' }]
  const dataOf = async (structuredContent: unknown, _meta?: object): Promise<unknown> =>
    (await made('2025-11-25', { content, structuredContent, ...(_meta && { _meta }) })).data
  assert.equal(await dataOf({ result: 3 }, { 'fluent-mcp/wrapped': true }), 3)
  assert.deepEqual(await dataOf({ result: 3 }), { result: 3 })
  assert.deepEqual(await dataOf({ result: 3 }, { 'fluent-mcp/wrapped': 'yes' }), { result: 3 })
  assert.deepEqual(await dataOf([3], { 'fluent-mcp/wrapped': true }), [3])
})

test('PY-106: hints and types of results that a revision does not know never reach its results', async () => {
  const hints = { resultType: 'complete', ttlMs: 60_000, cacheScope: 'public' }
  for (const version of VERSIONS) {
    const read = { ...hints, contents: [{ uri: 'a:b', text: 'read' }] }
    const mine = { ...hints, own: 1 }
    const server = scripted(speaking(version, { 'resources/read': read, 'acme/own': mine }))
    const client = await createClient().connect(server.runtime, { revisions: [version] })
    const isNewest = version === '2026-07-28'
    assert.deepEqual(await client.readResource('a:b'), isNewest ? read : { contents: read.contents }, version)
    // A method of a vendor says what it likes.
    assert.deepEqual(await client.request('acme/own'), mine)
    await client.readResource('a:b')
    const reads = server.methods.filter((method) => method === 'resources/read').length
    assert.equal(reads, isNewest ? 1 : 2)
    await client.close()
  }
})
