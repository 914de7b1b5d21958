import assert from 'node:assert/strict'
import { test } from 'node:test'
import { saysNothing, type Verdict, verdictOnError, verdictOnResult } from '../../../src/client/negotiation/verdict.ts'
import { AbortedError, ConnectionError, InvalidResultError, McpError, TimeoutError } from '../../../src/errors.ts'
import { serve } from '../../../src/protocol/negotiate.ts'

const ALL = serve()
const NEWEST = serve(['2026-07-28'])
const BEFORE = serve(['2025-06-18', '2025-11-25'])

/** A verdict in short. */
const inShort = (verdict: Verdict): string => {
  switch (verdict.kind) {
    case 'modern':
    case 'again':
      return `${verdict.kind} ${verdict.revision.version}`
    case 'earlier':
      return verdict.doubt ? 'earlier, perhaps' : 'earlier'
    case 'failed':
      return `failed: ${verdict.error.message}`
  }
}

const result = (supportedVersions: unknown) => ({ supportedVersions })

test('a result tells which revision a server has', () => {
  for (const [spoken, said, expected] of [
    [ALL, result(['2026-07-28']), 'modern 2026-07-28'],
    [ALL, result(['2024-11-05', '2026-07-28', '2099-01-01']), 'modern 2026-07-28'],
    [NEWEST, result(['2025-11-25', '2026-07-28']), 'modern 2026-07-28'],
    [ALL, result(['2025-06-18']), 'earlier'],
    [BEFORE, result(['2026-07-28', '2025-06-18']), 'earlier'],
    [
      ALL,
      result(['2099-01-01', 5]),
      'failed: The server speaks 2099-01-01, 5, and this client 2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, ' +
        '2024-11-05: no revision in common',
    ],
    [ALL, result([]), 'failed: The server speaks no revision at all'],
    [ALL, result('2026-07-28'), 'earlier'],
    [ALL, {}, 'earlier'],
    [ALL, { tools: [] }, 'earlier'],
    [ALL, null, 'earlier'],
    [ALL, 'words', 'earlier'],
    [ALL, [], 'earlier'],
  ] as const) {
    assert.equal(inShort(verdictOnResult(spoken, said)), expected, JSON.stringify(said))
  }
})

const refused = (status?: number): ConnectionError =>
  new ConnectionError('refused', 'no', status === undefined ? {} : { status })

const unsupported = (data?: unknown): McpError => new McpError(-32022, 'unsupported', data)

test('TS-34, TS-35, PY-104: an error tells it, too, and whatever is not recognised is of an earlier revision', () => {
  for (const [error, expected, hasLeft = false] of [
    [new McpError(-32601, 'none'), 'earlier'],
    [new McpError(-32602, 'wrong'), 'earlier'],
    [new McpError(0, 'what?'), 'earlier'],
    [new McpError(-32020, 'headers'), 'failed: headers'],
    [new McpError(-32021, 'capability'), 'failed: capability'],
    [unsupported({ supported: ['2026-07-28'] }), 'again 2026-07-28'],
    [unsupported({ supported: ['2025-11-25', '2024-11-05'] }), 'earlier'],
    [unsupported({ supported: '2026-07-28' }), 'earlier'],
    [unsupported({}), 'earlier'],
    [unsupported(), 'earlier'],
    [
      unsupported({ supported: ['2099-01-01'] }),
      'failed: The server speaks 2099-01-01, and this client 2026-07-28, 2025-11-25, 2025-06-18, 2025-03-26, ' +
        '2024-11-05: no revision in common',
    ],
    [new InvalidResultError('no answer'), 'earlier'],
    [new ConnectionError('unanswered', 'empty'), 'earlier'],
    [refused(400), 'earlier'],
    [refused(404), 'earlier'],
    [refused(405), 'earlier'],
    [refused(302), 'earlier'],
    [refused(), 'earlier'],
    [refused(401), 'failed: no'],
    [refused(403), 'failed: no'],
    [refused(408), 'earlier, perhaps'],
    [refused(425), 'earlier, perhaps'],
    [refused(429), 'earlier, perhaps'],
    [refused(500), 'earlier, perhaps'],
    [refused(502), 'earlier, perhaps'],
    [refused(599), 'earlier, perhaps'],
    [new TimeoutError('late'), 'earlier, perhaps'],
    [new ConnectionError('unreachable', 'away'), 'failed: away', true],
    [new ConnectionError('disconnected', 'gone'), 'failed: gone'],
    [new ConnectionError('disconnected', 'gone'), 'earlier', true],
    [new ConnectionError('closed', 'closed'), 'failed: closed', true],
    [new AbortedError('cancelled', 'enough'), 'failed: enough', true],
    [new TypeError('a bug'), 'failed: a bug', true],
  ] as const) {
    assert.equal(inShort(verdictOnError(ALL, error, hasLeft)), expected, `${error} ${JSON.stringify(error)}`)
  }
})

test('what may pass says nothing of a server, and so does what is about the caller', () => {
  for (const [error, expected] of [
    [new TimeoutError('late'), true],
    [new ConnectionError('unreachable', 'away'), true],
    [refused(401), true],
    [refused(403), true],
    [refused(429), true],
    [refused(503), true],
    [refused(404), false],
    [refused(), false],
    [new ConnectionError('disconnected', 'gone'), false],
    [new McpError(-32601, 'none'), false],
    [new InvalidResultError('no answer'), false],
  ] as const) {
    assert.equal(saysNothing(error), expected, `${error}`)
  }
})
