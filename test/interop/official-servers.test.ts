import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { AbortedError, type Connection, ErrorCode, McpError, ToolError } from '../../src/client.ts'
import {
  BLOCKS,
  FORM,
  INSTRUCTIONS,
  NOTES,
  PAGE,
  PAGE_TO_VISIT,
  PNG,
  PROMPT_FOR_MODEL,
  QUESTION,
} from '../fixtures/official.ts'
import {
  calmLogger,
  type RecordingClient,
  recordingClient,
  SAMPLE,
  whileListening,
} from '../support/recording-client.ts'
import { OFFICIAL_TARGETS, type OfficialTarget, type Opened } from './official-targets.ts'

// Servers that are written with the official library, through every feature that both have.

const isMcpError = (code: number) => (error: unknown) => error instanceof McpError && error.code === code

const driving = ({ serverName, open, pinned, speaks, fetch, isSessionless = false }: OfficialTarget): void => {
  let opened: Opened | undefined
  let recording: RecordingClient
  let connection: Connection

  before(async () => {
    recording = recordingClient()
    opened = await open()
    connection = await recording.client.connect(opened.target, {
      logger: calmLogger,
      ...(pinned !== undefined && { revisions: [pinned] }),
      ...(fetch && { fetch }),
    })
  })

  after(async () => {
    await connection?.close()
    await opened?.end()
  })

  test('finds its revision, and reads what it says of itself', () => {
    assert.equal(connection.protocolVersion, speaks)
    assert.deepEqual(connection.serverInfo, { name: serverName, version: '1.0.0' })
    assert.equal(connection.instructions, INSTRUCTIONS)
    assert.ok(connection.capabilities.tools && connection.capabilities.prompts && connection.capabilities.completions)
  })

  test('lists its tools with their schemas and annotations', async () => {
    const tools = await connection.listTools()
    const add = tools.find(({ name }) => name === 'add')
    assert.deepEqual([add?.title, add?.description], ['Add', 'Adds two numbers'])
    assert.equal(add?.annotations?.readOnlyHint, true)
    assert.deepEqual(add?.inputSchema['required'], ['a', 'b'])
    assert.deepEqual(add?.outputSchema?.['required'], ['sum'])
  })

  test('calls a tool with structured output, and checks it', async () => {
    await connection.listTools()
    const { text, data } = await connection.callTool('add', { a: 2, b: 40 })
    assert.equal(text, '42')
    assert.deepEqual(data, { sum: 42 })
  })

  test('takes in a block of each kind', async () => {
    const { content, data } = await connection.callTool('blocks')
    assert.deepEqual(content, BLOCKS)
    assert.deepEqual(data, BLOCKS)
  })

  test('takes what a tool reports, throws, or does not accept, for a result with an error', async () => {
    const reported = await connection.callTool('report')
    assert.deepEqual([reported.isError, reported.text], [true, 'It is dark.'])
    const thrown = await connection.callTool('throw')
    assert.deepEqual([thrown.isError, thrown.text], [true, 'The lamp broke.'])
    const refused = await connection.callTool('add', { a: 'two', b: 1 })
    assert.equal(refused.isError, true)
    assert.match(refused.text, /Invalid arguments for tool add/)
    await assert.rejects(async () => connection.tools['report']?.(), new ToolError('It is dark.'))
  })

  test('hears that there is no such tool, prompt or resource', async () => {
    if (serverName === 'first') assert.equal((await connection.callTool('nothing')).isError, true)
    else await assert.rejects(connection.callTool('nothing'), isMcpError(ErrorCode.InvalidParams))
    await assert.rejects(connection.getPrompt('nothing'), isMcpError(ErrorCode.InvalidParams))
    await assert.rejects(connection.readResource('note://nothing'), isMcpError(ErrorCode.InvalidParams))
    await assert.rejects(connection.request('vendor/nothing'), isMcpError(ErrorCode.MethodNotFound))
  })

  test('hears the progress of a call, in order', async () => {
    const heard: unknown[] = []
    const { text } = await connection.callTool('steps', {}, { onProgress: (progress) => heard.push(progress) })
    assert.equal(text, 'done')
    assert.deepEqual(
      heard,
      [1, 2, 3].map((progress) => ({ progress, total: 3, message: `Step ${progress}` })),
    )
  })

  test('gives up a call that has begun, which the server hears', async () => {
    const controller = new AbortController()
    const options = { signal: controller.signal, onProgress: () => controller.abort() }
    await assert.rejects(
      connection.callTool('wait', {}, options),
      (error) => error instanceof AbortedError && error.code === 'cancelled',
    )
    assert.equal((await connection.callTool('cancellations')).text, '1')
  })

  test('lists resources over several pages, at once or one by one', async () => {
    const expected = NOTES.map((number) => `note://${number}`)
    assert.ok(expected.length > 2 * PAGE)
    assert.deepEqual(
      (await connection.listResources()).map(({ uri }) => uri),
      expected,
    )
    const found: string[] = []
    for await (const { uri } of connection.listResources()) found.push(uri)
    assert.deepEqual(found, expected)
  })

  test('reads text, bytes, and what a template leads to', async () => {
    const note = await connection.readResource('note://1')
    assert.deepEqual(note.contents, [{ uri: 'note://1', mimeType: 'text/plain', text: 'Note 1' }])
    const logo = await connection.readResource('note://logo')
    assert.deepEqual(logo.contents, [{ uri: 'note://logo', mimeType: 'image/png', blob: PNG }])
    const [template] = await connection.listResourceTemplates()
    assert.deepEqual([template?.uriTemplate, template?.title], ['note://{id}/page', 'A page'])
    const page = await connection.readResource('note://7/page')
    assert.deepEqual(page.contents, [{ uri: 'note://7/page', text: 'The page of 7' }])
  })

  test('lists and gets prompts, with arguments, an embedded resource and an image', async () => {
    const [greet] = await connection.listPrompts()
    assert.deepEqual(
      greet?.arguments?.map(({ name, required }) => [name, required]),
      [
        ['name', true],
        ['style', false],
      ],
    )
    const greeting = await connection.getPrompt('greet', { name: 'Ada', style: 'formal' })
    assert.deepEqual(greeting.messages, [
      { role: 'user', content: { type: 'text', text: 'Greet Ada in a formal way.' } },
    ])
    await assert.rejects(connection.getPrompt('greet'), isMcpError(ErrorCode.InvalidParams))
    const review = await connection.getPrompt('review')
    assert.equal(review.description, 'A note and a picture')
    assert.deepEqual(review.messages, [
      { role: 'user', content: { type: 'resource', resource: { uri: 'note://1', text: 'Note 1' } } },
      { role: 'assistant', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
    ])
  })

  test('completes an argument of a prompt, and a variable of a template', async () => {
    const prompt = { type: 'ref/prompt', name: 'greet' } as const
    const styles = await connection.complete({ ref: prompt, argument: { name: 'style', value: 'fr' } })
    assert.deepEqual(styles.completion.values, ['friendly', 'frosty'])
    const template = { type: 'ref/resource', uri: 'note://{id}/page' } as const
    const ids = await connection.complete({ ref: template, argument: { name: 'id', value: '1' } })
    assert.deepEqual(ids.completion.values, ['10', '11'])
  })

  test('finds out whether the server answers', async () => {
    await connection.ping()
  })

  // A conversation of one request can ask nothing, and hears of nothing afterwards.
  if (isSessionless) {
    test('is told by the server that nobody can be asked, since there is no session', async () => {
      const { isError, text } = await connection.callTool('elicit')
      assert.equal(isError, true)
      assert.notEqual(text, '')
      assert.equal(recording.asked.size, 0)
    })
    return
  }

  test('hears log messages of the level that it wants, and above', async () => {
    await connection.setLogLevel('info')
    await connection.callTool('log')
    assert.deepEqual(await recording.logged.next(), { level: 'info', logger: 'lamp', data: { at: 'info' } })
    assert.deepEqual(await recording.logged.next(), { level: 'error', logger: 'lamp', data: { at: 'error' } })
    await connection.setLogLevel('debug')
    await connection.callTool('log')
    for (const level of ['debug', 'info', 'error']) assert.equal((await recording.logged.next()).level, level)
  })

  test('has its user fill in a form, and fills in what is left out', async () => {
    recording.elicited = { action: 'accept', content: { name: 'Ada' } }
    const { text } = await connection.callTool('elicit')
    assert.deepEqual(JSON.parse(text), { action: 'accept', content: { name: 'Ada', style: 'friendly' } })
    const { meta: _, ...asked } = await recording.asked.next()
    assert.deepEqual(asked, { mode: 'form', message: QUESTION, requestedSchema: FORM })
    for (const action of ['decline', 'cancel'] as const) {
      recording.elicited = { action }
      assert.deepEqual(JSON.parse((await connection.callTool('elicit')).text), { action })
      await recording.asked.next()
    }
  })

  test('has its user sent to a page', async () => {
    recording.elicited = { action: 'accept' }
    const { text } = await connection.callTool('visit')
    assert.deepEqual(JSON.parse(text), { action: 'accept' })
    const asked = await recording.asked.next()
    assert.ok(asked.mode === 'url')
    assert.deepEqual([asked.message, asked.url], [PAGE_TO_VISIT.message, PAGE_TO_VISIT.url])
    if (serverName === 'first') assert.equal(asked.elicitationId, PAGE_TO_VISIT.elicitationId)
  })

  test('has its model asked', async () => {
    const { text } = await connection.callTool('sample')
    assert.deepEqual(JSON.parse(text), SAMPLE)
    const { messages, systemPrompt, maxTokens } = await recording.sampled.next()
    assert.deepEqual({ messages, systemPrompt, maxTokens }, PROMPT_FOR_MODEL)
  })

  test('says which folders the server may use', async () => {
    const { text } = await connection.callTool('roots')
    assert.deepEqual(JSON.parse(text), { roots: recording.roots })
  })

  for (const kind of ['tools', 'prompts', 'resources'] as const) {
    test(`hears that the list of ${kind} has changed`, async () => {
      await whileListening(connection, { [kind]: true }, async (changes) => {
        assert.deepEqual(await changes.ready, { [`${kind}ListChanged`]: true })
        await connection.callTool('change', { what: kind })
        assert.deepEqual(await changes.next(), { done: false, value: { kind } })
      })
    })
  }

  test('hears of the resource that it watches, and not of another', async () => {
    await whileListening(connection, { resources: ['note://1'] }, async (changes) => {
      assert.deepEqual(await changes.ready, { resourceSubscriptions: ['note://1'] })
      for (const what of ['note://2', 'note://1']) await connection.callTool('change', { what })
      assert.deepEqual(await changes.next(), { done: false, value: { kind: 'resource', uri: 'note://1' } })
    })
  })
}

for (const target of OFFICIAL_TARGETS) describe(`the official library ${target.name}`, () => driving(target))
