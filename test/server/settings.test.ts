import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type BindOptions, createServer } from '../../src/index.ts'
import { settle } from '../../src/server/settings.ts'
import { keepingLogger } from '../support/messages.ts'
import { untyped } from './asking.ts'

const ALL =
  'path, revisions, responseMode, allowedHosts, allowedOrigins, publicUrl, maxBodyBytes, keepAliveMs, timeoutMs, ' +
  'pageSize, cache, websocket, health, maskErrors, logger, onError, sessions, requestState, sse'

describe('bind options', () => {
  it('have defaults', (t) => {
    const { served, logger, ...settings } = settle({})
    assert.deepEqual(settings, {
      path: undefined,
      responseMode: 'auto',
      allowedHosts: undefined,
      allowedOrigins: undefined,
      publicUrl: undefined,
      maxBodyBytes: 4 * 1024 * 1024,
      keepAliveMs: 15_000,
      timeoutMs: undefined,
      pageSize: Number.POSITIVE_INFINITY,
      cache: { ttlMs: 0, scope: 'public' },
      websocket: { maxMessageBytes: 4 * 1024 * 1024 },
      health: undefined,
      maskErrors: false,
      onError: undefined,
      sessions: { idleMs: 1_800_000, max: 10_000, store: undefined, resume: true },
      requestState: {},
      sse: undefined,
    })
    assert.deepEqual(served.versions, ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'])
    const undefineds = Object.fromEntries(ALL.split(', ').map((name) => [name, undefined]))
    const { logger: _, ...same } = settle(undefineds)
    assert.deepEqual(same, { served, ...settings })
    const write = t.mock.method(console, 'warn', () => undefined)
    logger.warn('to the console', 1)
    assert.deepEqual(write.mock.calls[0]?.arguments, ['to the console', 1])
  })

  it('are taken as they are where they fit', () => {
    const logger = keepingLogger()
    const onError = () => undefined
    const store = { append: () => undefined, read: () => [], remove: () => undefined }
    const given: BindOptions = {
      path: '/a/b',
      revisions: ['2025-11-25', '2024-11-05'],
      responseMode: 'sse',
      allowedHosts: ['a.example'],
      allowedOrigins: ['https://a.example'],
      publicUrl: 'https://a.example/mcp',
      maxBodyBytes: 1,
      keepAliveMs: 1,
      timeoutMs: 1,
      pageSize: 1,
      cache: { ttlMs: 1, scope: 'private' },
      websocket: { maxMessageBytes: 1 },
      health: '/up',
      maskErrors: true,
      logger,
      onError,
      sessions: { idleMs: 1, max: 1, store, resume: false },
      requestState: { ttlMs: 1 },
      sse: { path: '/events', messagePath: '/post' },
    }
    const { served, publicUrl, logger: own, ...settings } = settle(given)
    const { revisions, publicUrl: _, sse, logger: __, ...same } = given
    own.info('to the logger', 1)
    assert.deepEqual(logger.lines, [{ level: 'info', message: 'to the logger', details: [1] }])
    assert.deepEqual(settings, { ...same, sse: { ...(sse as object), max: 1 } })
    assert.deepEqual(served.versions, revisions)
    assert.equal(publicUrl?.href, 'https://a.example/mcp')
  })

  it('path may be "*", health may be true or false, cache may be half', () => {
    assert.equal(settle({ path: '*' }).path, '*')
    assert.equal(settle({ health: true }).health, '/health')
    assert.equal(settle({ health: false }).health, undefined)
    assert.deepEqual(settle({ cache: { ttlMs: 5 } }).cache, { ttlMs: 5, scope: 'public' })
    assert.deepEqual(settle({ cache: { scope: 'private' } }).cache, { ttlMs: 0, scope: 'private' })
  })

  it('sse is off, on, or where it is told to be, with as many streams as there may be sessions', () => {
    const standard = { path: undefined, messagePath: undefined, max: 10_000 }
    assert.equal(settle({ sse: false }).sse, undefined)
    assert.deepEqual(settle({ sse: true }).sse, standard)
    assert.deepEqual(settle({ sse: {}, path: '*', sessions: false }).sse, standard)
    assert.deepEqual(settle({ sse: { path: '/a' }, sessions: { max: 5 } }).sse, { ...standard, path: '/a', max: 5 })
  })

  it('delays are no longer than a timer can wait', () => {
    const { timeoutMs, keepAliveMs } = settle({ timeoutMs: 2 ** 40, keepAliveMs: 2 ** 40 })
    assert.deepEqual([timeoutMs, keepAliveMs], [2 ** 31 - 1, 2 ** 31 - 1])
  })

  it('2026-07-28 §Protocol Version Negotiation: revisions are offered newest first, each once', () => {
    const { versions } = settle({ revisions: ['2024-11-05', '2026-07-28', '2024-11-05'] }).served
    assert.deepEqual(versions, ['2026-07-28', '2024-11-05'])
  })

  const logger = 'bind: logger must be an object with the functions debug, info, warn and error'
  const mistakes: readonly (readonly [unknown, string])[] = [
    [null, 'bind: the options are an object, got null'],
    ['/mcp', 'bind: the options are an object, got "/mcp"'],
    [{ pagesize: 5 }, `bind: there is no option "pagesize". Did you mean "pageSize"? The options are ${ALL}`],
    [{ session: {} }, `bind: there is no option "session". Did you mean "sessions"? The options are ${ALL}`],
    [{ port: 80 }, `bind: there is no option "port". The options are ${ALL}`],
    [{ path: 'mcp' }, 'bind: path must be a path that begins with "/", got "mcp"'],
    [{ path: 5 }, 'bind: path must be a path that begins with "/", got 5'],
    [{ revisions: '2026-07-28' }, 'bind: revisions must be an array such as [\'2026-07-28\'], got "2026-07-28"'],
    [{ responseMode: 'stream' }, 'bind: responseMode must be one of auto, json, sse, got "stream"'],
    [{ allowedHosts: 'a' }, 'bind: allowedHosts must be an array of strings, got "a"'],
    [{ allowedHosts: [5] }, 'bind: allowedHosts must be an array of strings, got an array'],
    [{ allowedOrigins: '*' }, 'bind: allowedOrigins must be an array of strings, got "*"'],
    [
      { publicUrl: 'example.com' },
      'bind: publicUrl must be a URL such as "https://example.com/mcp", got "example.com"',
    ],
    [{ publicUrl: 'ftp://a' }, 'bind: publicUrl must be a URL such as "https://example.com/mcp", got "ftp://a"'],
    [{ maxBodyBytes: 0 }, 'bind: maxBodyBytes must be a whole number above 0, got 0'],
    [{ maxBodyBytes: '1mb' }, 'bind: maxBodyBytes must be a whole number above 0, got "1mb"'],
    [{ keepAliveMs: -1 }, 'bind: keepAliveMs must be a whole number of milliseconds above 0, got -1'],
    [{ timeoutMs: 0 }, 'bind: timeoutMs must be a whole number of milliseconds above 0, got 0'],
    [{ timeoutMs: 1.5 }, 'bind: timeoutMs must be a whole number of milliseconds above 0, got 1.5'],
    [{ timeoutMs: Number.NaN }, 'bind: timeoutMs must be a whole number of milliseconds above 0, got NaN'],
    [{ pageSize: 0 }, 'bind: pageSize must be a whole number above 0, got 0'],
    [{ pageSize: 1n }, 'bind: pageSize must be a whole number above 0, got 1n'],
    [{ cache: 60 }, 'bind: cache must be an object, got 60'],
    [{ cache: { ttl: 60 } }, 'bind, cache: there is no option "ttl". The options are ttlMs, scope'],
    [{ cache: { ttlMs: -1 } }, 'bind, cache: ttlMs is a whole number of milliseconds from 0, got -1'],
    [{ cache: { scope: 'all' } }, `bind, cache: scope is 'public' or 'private', got "all"`],
    [{ sse: 'yes' }, 'bind: sse must be true, false or { path, messagePath }, got "yes"'],
    [{ sse: { path: 'sse' } }, 'bind: sse.path must be a path that begins with "/", got "sse"'],
    [{ sse: { messagePath: 5 } }, 'bind: sse.messagePath must be a path that begins with "/", got 5'],
    [
      { sse: { paths: [] } },
      'bind: sse: there is no option "paths". Did you mean "path"? The options are path, messagePath',
    ],
    [{ sse: { path: '/mcp' } }, 'bind: path, sse.path and sse.messagePath must differ, got /mcp, /mcp, /messages'],
    [
      { path: '/messages', sse: true },
      'bind: path, sse.path and sse.messagePath must differ, got /messages, /sse, /messages',
    ],
    [{ revisions: ['2026-07-28'], sse: true }, 'bind: sse carries no revision that is served: 2026-07-28'],
    [
      { requestState: { key: ['k'] } },
      'bind: requestState: there is no option "key". Did you mean "keys"? The options are keys, ttlMs, maxBytes',
    ],
    [{ requestState: 'k' }, 'bind: requestState must be { keys, ttlMs, maxBytes }, got "k"'],
    [{ health: 'up' }, 'bind: health must be a path that begins with "/", got "up"'],
    [{ health: 5 }, 'bind: health must be a path that begins with "/", got 5'],
    [{ maskErrors: 'yes' }, 'bind: maskErrors must be true or false, got "yes"'],
    [{ logger: null }, `${logger}, got null`],
    [{ logger: () => undefined }, `${logger}, got a function`],
    [{ logger: { error: () => undefined } }, `${logger}, got an object`],
    [{ onError: 'log' }, 'bind: onError must be a function (error, facts) => void, got "log"'],
  ]
  for (const [options, message] of mistakes) {
    it(message, () => {
      assert.throws(() => settle(untyped(options)), { name: 'DefinitionError', message })
    })
  }

  it('revisions must exist, and be at least one', () => {
    assert.throws(() => settle({ revisions: untyped(['2024-10-07']) }), {
      name: 'DefinitionError',
      message: /2024-10-07.*does not exist; there are '2024-11-05'/,
    })
    assert.throws(() => settle({ revisions: [] }), {
      name: 'DefinitionError',
      message: /^revisions: name at least one/,
    })
  })

  it('are checked by bind, listen and stdio before anything starts', async () => {
    const server = createServer({ name: 'test', version: '1.0.0' }).tool('t', () => 1)
    const odd = untyped({ pagesize: 5 })
    assert.throws(() => server.bind(odd), { name: 'DefinitionError' })
    await assert.rejects(server.listen(odd), { name: 'DefinitionError' })
    await assert.rejects(server.stdio(odd), { name: 'DefinitionError' })
  })
})
