import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkError } from '../../../src/transport/http-client/network-error.ts'

const URL_OF_TESTS = new URL('https://example.com/mcp')

const coded = (code: unknown, message = 'what happened', syscall?: string): Error =>
  Object.assign(new Error(message), { code, syscall })

/** As `fetch` of Node has it. */
const hidden = (cause: Error): Error => new TypeError('fetch failed', { cause })

// Nothing has happened at a server that is unreachable, which nobody knows where there is no code.
const cases: readonly (readonly [error: Error, code: string, message: string])[] = [
  [
    coded('ECONNREFUSED'),
    'unreachable',
    'Cannot reach https://example.com: connection refused; is the server running?',
  ],
  [
    hidden(coded('ECONNREFUSED')),
    'unreachable',
    'Cannot reach https://example.com: connection refused; is the server running?',
  ],
  [coded('EPROTO', '', 'write'), 'unreachable', 'Cannot reach https://example.com: it does not speak TLS'],
  [coded('ENOTFOUND'), 'unreachable', 'Cannot reach https://example.com: there is no host of that name'],
  [coded('CERT_HAS_EXPIRED'), 'unreachable', 'Cannot reach https://example.com: its certificate has expired'],
  [coded('ERR_INVALID_CHAR', 'bad header'), 'unreachable', 'Cannot reach https://example.com: bad header'],
  [coded('ETIMEDOUT', '', 'connect'), 'unreachable', 'Cannot reach https://example.com: nobody answered in time'],
  [
    coded('ETIMEDOUT', 'read ETIMEDOUT', 'read'),
    'disconnected',
    'The connection to https://example.com broke before it answered: read ETIMEDOUT',
  ],
  [
    coded('EHOSTUNREACH', 'write EHOSTUNREACH', 'write'),
    'disconnected',
    'The connection to https://example.com broke before it answered: write EHOSTUNREACH',
  ],
  [
    coded('ERR_STREAM_PREMATURE_CLOSE', 'closed'),
    'disconnected',
    'The connection to https://example.com broke before it answered: closed',
  ],
  [new TypeError('Failed to fetch'), 'disconnected', 'Cannot reach https://example.com: Failed to fetch'],
  [coded(7), 'disconnected', 'Cannot reach https://example.com: what happened'],
  [
    coded('ECONNRESET'),
    'disconnected',
    'The connection to https://example.com broke before it answered: what happened',
  ],
  [
    hidden(coded('UND_ERR_SOCKET', 'other side closed')),
    'disconnected',
    'The connection to https://example.com broke before it answered: other side closed',
  ],
]

for (const [error, code, message] of cases) {
  test(`${message} (${error.message})`, () => {
    const failure = networkError(URL_OF_TESTS, error, false)
    assert.deepEqual([failure.code, failure.message, failure.cause], [code, message, error])
  })
}

test('whatever breaks an answer off that has begun, it is a lost connection', () => {
  const failure = networkError(URL_OF_TESTS, coded('ECONNREFUSED', 'aborted'), true)
  assert.deepEqual(
    [failure.code, failure.message],
    ['disconnected', 'https://example.com broke off its answer: aborted'],
  )
})
