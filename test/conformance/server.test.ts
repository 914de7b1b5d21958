import assert from 'node:assert/strict'
import { test } from 'node:test'
import { everyKeyword, server } from './server.ts'

// The suite accepts any text from a tool that answers. Here is what the server under test has to answer exactly, on
// the stateless revision and on the newest stateful one.

const REVISIONS = ['2026-07-28', '2025-11-25'] as const
type Tested = (typeof REVISIONS)[number]

interface Message {
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

const envelope = (capabilities: object): object => ({
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': capabilities,
})

interface Call {
  readonly method: string
  readonly params?: { readonly name?: string; readonly uri?: string; readonly [key: string]: unknown }
  readonly meta?: object
  readonly capabilities?: object
  readonly headers?: Readonly<Record<string, string>>
}

const headersOf = (revision: Tested, { method, params, headers }: Call): Record<string, string> => {
  const name = params?.name ?? params?.uri
  return {
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'MCP-Protocol-Version': revision,
    ...(revision === '2026-07-28' && { 'Mcp-Method': method, ...(name !== undefined && { 'Mcp-Name': name }) }),
    ...headers,
  }
}

/** Sends one request. Gives every message of the answer in order, the response last. */
const send = async (revision: Tested, call: Call): Promise<{ status: number; messages: Message[] }> => {
  const stateless = revision === '2026-07-28' && envelope(call.capabilities ?? {})
  const body = {
    jsonrpc: '2.0',
    id: 1,
    method: call.method,
    params: { ...call.params, _meta: { ...stateless, ...call.meta } },
  }
  const response = await server.fetch(
    new Request('http://127.0.0.1/mcp', {
      method: 'POST',
      headers: headersOf(revision, call),
      body: JSON.stringify(body),
    }),
  )
  const text = await response.text()
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true
  const lines = isStream ? [...text.matchAll(/^data: ?(.+)$/gm)].map(([, data = '']) => data) : [text]
  return { status: response.status, messages: lines.map((line) => JSON.parse(line)) }
}

const resultOf = async (revision: Tested, call: Call): Promise<Readonly<Record<string, unknown>>> => {
  const { messages } = await send(revision, call)
  const { result, error } = messages.at(-1) ?? {}
  assert.ok(result !== undefined, `${call.method} failed: ${JSON.stringify(error)}`)
  return result
}

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQIAAACAgA=='
const text = (content: string): object => ({ type: 'text', text: content })
const pixel = { type: 'image', data: PNG, mimeType: 'image/png' }
const resource = (uri: string, mimeType: string, content: string): object => ({
  type: 'resource',
  resource: { uri, mimeType, text: content },
})

const tools: readonly [name: string, args: object | undefined, content: readonly object[]][] = [
  ['test_simple_text', undefined, [text('This is a simple text response for testing.')]],
  ['test_simple_text', {}, [text('This is a simple text response for testing.')]],
  ['test_image_content', {}, [pixel]],
  ['test_audio_content', {}, [{ type: 'audio', data: WAV, mimeType: 'audio/wav' }]],
  [
    'test_embedded_resource',
    {},
    [resource('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  ],
  [
    'test_multiple_content_types',
    {},
    [
      text('Multiple content types test:'),
      pixel,
      resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
    ],
  ],
  [
    'json_schema_2020_12_tool',
    { name: 'Ada', email: 'ada@example.com' },
    [text('JSON Schema 2020-12 tool called with: {"name":"Ada","email":"ada@example.com"}')],
  ],
  ['test_streaming_elicitation', {}, [text('Nothing was asked.')]],
  ['test_logging_tool', {}, [text('Logged.')]],
  ['test_x_mcp_header', {}, [text('Called with: {}')]],
]

const prompts: readonly [name: string, args: object | undefined, contents: readonly object[]][] = [
  ['test_simple_prompt', undefined, [text('This is a simple prompt for testing.')]],
  [
    'test_prompt_with_arguments',
    { arg1: 'testValue1', arg2: 'testValue2' },
    [text("Prompt with arguments: arg1='testValue1', arg2='testValue2'")],
  ],
  [
    'test_prompt_with_embedded_resource',
    { resourceUri: 'test://example-resource' },
    [
      resource('test://example-resource', 'text/plain', 'Embedded resource content for testing.'),
      text('Please process the embedded resource above.'),
    ],
  ],
  ['test_prompt_with_image', {}, [pixel, text('Please analyze the image above.')]],
]

const resources: readonly [uri: string, contents: object][] = [
  ['test://static-text', { mimeType: 'text/plain', text: 'This is the content of the static text resource.' }],
  ['test://static-binary', { mimeType: 'image/png', blob: PNG }],
  ['test://watched-resource', { mimeType: 'text/plain', text: 'Watched resource content' }],
  [
    'test://template/123/data',
    { mimeType: 'application/json', text: '{"id":"123","templateTest":true,"data":"Data for ID: 123"}' },
  ],
]

const progress = (done: number): object => ({
  method: 'notifications/progress',
  params: { progressToken: 'token-1', progress: done, total: 100, message: `Completed step ${done} of 100` },
})

const logged = (data: string): object => ({ method: 'notifications/message', params: { level: 'info', data } })

const notifications = (messages: readonly Message[]): object[] =>
  messages.slice(0, -1).map(({ method, params }) => ({ method, params }))

const callTool = (name: string, args: object | undefined = {}): Call => ({
  method: 'tools/call',
  params: { name, arguments: args },
})

for (const revision of REVISIONS) {
  for (const [name, args, content] of tools) {
    test(`${revision}: ${name} with ${JSON.stringify(args) ?? 'no arguments'} answers exactly`, async () => {
      const call = { method: 'tools/call', params: { name, ...(args && { arguments: args }) } }
      const result = await resultOf(revision, call)
      assert.deepEqual(result['content'], content)
      assert.notEqual(result['isError'], true)
    })
  }

  test(`${revision}: test_error_handling answers with the text of its error`, async () => {
    const result = await resultOf(revision, callTool('test_error_handling'))
    assert.deepEqual(result['content'], [text('This tool intentionally returns an error for testing')])
    assert.equal(result['isError'], true)
  })

  test(`${revision}: test_tool_with_progress reports 0, 50 and 100 of 100 before its answer`, async () => {
    const call = { ...callTool('test_tool_with_progress'), meta: { progressToken: 'token-1' } }
    const { messages } = await send(revision, call)
    assert.deepEqual(notifications(messages), [progress(0), progress(50), progress(100)])
    assert.deepEqual(messages.at(-1)?.result?.['content'], [text('Tool with progress executed successfully')])
  })

  test(`${revision}: test_tool_with_progress reports nothing to a client that did not ask`, async () => {
    const { messages } = await send(revision, callTool('test_tool_with_progress'))
    assert.deepEqual(notifications(messages), [])
  })

  for (const [name, args, contents] of prompts) {
    test(`${revision}: ${name} answers exactly`, async () => {
      const call = { method: 'prompts/get', params: { name, ...(args && { arguments: args }) } }
      const { messages } = await resultOf(revision, call)
      assert.deepEqual(
        messages,
        contents.map((content) => ({ role: 'user', content })),
      )
    })
  }

  for (const [uri, contents] of resources) {
    test(`${revision}: ${uri} reads exactly`, async () => {
      const result = await resultOf(revision, { method: 'resources/read', params: { uri } })
      assert.deepEqual(result['contents'], [{ uri, ...contents }])
    })
  }

  test(`${revision}: json_schema_2020_12_tool is listed with its schema as it was written`, async () => {
    const { tools: listed } = await resultOf(revision, { method: 'tools/list' })
    const found = (listed as { name: string; inputSchema: unknown }[]).find(
      ({ name }) => name === 'json_schema_2020_12_tool',
    )
    assert.deepEqual(found?.inputSchema, everyKeyword)
  })

  test(`${revision}: the argument of a prompt is completed with what begins with its value`, async () => {
    const ref = { type: 'ref/prompt', name: 'test_prompt_with_arguments' }
    const call = { method: 'completion/complete', params: { ref, argument: { name: 'arg1', value: 'par' } } }
    const { completion } = await resultOf(revision, call)
    assert.deepEqual(completion, { values: ['paris', 'park', 'party'], total: 3, hasMore: false })
  })
}

const LOG_LINES = ['Tool execution started', 'Tool processing data', 'Tool execution completed']

test('2026-07-28: test_tool_with_logging logs for a client that asks for a level', async () => {
  const call = { ...callTool('test_tool_with_logging'), meta: { 'io.modelcontextprotocol/logLevel': 'debug' } }
  const { messages } = await send('2026-07-28', call)
  assert.deepEqual(notifications(messages), LOG_LINES.map(logged))
})

test('2026-07-28: test_tool_with_logging logs nothing for a client that does not', async () => {
  const { messages } = await send('2026-07-28', callTool('test_tool_with_logging'))
  assert.deepEqual(notifications(messages), [])
})

test('2025-11-25: test_tool_with_logging logs from the level "info"', async () => {
  const { messages } = await send('2025-11-25', callTool('test_tool_with_logging'))
  assert.deepEqual(notifications(messages), LOG_LINES.map(logged))
})

test('2026-07-28: test_missing_capability is refused with HTTP 400 when the client does not sample', async () => {
  const { status, messages } = await send('2026-07-28', callTool('test_missing_capability'))
  assert.equal(status, 400)
  assert.equal(messages.at(-1)?.error?.code, -32021)
  assert.deepEqual(messages.at(-1)?.error?.data, { requiredCapabilities: { sampling: {} } })
})

test('2026-07-28: test_missing_capability asks a client that samples', async () => {
  const call = { ...callTool('test_missing_capability'), capabilities: { sampling: {} } }
  const result = await resultOf('2026-07-28', call)
  assert.equal(result['resultType'], 'input_required')
})

test('2026-07-28: test_x_mcp_header takes an argument that its header repeats', async () => {
  const call = { ...callTool('test_x_mcp_header', { region: 'eu' }), headers: { 'Mcp-Param-Region': 'eu' } }
  const { content } = await resultOf('2026-07-28', call)
  assert.deepEqual(content, [text('Called with: {"region":"eu"}')])
})

test('2026-07-28: test_x_mcp_header refuses an argument that its header contradicts', async () => {
  const call = { ...callTool('test_x_mcp_header', { region: 'eu' }), headers: { 'Mcp-Param-Region': 'us' } }
  const { status, messages } = await send('2026-07-28', call)
  assert.equal(status, 400)
  assert.equal(messages.at(-1)?.error?.code, -32020)
})
