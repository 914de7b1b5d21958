import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer, type Next } from '../../src/index.ts'
import { resultOf } from '../support/messages.ts'
import { callTool, errorOf, quiet, untyped } from './asking.ts'

const create = (name = 'host') => createServer({ name, version: '1.0.0' })

const names = (list: readonly { name: string }[]) => list.map(({ name }) => name)

const weather = create('weather')
  .tool('today', v.object({ city: v.string() }), ({ city }) => `Sun in ${city}`)
  .prompt('report', v.object({ tone: v.picklist(['short', 'long']) }), ({ tone }) => `A ${tone} report`)
  .resource('city://all', () => ['paris', 'rome'])
  .resource(
    'city://one/{name}',
    {
      list: () => ['city://one/paris', { uri: 'city://one/rome', title: 'Rome' }],
      complete: { name: () => ['paris', 'rome'] },
    },
    ({ name }) => `About ${name}`,
  )
  .resource('urn:cities', () => 'all')
  .method('weather/version', {}, () => ({ version: 1 }))

const host = create()
  .tool('today', () => 'Monday')
  .merge(weather, { prefix: 'weather' })

describe('merge with a prefix', () => {
  it('names tools and prompts prefix_name, in the order of the chain', async () => {
    const { tools } = await resultOf(host, '2026-07-28', 'tools/list')
    assert.deepEqual(names(tools), ['today', 'weather_today'])
    assert.equal((await callTool(host, 'weather_today', { city: 'Rome' })).content[0].text, 'Sun in Rome')
    assert.equal((await callTool(host, 'today')).content[0].text, 'Monday')
    const { prompts } = await resultOf(host, '2026-07-28', 'prompts/list')
    assert.deepEqual(names(prompts), ['weather_report'])
    const prompt = { name: 'weather_report', arguments: { tone: 'long' } }
    assert.equal((await resultOf(host, '2026-07-28', 'prompts/get', prompt)).messages[0].content.text, 'A long report')
  })

  it('puts the prefix before the rest of a URI', async () => {
    const { resources } = await resultOf(host, '2026-07-28', 'resources/list')
    assert.deepEqual(
      resources.map(({ uri }: { uri: string }) => uri),
      ['city://weather/all', 'urn:weather/cities', 'city://weather/one/paris', 'city://weather/one/rome'],
    )
    for (const { uri } of resources) {
      const { contents } = await resultOf(host, '2026-07-28', 'resources/read', { uri })
      assert.equal(contents[0].uri, uri)
    }
  })

  it('puts it before templates, what they list, and what they complete', async () => {
    const { resourceTemplates } = await resultOf(host, '2026-07-28', 'resources/templates/list')
    const { uriTemplate } = resourceTemplates[0]
    assert.equal(uriTemplate, 'city://weather/one/{name}')
    const { resources } = await resultOf(host, '2026-07-28', 'resources/list')
    assert.deepEqual(resources.at(-1), { uri: 'city://weather/one/rome', name: 'city://one/rome', title: 'Rome' })
    for (const uri of [uriTemplate, 'city://weather/one/x']) {
      const ref = { type: 'ref/resource', uri }
      const { completion } = await resultOf(host, '2026-07-28', 'completion/complete', {
        ref,
        argument: { name: 'name', value: '' },
      })
      assert.deepEqual(completion.values, ['paris', 'rome'])
    }
  })

  it('TSBUG-2: leaves what was before unreachable', async () => {
    const server = quiet(host)
    assert.equal((await errorOf(server, 'prompts/get', { name: 'report' })).code, -32602)
    assert.equal((await errorOf(server, 'resources/read', { uri: 'city://all' })).code, -32602)
    assert.equal((await errorOf(server, 'resources/read', { uri: 'city://one/paris' })).code, -32602)
  })

  it('keeps the names of methods, which are names of the protocol', async () => {
    assert.equal((await resultOf(host, '2026-07-28', 'weather/version')).version, 1)
  })

  it('leaves the merged server as it was', async () => {
    assert.deepEqual(names((await resultOf(weather, '2026-07-28', 'tools/list')).tools), ['today'])
    assert.equal(
      (await resultOf(weather, '2026-07-28', 'resources/read', { uri: 'city://one/x' })).contents[0].text,
      'About x',
    )
  })

  it('takes one toolkit twice, under two prefixes', async () => {
    const twice = create().merge(weatherWithoutMethod, { prefix: 'a' }).merge(weatherWithoutMethod, { prefix: 'b' })
    assert.deepEqual(names((await resultOf(twice, '2026-07-28', 'tools/list')).tools), ['a_today', 'b_today'])
    assert.equal((await resultOf(twice, '2026-07-28', 'resources/read', { uri: 'city://b/x' })).contents[0].text, 'x')
  })

  it('nests: the outer prefix comes first', async () => {
    const nested = create().merge(create().merge(weather, { prefix: 'inner' }), { prefix: 'outer' })
    assert.deepEqual(names((await resultOf(nested, '2026-07-28', 'tools/list')).tools), ['outer_inner_today'])
    const { resources } = await resultOf(nested, '2026-07-28', 'resources/list')
    assert.deepEqual(
      resources.map(({ uri }: { uri: string }) => uri),
      [
        'city://outer/inner/all',
        'urn:outer/inner/cities',
        'city://outer/inner/one/paris',
        'city://outer/inner/one/rome',
      ],
    )
    const { contents } = await resultOf(nested, '2026-07-28', 'resources/read', { uri: resources[3].uri })
    assert.equal(contents[0].text, 'About rome')
  })
})

const weatherWithoutMethod = create('kit')
  .tool('today', () => 'Sun')
  .resource('city://{name}', ({ name }) => name)

describe('merge without a prefix', () => {
  it('keeps all names', async () => {
    const server = create()
      .tool('own', () => 'own')
      .merge(weather)
    assert.deepEqual(names((await resultOf(server, '2026-07-28', 'tools/list')).tools), ['own', 'today'])
    assert.equal(
      (await resultOf(server, '2026-07-28', 'resources/read', { uri: 'urn:cities' })).contents[0].text,
      'all',
    )
    assert.equal((await resultOf(server, '2026-07-28', 'resources/list')).resources.length, 4)
  })
})

describe('merge: mistakes', () => {
  const merge = create().merge as (...args: unknown[]) => unknown
  const mistakes: readonly (readonly [readonly unknown[], string])[] = [
    [[], 'merge: pass a server made by createServer(…)'],
    [[null], 'merge: pass a server made by createServer(…)'],
    [[{}], 'merge: pass a server made by createServer(…)'],
    [[weather, null], 'merge: the options are an object, got null'],
    [[weather, 'weather'], 'merge: the options are an object, got "weather"'],
    [[weather, { prefx: 'a' }], 'merge: there is no option "prefx". Did you mean "prefix"? The options are prefix'],
    [[weather, { prefix: 5 }], 'merge: prefix must be a string, got 5'],
    [[weather, { prefix: '' }], 'merge: a prefix is made of the characters A-Z a-z 0-9 _ - and ., got ""'],
    [[weather, { prefix: 'a/b' }], 'merge: a prefix is made of the characters A-Z a-z 0-9 _ - and ., got "a/b"'],
    [
      [weather, { prefix: 'x'.repeat(128) }],
      `tool "${'x'.repeat(78)}…: a name of a tool has 1 to 128 of the characters A-Z a-z 0-9 _ - and .`,
    ],
  ]
  for (const [args, message] of mistakes) {
    it(message, () => assert.throws(() => merge.apply(create(), [...args]), { name: 'DefinitionError', message }))
  }

  it('a server of another copy of this package fits', async () => {
    const foreign = { '~definition': weatherWithoutMethod['~definition'] }
    const server = create().merge(untyped(foreign), { prefix: 'b' }) as unknown as typeof weatherWithoutMethod
    assert.equal((await callTool(server, 'b_today')).content[0].text, 'Sun')
  })
})

describe('merge: what comes along stays its own', () => {
  it('layers of the host stand around, those of the other inside, and neither reaches the other', async () => {
    const seen: string[] = []
    const log = (name: string) => async (_: unknown, next: Next) => {
      seen.push(name)
      return next()
    }
    const other = create('other')
      .use(log('other 1'))
      .tool('t', () => 'other')
      .use(log('other 2'))
    const server = create()
      .use(log('host 1'))
      .merge(other, { prefix: 'x' })
      .use(log('host 2'))
      .tool('t', () => 'host')
    await callTool(server, 'x_t')
    assert.deepEqual(seen.splice(0), ['host 1', 'other 1'])
    await callTool(server, 't')
    assert.deepEqual(seen, ['host 1', 'host 2'])
  })

  it('interceptors of the other hear of its own entries only', async () => {
    const heard: unknown[] = []
    const other = create('other')
      .intercept(({ method, params = {} }, next) => {
        const { name, uri, ref } = params as { name?: string; uri?: string; ref?: { name: string } }
        heard.push([method, name ?? uri ?? ref?.name])
        return next()
      })
      .tool('t', () => 'other')
      .prompt('p', v.object({ a: v.picklist(['b']) }), () => 'p')
      .resource('a://b', () => 'b')
    const server = create()
      .tool('t', () => 'host')
      .merge(other, { prefix: 'x' })
    await callTool(server, 't')
    await resultOf(server, '2026-07-28', 'tools/list')
    assert.deepEqual(heard, [])
    await callTool(server, 'x_t')
    await resultOf(server, '2026-07-28', 'prompts/get', { name: 'x_p', arguments: { a: 'b' } })
    await resultOf(server, '2026-07-28', 'resources/read', { uri: 'a://x/b' })
    const completion = { ref: { type: 'ref/prompt', name: 'x_p' }, argument: { name: 'a', value: '' } }
    assert.deepEqual((await resultOf(server, '2026-07-28', 'completion/complete', completion)).completion.values, ['b'])
    assert.deepEqual(heard, [
      ['tools/call', 'x_t'],
      ['prompts/get', 'x_p'],
      ['resources/read', 'a://x/b'],
      ['completion/complete', 'x_p'],
    ])
  })

  it('interceptors of the other may change arguments and results', async () => {
    const other = create('other')
      .intercept(async (_, next) => {
        const result = (await next({ name: 'ignored', arguments: { n: 2 } })) as { structuredContent: number }
        return { ...result, structuredContent: result.structuredContent * 10 }
      })
      .tool('t', v.object({ n: v.number() }), ({ n }) => n)
    const server = create().merge(other, { prefix: 'x' })
    assert.equal((await callTool(server, 'x_t', { n: 1 })).structuredContent, 20)
  })

  it('interceptors of nested servers stand around each other', async () => {
    const heard: string[] = []
    const hearing = (name: string) =>
      create(name).intercept((_, next) => {
        heard.push(name)
        return next()
      })
    const inner = hearing('inner').tool('t', () => 't')
    const server = hearing('outermost').merge(hearing('outer').merge(inner, { prefix: 'a' }), { prefix: 'b' })
    await callTool(server, 'b_a_t')
    assert.deepEqual(heard, ['outermost', 'outer', 'inner'])
  })
})
