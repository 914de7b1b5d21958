import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  AbortedError,
  type AnyFluentMcpError,
  ConnectionError,
  DefinitionError,
  ErrorCode,
  FluentMcpError,
  InvalidResultError,
  McpError,
  TimeoutError,
  ToolError,
} from '../src/index.ts'

describe('errors', () => {
  it('are all of one base class, and told apart by code', () => {
    const errors: readonly AnyFluentMcpError[] = [
      new McpError(ErrorCode.InvalidParams, 'a'),
      new ToolError('b'),
      new DefinitionError('c'),
      new AbortedError('timeout', 'd'),
      new TimeoutError('e'),
      new ConnectionError('refused', 'f'),
      new InvalidResultError('g'),
    ]
    for (const error of errors) {
      assert.ok(error instanceof FluentMcpError)
      assert.ok(error instanceof Error)
      assert.equal(String(error), `${error.constructor.name}: ${error.message}`)
      assert.match(error.stack ?? '', /errors\.test\.ts/)
    }
    assert.deepEqual(
      errors.map(({ code }) => code),
      [-32602, 'tool', 'definition', 'timeout', 'timeout', 'refused', 'invalid-result'],
    )
  })

  it('carry a cause', () => {
    const cause = new Error('below')
    assert.equal(new ToolError('above', { cause }).cause, cause)
    assert.equal(new DefinitionError('above', { cause }).cause, cause)
    assert.equal(new AbortedError('cancelled', 'above', { cause }).cause, cause)
    assert.equal(new ConnectionError('unreachable', 'above', { cause }).cause, cause)
    assert.equal('cause' in new AbortedError('cancelled', 'alone'), false)
  })

  it('ConnectionError keeps the status and what the server said, where there is that', () => {
    const { status, body } = new ConnectionError('refused', 'no', { status: 404, body: 'gone' })
    assert.deepEqual([status, body], [404, 'gone'])
    const bare = new ConnectionError('disconnected', 'lost')
    assert.deepEqual([bare.status, bare.body], [undefined, undefined])
  })

  it('McpError keeps its data as it is, and has none by default', () => {
    const data = { day: '31 February' }
    assert.equal(new McpError(-1, 'No such day', data).data, data)
    assert.equal(new McpError(-1, 'No such day').data, undefined)
  })

  it('2026-07-28 §Error Responses: codes are integers', () => {
    for (const code of [1.5, Number.NaN, Number.POSITIVE_INFINITY, '-32602', undefined, 2 ** 53]) {
      assert.throws(() => new McpError(code as number, 'x'), {
        name: 'DefinitionError',
        message: `McpError needs an integer code, got ${String(code)}`,
      })
    }
    assert.equal(new McpError(0, 'x').code, 0)
  })

  it('2026-07-28 §Error Codes: the table has the codes of the specification', () => {
    assert.deepEqual(
      { ...ErrorCode },
      {
        ParseError: -32700,
        InvalidRequest: -32600,
        MethodNotFound: -32601,
        InvalidParams: -32602,
        InternalError: -32603,
        ResourceNotFound: -32002,
        UrlElicitationRequired: -32042,
        HeaderMismatch: -32020,
        MissingRequiredClientCapability: -32021,
        UnsupportedProtocolVersion: -32022,
      },
    )
  })
})
