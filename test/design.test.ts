import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { AbortedError, createServer, McpError, ToolError } from '../src/index.ts'
import { connect } from './support/connection.ts'
import {
  ask,
  headersOf,
  isStateless,
  keepingLogger,
  messagesOf,
  type Params,
  post,
  request,
  URL_OF_TESTS,
  VERSIONS,
} from './support/messages.ts'
import { GOOD_END, start } from './support/stdio.ts'

// The table "Bad input and failure" of the design, a test for each row. The details of each are tested where they belong.

const add = createServer({ name: 'design', version: '1.0.0' }).tool(
  'add',
  v.object({ a: v.number(), b: v.number() }),
  ({ a, b }) => a + b,
)

const send = (body: string, headers: Record<string, string> = {}) =>
  new Request(URL_OF_TESTS, {
    method: 'POST',
    headers: { ...headersOf('2026-07-28', 'tools/list'), ...headers },
    body,
  })

const hold = () => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  return { held, release }
}

describe('what arrives, and what it gets', () => {
  it('bytes that are not JSON, not JSON-RPC, not an object, too deep, too long: -32700 or -32600, HTTP 400, 413, 415', async () => {
    const deep = `${'['.repeat(200)}${']'.repeat(200)}`
    const rows: readonly (readonly [Request, number, number | undefined])[] = [
      [send('{'), 400, -32700],
      [send('\u0000'), 400, -32700],
      [send(deep), 400, -32700],
      [send('{"id":1}'), 400, -32600],
      [send('"text"'), 400, -32600],
      [send('null'), 400, -32600],
      [send('x'.repeat(5 * 1024 * 1024)), 413, -32600],
      [send('{}', { 'content-type': 'text/plain' }), 415, -32600],
    ]
    for (const [given, status, code] of rows) {
      const response = await add.fetch(given)
      assert.equal(response.status, status)
      assert.equal((await messagesOf(response))[0]?.error.code, code)
    }
    const { connection, next, ask: over } = connect(add)
    connection.refuse('it is no JSON')
    assert.equal((await next()).error.code, -32700)
    assert.equal((await over(5)).error.code, -32600)
    assert.equal((await over(request('2026-07-28', 1, 'tools/list'))).result.tools.length, 1)
  })

  it('an unknown method; tool or prompt; resource: -32601; -32602; -32002 or -32602; each with what was meant', async () => {
    const server = add.prompt('greet', () => 'Hi').resource('note://monday', () => 'Monday')
    for (const version of VERSIONS) {
      const rows: readonly (readonly [string, Params, number, string])[] = [
        ['tools/lost', {}, -32601, 'Method not found: "tools/lost". Did you mean "tools/list"?'],
        ['tools/call', { name: 'ad' }, -32602, 'Unknown tool "ad". Did you mean "add"?'],
        ['prompts/get', { name: 'great' }, -32602, 'Unknown prompt "great". Did you mean "greet"?'],
        [
          'resources/read',
          { uri: 'note://sunday' },
          isStateless(version) ? -32602 : -32002,
          'Resource not found: note://sunday. Did you mean "note://monday"?',
        ],
      ]
      for (const [method, params, code, message] of rows) {
        const { error } = await ask(server, version, method, params)
        assert.deepEqual([error.code, error.message], [code, message])
      }
    }
  })

  it('arguments that fail the schema: a tool result with isError that names the field, what was expected and what came', async () => {
    for (const version of VERSIONS) {
      const { result } = await ask(add, version, 'tools/call', { name: 'add', arguments: { a: 1, b: 'two' } })
      assert.equal(result.isError, true)
      assert.deepEqual(result.content, [{ type: 'text', text: 'add: "b" must be a number, got "two"' }])
    }
  })

  it('a tool throws ToolError, McpError, anything else: isError; that error; isError, or a reference and the stack in the log', async () => {
    const logger = keepingLogger()
    const failing = (error: unknown) =>
      createServer({ name: 'design', version: '1.0.0' }).tool('t', () => {
        throw error
      })
    const call = (error: unknown, maskErrors: boolean) =>
      ask(failing(error).bind({ logger, maskErrors }), '2026-07-28', 'tools/call', { name: 't' })
    for (const masked of [false, true]) {
      const told = await call(new ToolError('The 12th is taken.'), masked)
      assert.deepEqual([told.result.isError, told.result.content[0].text], [true, 'The 12th is taken.'])
      assert.deepEqual((await call(new McpError(7, 'own', { a: 1 }), masked)).error, {
        code: 7,
        message: 'own',
        data: { a: 1 },
      })
    }
    const open = await call(new Error('boom'), false)
    assert.deepEqual([open.result.isError, open.result.content[0].text], [true, 't: boom'])
    const { result } = await call(new Error('boom'), true)
    const [, reference] = /^t: internal error, reference (\w+)$/.exec(result.content[0].text) ?? []
    const { message, details } = logger.lines.at(-1) ?? { message: '', details: [] }
    assert.ok(reference && message.includes(reference))
    assert.match((details[0] as Error).stack ?? '', /Error: boom\n.*design\.test/)
  })

  it('a resource or prompt throws: the McpError, else -32603 with the message or the reference', async () => {
    const failing = (error: unknown) => {
      const fail = () => {
        throw error
      }
      return createServer({ name: 'design', version: '1.0.0' }).resource('a://b', fail).prompt('p', fail)
    }
    const rows = [
      ['resources/read', { uri: 'a://b' }],
      ['prompts/get', { name: 'p' }],
    ] as const
    for (const [method, params] of rows) {
      const call = async (error: unknown, maskErrors: boolean) =>
        (await ask(failing(error).bind({ logger: keepingLogger(), maskErrors }), '2026-07-28', method, params)).error
      assert.deepEqual(await call(new McpError(7, 'own'), true), { code: 7, message: 'own' })
      assert.deepEqual(await call(new Error('boom'), false), { code: -32603, message: 'boom' })
      const { code, message } = await call(new Error('boom'), true)
      assert.equal(code, -32603)
      assert.match(message, /^internal error, reference \w+$/)
    }
  })

  it('a handler that outlives its timeout, a client that goes away: the signal tells them apart; nothing is sent afterwards', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const codes: string[] = []
    const running = hold()
    const server = createServer({ name: 'design', version: '1.0.0' }).tool('t', async (_, ctx) => {
      const { signal } = ctx
      running.release()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      codes.push((signal.reason as AbortedError).code)
      await ctx.progress(1)
      return 'too late'
    })
    const begin = async () => {
      const connected = connect(server, { timeoutMs: 50 })
      connected.send(request('2026-07-28', 1, 'tools/call', { name: 't', _meta: { progressToken: 1 } }))
      await running.held
      return connected
    }
    const late = await begin()
    t.mock.timers.tick(50)
    assert.equal((await late.next()).result.content[0].text, 't: timed out after 50 ms')
    const cancelled = await begin()
    cancelled.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } })
    const gone = await begin()
    gone.connection.disconnect()
    await Promise.all([cancelled, gone].map(({ connection }) => connection.drained()))
    assert.deepEqual(codes, ['timeout', 'cancelled', 'disconnected'])
    assert.deepEqual(
      [late, cancelled, gone].map(({ inbox }) => inbox.size),
      [0, 0, 0],
    )
  })

  it('a slow reader: backpressure, then a bounded buffer, then the stream is closed', async () => {
    const logger = keepingLogger()
    const ended = hold()
    let written = 0
    let reason: unknown
    const chunk = 'x'.repeat(64 * 1024)
    const flood = createServer({ name: 'design', version: '1.0.0' }).tool('flood', async (_, ctx) => {
      await Promise.resolve()
      while (!ctx.signal.aborted && written < 1000) {
        written += 1
        void ctx.progress(written, undefined, chunk)
      }
      reason = ctx.signal.reason
      ended.release()
    })
    const { fetch } = flood.bind({ logger })
    const response = await fetch(post('2026-07-28', 'tools/call', { name: 'flood', _meta: { progressToken: 1 } }))
    await ended.held
    assert.ok(reason instanceof AbortedError)
    assert.ok(written * chunk.length < 8 * 1024 * 1024, `${written} chunks were written`)
    assert.match(logger.lines.map(({ message }) => message).join(), /reader does not keep up/)
    await assert.rejects(response.text())
  })

  it('headers that disagree with the body, a wrong Origin or Host: the status of the revision, and a log line that names the option', async () => {
    const logger = keepingLogger()
    const { fetch } = add.bind({ logger, allowedHosts: ['localhost'] })
    const list = (headers: Record<string, string>) => fetch(post('2026-07-28', 'tools/list', {}, headers))
    const mismatch = await list({ 'mcp-method': 'tools/call' })
    assert.equal(mismatch.status, 400)
    assert.equal((await messagesOf(mismatch))[0]?.error.code, -32020)
    assert.equal((await list({ origin: 'https://evil.example' })).status, 403)
    const body = JSON.stringify(request('2026-07-28', 1, 'tools/list'))
    const headers = headersOf('2026-07-28', 'tools/list')
    const host = await fetch(new Request('http://evil.example/mcp', { method: 'POST', headers, body }))
    assert.equal(host.status, 421)
    const warnings = logger.lines.map(({ message }) => message)
    assert.match(warnings.join('\n'), /allowedOrigins.*\n.*allowedHosts/s)
  })

  it('SIGTERM, end of stdin: what is in flight is drained, the lifespan undone, and the process exits', async (t) => {
    for (const [tool, end] of [
      ['until-end', (child: ReturnType<typeof start>) => child.process.stdin.end()],
      ['until-signal', (child: ReturnType<typeof start>) => child.process.kill('SIGTERM')],
    ] as const) {
      const child = start(t, 'main.ts')
      child.send(request('2026-07-28', 1, 'tools/call', { name: tool }))
      await child.says(/waiting for/)
      end(child)
      assert.equal((await child.next()).result.content[0].text, 'finished')
      assert.deepEqual(await child.ended, GOOD_END)
      assert.match(child.stderr, /finished[\s\S]*second down[\s\S]*first down/)
    }
  })
})
