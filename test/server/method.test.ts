import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer, McpError } from '../../src/index.ts'
import { opened } from '../support/connection.ts'
import { isStateless, resultOf, VERSIONS } from '../support/messages.ts'
import { errorOf, quiet } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })
const define = (...args: unknown[]) => (create().method as (...all: unknown[]) => unknown).apply(create(), args)
const handler = () => ({})

describe('method: a vendor method', () => {
  it('exists on every revision, with its parameters and result checked', async () => {
    const server = quiet(
      create().method(
        'acme/double',
        { params: v.strictObject({ n: v.number() }), result: v.object({ n: v.pipe(v.number(), v.maxValue(100)) }) },
        ({ n }) => ({ n: 2 * n }),
      ),
    )
    for (const version of VERSIONS) {
      assert.equal((await resultOf(server, version, 'acme/double', { n: 2 })).n, 4)
      assert.deepEqual(await errorOf(server, 'acme/double', { n: 'two' }, version), {
        code: -32602,
        message: 'acme/double: "n" must be a number, got "two"',
      })
      const { code, message } = await errorOf(server, 'acme/double', { n: 100 }, version)
      assert.equal(code, -32603)
      assert.match(message, /^method "acme\/double": its result does not fit its schema: "n" .*200/)
    }
  })

  it('a schema sees no `_meta`; without a schema, the parameters come as they are', async () => {
    const server = create()
      .method('acme/checked', { params: v.looseObject({}) }, (params, ctx) => ({
        keys: Object.keys(params),
        meta: Object.keys(ctx.request.meta),
      }))
      .method('acme/raw', {}, (params) => ({ keys: Object.keys(params) }))
    for (const version of VERSIONS) {
      const params = { a: 1, _meta: { progressToken: 1 } }
      const { keys, meta } = await resultOf(server, version, 'acme/checked', params)
      assert.deepEqual(keys, ['a'])
      assert.ok(meta.includes('progressToken'))
      assert.deepEqual((await resultOf(server, version, 'acme/raw', params)).keys, ['a', '_meta'])
    }
  })

  it('PY-32: without parameters, a schema that needs some refuses, and one that needs none does not', async () => {
    const server = create()
      .method('acme/needs', { params: v.object({ n: v.number() }) }, handler)
      .method('acme/defaults', { params: v.object({ n: v.optional(v.number(), 7) }) }, ({ n }) => ({ n }))
    assert.deepEqual(await errorOf(server, 'acme/needs'), { code: -32602, message: 'acme/needs: "n" is required' })
    assert.equal((await resultOf(server, '2025-11-25', 'acme/defaults')).n, 7)
  })

  it('may be asked without any parameters', async () => {
    const server = create().method('acme/raw', {}, (params) => ({ params }))
    const connected = await opened(server, '2025-11-25')
    const { result } = await connected.ask({ jsonrpc: '2.0', id: 1, method: 'acme/raw' })
    assert.deepEqual(result, { params: {} })
  })

  it('that returns nothing answers with an empty object', async () => {
    const server = create().method('acme/ping', {}, () => undefined)
    for (const version of VERSIONS) {
      const { _meta, resultType, ...rest } = await resultOf(server, version, 'acme/ping')
      assert.deepEqual(rest, {})
      assert.equal(resultType, isStateless(version) ? 'complete' : undefined)
    }
  })

  it('2026-07-28 §Result Responses: a result is an object', async () => {
    for (const [value, shown] of [
      [5, '5'],
      ['a', '"a"'],
      [[1], 'an array'],
    ]) {
      const server = quiet(create().method('acme/odd', {}, () => value))
      assert.deepEqual(await errorOf(server, 'acme/odd'), {
        code: -32603,
        message: `method "acme/odd": a result is an object, got ${shown}`,
      })
    }
  })

  it('may fail with an McpError', async () => {
    const server = create().method('acme/fail', {}, () => {
      throw new McpError(12, 'own', { a: 1 })
    })
    assert.deepEqual(await errorOf(server, 'acme/fail'), { code: 12, message: 'own', data: { a: 1 } })
  })

  it('PY-33: may be one that the specification has in the other direction', async () => {
    const server = create().method('roots/list', {}, () => ({ roots: [] }))
    for (const version of VERSIONS) assert.deepEqual((await resultOf(server, version, 'roots/list')).roots, [])
  })
})

describe('method: replacing one of the protocol', () => {
  const tools = [{ name: 'proxied', inputSchema: { type: 'object' }, outputSchema: { type: 'string' }, own: 1 }]
  const gateway = create()
    .method('tools/list', {}, ({ cursor }) => ({ tools, nextCursor: `${cursor ?? 'first'}+` }))
    .method('tools/call', {}, ({ name }) => ({ content: [{ type: 'text', text: `called ${name}` }], own: 1 }))

  it('answers in its place on every revision, shaped as that revision has it', async () => {
    for (const version of VERSIONS) {
      const list = await resultOf(gateway, version, 'tools/list', { cursor: 'c' })
      assert.equal(list.nextCursor, 'c+')
      assert.equal(list.tools[0].name, 'proxied')
      assert.equal('own' in list.tools[0], false)
      const called = await resultOf(gateway, version, 'tools/call', { name: 'proxied' })
      assert.equal(called.content[0].text, 'called proxied')
      assert.equal('own' in called, false)
      if (isStateless(version)) assert.deepEqual([list.ttlMs, list.cacheScope], [0, 'private'])
    }
  })

  it('goes out as it is where it gives no list', async () => {
    const odd = create().method('tools/list', {}, () => ({ nextCursor: 'c' }))
    for (const version of VERSIONS) {
      assert.equal((await resultOf(odd, version, 'tools/list')).nextCursor, 'c')
    }
  })

  it('brings the capability that it belongs to', async () => {
    const pairs = [
      ['tools/list', 'tools', { listChanged: true }],
      ['prompts/list', 'prompts', { listChanged: true }],
      ['resources/list', 'resources', { listChanged: true, subscribe: true }],
      ['completion/complete', 'completions', {}],
    ] as const
    for (const [method, capability, members] of pairs) {
      const server = create().method(method, {}, handler)
      const { capabilities } = await resultOf(server, '2026-07-28', 'server/discover')
      assert.deepEqual(capabilities, { logging: {}, [capability]: members })
    }
  })

  it('stands before entries of the server that the same method would find', async () => {
    const server = gateway.tool('own', () => 'own')
    const call = { name: 'own' }
    assert.equal((await resultOf(server, '2026-07-28', 'tools/call', call)).content[0].text, 'called own')
  })
})

describe('method: mistakes', () => {
  const pass = (name: string) =>
    `method "${name}": pass the schemas, { params, result } or {}, and the handler (params, ctx) => result`
  const mistakes: readonly (readonly [readonly unknown[], string])[] = [
    [[], 'method: a method needs a name'],
    [['', {}, handler], 'method: a method needs a name'],
    [['rpc.x', {}, handler], 'method "rpc.x": JSON-RPC reserves names that begin with "rpc."'],
    [
      ['notifications/x', {}, handler],
      'method "notifications/x": notifications are not answered; see .intercept(…) to watch them',
    ],
    ...['initialize', 'ping', 'server/discover', 'logging/setLevel'].map(
      (name) =>
        [[name, {}, handler], `method "${name}": this method belongs to the protocol and cannot be replaced`] as const,
    ),
    [['x/y', handler], pass('x/y')],
    [['x/y', {}], pass('x/y')],
    [['x/y', v.object({}), handler], pass('x/y')],
    [
      ['x/y', { parms: v.object({}) }, handler],
      'method "x/y": there is no option "parms". Did you mean "params"? The options are params, result',
    ],
    [
      ['x/y', { params: { type: 'object' } }, handler],
      'method "x/y", params: this is a bare JSON Schema; wrap it in jsonSchema({ … })',
    ],
    [
      ['x/y', { result: { a: v.string() } }, handler],
      'method "x/y", result: this is an object of schemas; wrap it in v.object({ … })',
    ],
  ]
  for (const [args, message] of mistakes) {
    it(message, () => assert.throws(() => define(...args), { name: 'DefinitionError', message }))
  }
})

describe('unknown methods', () => {
  const server = quiet(
    create()
      .tool('t', () => 'a')
      .method('acme/double', {}, handler),
  )

  it('DESIGN §4: are named, and the nearest of this server and revision with them', async () => {
    const messages: readonly (readonly [string, string])[] = [
      ['tools/lst', 'Method not found: "tools/lst". Did you mean "tools/list"?'],
      ['acme/doubel', 'Method not found: "acme/doubel". Did you mean "acme/double"?'],
      ['something/else', 'Method not found: "something/else".'],
    ]
    for (const version of VERSIONS) {
      for (const [method, message] of messages) {
        assert.deepEqual(await errorOf(server, method, {}, version), { code: -32601, message })
      }
    }
  })

  it('2026-07-28 Completion, Error Handling: so are those whose capability the server lacks, and never suggested', async () => {
    for (const method of ['prompts/list', 'prompts/get', 'resources/list', 'resources/read', 'completion/complete']) {
      for (const version of VERSIONS) {
        const { code, message } = await errorOf(server, method, {}, version)
        assert.equal(code, -32601)
        assert.doesNotMatch(message, /Did you mean "(prompts|resources|completion)/)
      }
    }
  })

  it('so are those that the revision lacks', async () => {
    for (const version of VERSIONS) {
      const gone = isStateless(version) ? ['ping', 'logging/setLevel', 'resources/subscribe'] : ['server/discover']
      for (const method of gone) assert.equal((await errorOf(server, method, {}, version)).code, -32601)
    }
  })
})
