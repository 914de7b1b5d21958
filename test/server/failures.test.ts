import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { type BindOptions, createServer, type FailureFacts, McpError, ToolError } from '../../src/index.ts'
import { connect } from '../support/connection.ts'
import { type ask, keepingLogger, request, resultOf, VERSIONS } from '../support/messages.ts'
import { errorOf, gate, untyped } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

/** A server in which everything throws. */
const throwing = (error: unknown) => {
  const fail = (): never => {
    throw error
  }
  return create()
    .tool('sync', fail)
    .tool('late', async () => fail())
    .prompt('p', fail)
    .resource('a://b', fail)
    .resource('a://{x}', { complete: { x: fail } }, fail)
    .method('x/y', {}, fail)
}

const REQUESTS = [
  ['prompts/get', { name: 'p' }],
  ['resources/read', { uri: 'a://b' }],
  ['resources/read', { uri: 'a://other' }],
  ['completion/complete', { ref: { type: 'ref/resource', uri: 'a://{x}' }, argument: { name: 'x', value: '' } }],
  ['x/y', {}],
] as const

const bound = (error: unknown, options: BindOptions = {}) => {
  const logger = keepingLogger()
  return { logger, runtime: throwing(error).bind({ logger, ...options }) }
}

const callOf = async (runtime: Parameters<typeof ask>[0], name: string) => {
  const { content, isError } = await resultOf(runtime, '2026-07-28', 'tools/call', { name })
  assert.equal(isError, true)
  return content[0].text
}

describe('a tool throws', () => {
  const rows: readonly (readonly [string, unknown, string])[] = [
    ['an Error', new Error('boom'), 'sync: boom'],
    ['an Error without a message', new TypeError(), 'sync: TypeError'],
    ['a string', 'boom', 'sync: boom'],
    ['undefined', undefined, 'sync: undefined was thrown'],
    ['null', null, 'sync: null was thrown'],
    ['an object', { code: 5 }, 'sync: an object was thrown'],
    ['an object without a prototype', Object.create(null), 'sync: an object was thrown'],
    ['a symbol', Symbol('s'), 'sync: a symbol was thrown'],
  ]
  for (const [name, error, text] of rows) {
    it(`${name}: the model reads about it, and the log has it`, async () => {
      const { runtime, logger } = bound(error)
      assert.equal(await callOf(runtime, 'sync'), text)
      assert.equal(await callOf(runtime, 'late'), text.replace('sync', 'late'))
      assert.deepEqual(logger.lines, Array(2).fill({ level: 'error', message: 'tools/call failed:', details: [error] }))
    })
  }

  it('a ToolError: its text alone, unlogged', async () => {
    const { runtime, logger } = bound(new ToolError('The 12th is taken; the 13th is free.'))
    assert.equal(await callOf(runtime, 'sync'), 'The 12th is taken; the 13th is free.')
    assert.deepEqual(logger.lines, [])
  })

  it('an McpError: that JSON-RPC error, unlogged', async () => {
    const { runtime, logger } = bound(new McpError(7, 'own', { a: [1] }))
    for (const version of VERSIONS) {
      for (const name of ['sync', 'late']) {
        assert.deepEqual(await errorOf(runtime, 'tools/call', { name }, version), {
          code: 7,
          message: 'own',
          data: { a: [1] },
        })
      }
    }
    assert.deepEqual(logger.lines, [])
  })
})

describe('anything else throws', () => {
  it('the McpError, with its data, be it null or false', async () => {
    for (const data of [null, false, 0, '', { a: 1 }]) {
      for (const [method, params] of REQUESTS) {
        const { runtime } = bound(new McpError(7, 'own', data))
        assert.deepEqual(await errorOf(runtime, method, params), { code: 7, message: 'own', data })
      }
    }
    assert.deepEqual(await errorOf(bound(new McpError(7, 'own')).runtime, 'x/y'), { code: 7, message: 'own' })
  })

  it('data that is no JSON is left out, and the log says so; the server goes on', async () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    for (const data of [1n, circle, () => 1, { a: 1n }]) {
      for (const method of ['x/y', 'tools/call']) {
        const { runtime, logger } = bound(new McpError(7, 'own', data))
        assert.deepEqual(await errorOf(runtime, method, { name: 'sync' }), { code: 7, message: 'own' })
        assert.deepEqual(
          logger.lines.map(({ message }) => message),
          [`${method} failed with an McpError that went out without its data:`],
        )
      }
    }
  })

  it('a ToolError: an internal error with its text, unlogged', async () => {
    for (const [method, params] of REQUESTS) {
      const { runtime, logger } = bound(new ToolError('Closed today.'), { maskErrors: true })
      assert.deepEqual(await errorOf(runtime, method, params), { code: -32603, message: 'Closed today.' })
      assert.deepEqual(logger.lines, [])
    }
  })

  it('PY-25: any other: an internal error with its message, logged', async () => {
    for (const version of VERSIONS) {
      for (const [method, params] of REQUESTS) {
        const { runtime, logger } = bound(new Error('boom'))
        assert.deepEqual(await errorOf(runtime, method, params, version), { code: -32603, message: 'boom' })
        assert.deepEqual(
          logger.lines.map(({ message }) => message),
          [`${method} failed:`],
        )
      }
    }
  })
})

describe('maskErrors', () => {
  const REFERENCE = /internal error, reference ([A-Z0-9]+)$/

  it('shows a reference instead of the message, and the log has the error under the same', async () => {
    const error = new Error('password is hunter2')
    const { runtime, logger } = bound(error, { maskErrors: true })
    const texts = [
      await callOf(runtime, 'sync'),
      await callOf(runtime, 'late'),
      ...(await Promise.all(
        REQUESTS.map(async ([method, params]) => (await errorOf(runtime, method, params)).message),
      )),
    ]
    const references = texts.map((text) => REFERENCE.exec(text)?.[1])
    assert.equal(new Set(references).size, texts.length)
    assert.equal(references.includes(undefined), false)
    const logged = logger.lines.map(({ message }) => / failed \(([A-Z0-9]+)\):$/.exec(message)?.[1])
    assert.deepEqual(logged.sort(), references.sort())
    for (const { details } of logger.lines) assert.equal(details[0], error)
  })

  it('is on by default where NODE_ENV is production, and can be turned off', async () => {
    const before = process.env['NODE_ENV']
    process.env['NODE_ENV'] = 'production'
    try {
      assert.match(await callOf(bound(new Error('boom')).runtime, 'sync'), REFERENCE)
      assert.equal(await callOf(bound(new Error('boom'), { maskErrors: false }).runtime, 'sync'), 'sync: boom')
    } finally {
      if (before === undefined) delete process.env['NODE_ENV']
      else process.env['NODE_ENV'] = before
    }
    assert.equal(await callOf(bound(new Error('boom')).runtime, 'sync'), 'sync: boom')
  })

  it('spares what was written for the other side: ToolError, McpError, arguments, timeouts', async () => {
    assert.equal(await callOf(bound(new ToolError('Taken.'), { maskErrors: true }).runtime, 'sync'), 'Taken.')
    assert.equal((await errorOf(bound(new McpError(7, 'own'), { maskErrors: true }).runtime, 'x/y')).message, 'own')
    const picky = create().tool('t', v.object({ a: v.number() }), () => 1)
    assert.equal(await callOf(picky.bind({ maskErrors: true }), 't'), 't: "a" is required')
  })

  it('covers what does not fit an output schema', async () => {
    const server = create().tool('t', { output: v.object({ a: v.number() }) }, () => untyped({ a: 'secret' }))
    const { logger } = bound(undefined)
    assert.match(await callOf(server.bind({ logger, maskErrors: true }), 't'), REFERENCE)
    assert.match(String(logger.lines[0]?.details[0]), /got "secret"/)
  })
})

describe('onError', () => {
  it('hears of every unexpected error, with what was going on, after it was logged', async () => {
    const heard: (readonly [unknown, FailureFacts])[] = []
    const error = new Error('boom')
    const { runtime, logger } = bound(error, {
      onError: (failure, facts) => {
        assert.equal(logger.lines.length, heard.length + 1)
        heard.push([failure, facts])
      },
    })
    await callOf(runtime, 'sync')
    await errorOf(runtime, 'x/y')
    assert.deepEqual(heard, [
      [error, { method: 'tools/call', requestId: 1, reference: undefined }],
      [error, { method: 'x/y', requestId: 1, reference: undefined }],
    ])
  })

  it('gets the reference of a masked one', async () => {
    const references: (string | undefined)[] = []
    const { runtime } = bound(new Error('boom'), {
      maskErrors: true,
      onError: (_, { reference }) => references.push(reference),
    })
    const text = await callOf(runtime, 'sync')
    assert.ok(references[0] && text.endsWith(references[0]))
  })

  it('does not hear of what was meant for the client', async () => {
    const heard: unknown[] = []
    const onError = (error: unknown) => heard.push(error)
    await callOf(bound(new ToolError('Taken.'), { onError }).runtime, 'sync')
    await errorOf(bound(new McpError(7, 'own'), { onError }).runtime, 'x/y')
    await errorOf(bound(new Error('x'), { onError }).runtime, 'tools/call', { name: 'unknown' })
    assert.deepEqual(heard, [])
  })

  it('PY-26: may fail, at once or later: that is logged, and changes nothing', async () => {
    for (const onError of [
      () => {
        throw new Error('telephone is down')
      },
      () => Promise.reject(new Error('telephone is down')),
    ]) {
      const logged = gate()
      const lines: string[] = []
      const error = (message: string, detail: unknown) => {
        lines.push(`${message} ${detail}`)
        if (lines.length === 2) logged.open()
      }
      const { runtime } = bound(new Error('boom'), { logger: { ...keepingLogger(), error }, onError })
      assert.equal(await callOf(runtime, 'sync'), 'sync: boom')
      await logged.opened
      assert.deepEqual(lines, ['tools/call failed: Error: boom', 'onError failed: Error: telephone is down'])
    }
  })
})

describe('a logger that fails', () => {
  it('does not take the answer with it', async () => {
    const error = () => {
      throw new Error('disk full')
    }
    const { runtime } = bound(new Error('boom'), { logger: { ...keepingLogger(), error } })
    assert.equal(await callOf(runtime, 'sync'), 'sync: boom')
    assert.equal((await errorOf(runtime, 'x/y')).message, 'boom')
  })
})

describe('what cannot be sent', () => {
  it('is an internal error, and the connection goes on', async () => {
    const server = create()
      .method('x/big', {}, () => ({ big: 1n }))
      .intercept(async ({ method }, next) => (method === 'tools/list' ? { tools: [1n] } : next()))
      .tool('t', () => 'a')
    const { ask: send, logger } = connect(server)
    for (const method of ['x/big', 'tools/list']) {
      const { error } = await send(request('2026-07-28', 1, method))
      assert.deepEqual(error, { code: -32603, message: 'Do not know how to serialize a BigInt' })
    }
    assert.equal((await send(request('2026-07-28', 2, 'tools/call', { name: 't' }))).result.content[0].text, 'a')
    assert.equal(logger.lines.length, 2)
  })
})
