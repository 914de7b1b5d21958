import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type ConnectOptions, createClient } from '../../src/client.ts'
import type { Loose } from '../support/answering.ts'
import { keepingLogger, VERSIONS, type Version } from '../support/messages.ts'
import { type RawAnswer, rawHttp, respondError, respondResult } from '../support/raw-http.ts'
import { scripted, speaking } from '../support/scripted-server.ts'

const tool = (name: string, properties: object = {}, more: object = {}) => ({
  name,
  inputSchema: { type: 'object', properties },
  ...more,
})

const mirrored = (name: string) => ({ type: 'string', 'x-mcp-header': name })

const WHERE = tool('where', {
  region: mirrored('Region'),
  size: { type: 'integer', 'x-mcp-header': 'Size' },
  dry: { type: 'boolean', 'x-mcp-header': 'Dry' },
  deep: { type: 'object', properties: { zone: mirrored('Zone') } },
  free: { type: 'string' },
})

const BAD = tool('bad', { region: { type: 'object', 'x-mcp-header': 'Region' } })

/** A server over HTTP that lists tools, page by page. */
const listing = (pages: () => Readonly<Record<string, { tools: unknown; nextCursor?: string }>>): RawAnswer => {
  return (response, request) => {
    const { message } = request
    const results: Readonly<Record<string, () => unknown>> = {
      'server/discover': () => ({ supportedVersions: ['2026-07-28'], capabilities: { tools: {} } }),
      'tools/list': () => pages()[message.params.cursor ?? ''],
      'tools/call': () => ({ content: [] }),
    }
    respondResult(response, request, results[message.method]?.())
  }
}

const connected = async (t: TestContext, answer: RawAnswer, options: ConnectOptions = { cache: false }) => {
  const { url, requests, asked } = await rawHttp(t, answer)
  const logger = keepingLogger()
  const client = await createClient().connect(url, { logger, ...options })
  t.after(() => client.close())
  /** The mirrored arguments of the last request. */
  const headers = (): Loose =>
    Object.fromEntries(Object.entries(requests.at(-1)?.headers ?? {}).filter(([name]) => name.startsWith('mcp-param-')))
  const call = async (name: string, args: object): Promise<Loose> => {
    await client.callTool(name, args as never)
    return headers()
  }
  return { client, call, logger, asked, requests }
}

test('2026-07-28 over HTTP: arguments are mirrored into headers once their tool has been listed', async (t) => {
  const { client, call } = await connected(
    t,
    listing(() => ({ '': { tools: [WHERE, tool('plain')] } })),
  )
  const args = { region: 'eu', size: 3, dry: false, deep: { zone: 'ä' }, free: 'x' }
  assert.deepEqual(await call('where', args), {})
  await client.listTools()
  assert.deepEqual(await call('where', args), {
    'mcp-param-region': 'eu',
    'mcp-param-size': '3',
    'mcp-param-dry': 'false',
    'mcp-param-zone': '=?base64?w6Q=?=',
  })
  // What is no argument of its kind has no header.
  assert.deepEqual(await call('where', { region: null, size: 0.5, dry: {}, deep: 'no' }), {})
  assert.deepEqual(await call('where', {}), {})
  assert.deepEqual(await call('plain', args), {})
  assert.deepEqual(await call('unlisted', args), {})
})

test('PY-113: a tool whose headers break a rule is left out, and the log says why', async (t) => {
  const { client, logger } = await connected(
    t,
    listing(() => ({ '': { tools: [BAD, WHERE] } })),
  )
  assert.deepEqual(
    (await client.listTools()).map(({ name }) => name),
    ['where'],
  )
  assert.equal(logger.lines.length, 1)
  assert.match(
    logger.lines[0]?.message ?? '',
    /^left out a tool that cannot be called over HTTP: tool "bad".*x-mcp-header/,
  )
})

for (const version of VERSIONS) {
  test(`PY-113; ${version}: where nothing is mirrored, such a tool is there like any other`, async () => {
    const server = scripted(speaking(version, { 'tools/list': { tools: [BAD, WHERE] }, 'tools/call': { content: [] } }))
    const client = await createClient().connect(server.runtime, { revisions: [version], logger: keepingLogger() })
    assert.equal((await client.listTools()).length, 2)
    await client.callTool('where', { region: 'eu' })
    await client.close()
  })
}

test('PY-113: earlier revisions mirror nothing over HTTP, either', async (t) => {
  const { url, requests } = await rawHttp(t, (response, request) => {
    const { message, verb } = request
    const results: Loose = {
      initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} } },
      'tools/list': { tools: [BAD, WHERE] },
      'tools/call': { content: [] },
    }
    if (message?.id !== undefined) respondResult(response, request, results[message.method])
    else response.writeHead(verb === 'POST' ? 202 : 405).end()
  })
  const client = await createClient().connect(url, { revisions: ['2025-11-25'], logger: keepingLogger() })
  assert.equal((await client.listTools()).length, 2)
  await client.callTool('where', { region: 'eu' })
  assert.equal(requests.at(-1)?.headers['mcp-param-region'], undefined)
  await client.close()
})

test('PY-112, PY-113: a whole list forgets the tools that it does not have; a page of one forgets nothing', async (t) => {
  let pages: Loose = { '': { tools: [WHERE, tool('other', { region: mirrored('Region') })] } }
  const { client, call } = await connected(
    t,
    listing(() => pages),
  )
  await client.listTools()
  const one = async (name: string): Promise<boolean> => Object.keys(await call(name, { region: 'eu' })).length > 0
  assert.deepEqual([await one('where'), await one('other')], [true, true])
  pages = { '': { tools: [tool('first')], nextCursor: 'b' }, b: { tools: [tool('second')] } }
  await client.listTools()
  assert.deepEqual([await one('where'), await one('other')], [true, true])
  pages = { '': { tools: [tool('other', { region: mirrored('Region') })] } }
  await client.listTools()
  assert.deepEqual([await one('where'), await one('other')], [false, true])
  pages = { '': { tools: [{ ...BAD, name: 'other' }], nextCursor: 'b' }, b: { tools: [] } }
  await client.listTools()
  assert.deepEqual([await one('where'), await one('other')], [false, false])
})

test('a listed tool without a schema can be called', async (t) => {
  const { client, call } = await connected(
    t,
    listing(() => ({ '': { tools: [{ name: 'bare' }] } })),
  )
  assert.deepEqual(await client.listTools(), [{ name: 'bare' }])
  assert.deepEqual(await call('bare', { a: 1 }), {})
})

test('TS-31: a call whose headers the server refuses is made again, once, after all pages were fetched anew', async (t) => {
  let label = 'Region'
  let isSettled = true
  const { client, call, asked } = await connected(
    t,
    (response, request) => {
      const { headers, message } = request
      const pages = {
        '': { tools: [tool('first')], nextCursor: 'b', ttlMs: 60_000, cacheScope: 'public' },
        b: { tools: [tool('where', { region: mirrored(label) })], ttlMs: 60_000, cacheScope: 'public' },
      }
      const isWrong = !isSettled || headers[`mcp-param-${label.toLowerCase()}`] === undefined
      if (message.method === 'tools/call' && isWrong) respondError(response, request, -32020, 400)
      else listing(() => pages)(response, request)
    },
    {},
  )
  await client.listTools()
  assert.deepEqual(await call('where', { region: 'eu' }), { 'mcp-param-region': 'eu' })
  label = 'Place'
  const before = asked().length
  assert.deepEqual(await call('where', { region: 'eu' }), { 'mcp-param-place': 'eu' })
  assert.deepEqual(asked().slice(before), ['tools/call', 'tools/list', 'tools/list', 'tools/call'])
  isSettled = false
  await assert.rejects(client.callTool('where', { region: 'eu' }), { name: 'McpError', code: -32020 })
  assert.equal(asked().filter((method) => method === 'tools/call').length, 5)
})

test('TS-31: fetching anew ends with the signal of the call', async (t) => {
  const controller = new AbortController()
  const { client } = await connected(t, (response, request) => {
    if (request.message.method === 'tools/list') controller.abort()
    else if (request.message.method === 'tools/call') respondError(response, request, -32020, 400)
    else listing(() => ({}))(response, request)
  })
  await assert.rejects(client.callTool('where', {}, { signal: controller.signal }), {
    name: 'AbortedError',
    message: '"tools/list" was aborted by the caller',
  })
})

const OUTPUT = { type: 'object', properties: { at: { type: 'string' } }, required: ['at'] }

const checking = async (version: Version, outputSchema: unknown, answer: unknown) => {
  const server = scripted(
    speaking(version, { 'tools/list': { tools: [tool('t', {}, { outputSchema })] }, 'tools/call': answer }),
  )
  const logger = keepingLogger()
  const client = await createClient().connect(server.runtime, { revisions: [version], logger })
  return { client, logger }
}

for (const version of ['2025-06-18', '2025-11-25', '2026-07-28'] as const) {
  test(`${version}: what a listed tool gives is checked against its output schema`, async () => {
    for (const [answer, problem] of [
      [{ content: [], structuredContent: { at: 'once' } }, undefined],
      [
        { content: [], structuredContent: { at: 5 } },
        'gave what does not fit its output schema: "at" must be a string, got 5',
      ],
      [{ content: [], structuredContent: {} }, 'gave what does not fit its output schema: "at" is required'],
      [{ content: [] }, 'has an output schema, but gave no structured content'],
      [{ content: [], isError: true }, undefined],
      [{ content: [], isError: true, structuredContent: {} }, undefined],
    ] as const) {
      const { client } = await checking(version, OUTPUT, answer)
      await client.callTool('t')
      await client.listTools()
      for (const call of [() => client.callTool('t'), () => client.callTool('t')]) {
        if (problem === undefined) await call()
        else await assert.rejects(call, { name: 'InvalidResultError', message: `The tool "t" ${problem}` })
      }
      await client.close()
    }
  })
}

test('a schema that cannot be read checks nothing, and the log says so once', async () => {
  const { client, logger } = await checking('2025-11-25', { type: 'thing' }, { content: [], structuredContent: {} })
  await client.listTools()
  await client.callTool('t')
  await client.callTool('t')
  assert.equal(logger.lines.length, 1)
  assert.match(logger.lines[0]?.message ?? '', /^results of the tool "t" cannot be checked: /)
  await client.close()
})
