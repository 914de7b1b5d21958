import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { AbortedError, type Connection, ErrorCode, McpError, TimeoutError, ToolError } from '../../src/client.ts'
import { whileListening } from '../support/recording-client.ts'
import { INSTRUCTIONS, overEveryTransport } from './everything.ts'

// What the official reference server has to offer, over each of its transports.

const text = (content: string): object => ({ type: 'text', text: content })

const isMcpError = (code: number) => (error: unknown) => error instanceof McpError && error.code === code

overEveryTransport((driven) => {
  test('finds its revision, and reads what it says of itself', () => {
    const { connection } = driven()
    assert.equal(connection.protocolVersion, '2025-11-25')
    assert.equal(connection.serverInfo?.name, 'mcp-servers/everything')
    assert.equal(connection.serverInfo?.title, 'Everything Reference Server')
    assert.equal(connection.instructions, INSTRUCTIONS)
    assert.deepEqual(connection.capabilities.resources, { subscribe: true, listChanged: true })
  })

  test('lists its tools, also those that it has for the capabilities of this client', async () => {
    const { connection } = driven()
    const tools = await connection.listTools()
    const names = tools.map(({ name }) => name)
    for (const name of ['echo', 'get-roots-list', 'trigger-elicitation-request', 'trigger-sampling-request']) {
      assert.ok(names.includes(name), name)
    }
    const sum = tools.find(({ name }) => name === 'get-sum')
    assert.equal(sum?.title, 'Get Sum Tool')
    assert.equal(sum?.annotations?.readOnlyHint, true)
    assert.deepEqual(sum?.inputSchema['required'], ['a', 'b'])
  })

  test('calls a tool, and takes its text as its value', async () => {
    const { connection } = driven()
    const result = await connection.callTool('get-sum', { a: 2, b: 40 })
    assert.deepEqual(result.content, [text('The sum of 2 and 40 is 42.')])
    assert.equal(result.text, 'The sum of 2 and 40 is 42.')
    assert.equal(await connection.tools['echo']?.({ message: 'héllo' }), 'Echo: héllo')
  })

  test('takes structured content as the value, and checks it against the output schema', async () => {
    const { connection } = driven()
    await connection.listTools()
    const { data, structuredContent } = await connection.callTool('get-structured-content', { location: 'Chicago' })
    assert.deepEqual(data, { temperature: 36, conditions: 'Light rain / drizzle', humidity: 82 })
    assert.deepEqual(structuredContent, data)
  })

  test('takes in images, annotations, links and embedded resources', async () => {
    const { connection } = driven()
    const [, image] = (await connection.callTool('get-tiny-image')).content
    assert.ok(image?.type === 'image' && image.mimeType === 'image/png')
    assert.equal(Buffer.from(image.data, 'base64').subarray(1, 4).toString(), 'PNG')

    const annotated = await connection.callTool('get-annotated-message', { messageType: 'error', includeImage: true })
    assert.deepEqual(annotated.content[0]?.annotations, { priority: 1, audience: ['user', 'assistant'] })
    assert.deepEqual(annotated.content[1]?.annotations, { priority: 0.5, audience: ['user'] })

    const links = (await connection.callTool('get-resource-links', { count: 2 })).content.slice(1)
    assert.deepEqual(
      links.map((link) => link.type === 'resource_link' && [link.uri, link.name, link.mimeType]),
      [
        ['demo://resource/dynamic/blob/1', 'Blob Resource 1', 'text/plain'],
        ['demo://resource/dynamic/text/2', 'Text Resource 2', 'text/plain'],
      ],
    )

    for (const resourceType of ['Text', 'Blob']) {
      const { content } = await connection.callTool('get-resource-reference', { resourceType, resourceId: 7 })
      const [, embedded] = content
      assert.ok(embedded?.type === 'resource')
      assert.equal(embedded.resource.uri, `demo://resource/dynamic/${resourceType.toLowerCase()}/7`)
      assert.ok((resourceType === 'Text' ? 'text' : 'blob') in embedded.resource)
    }
  })

  test('takes what a tool reports for a result with an error, which the function of the tool throws', async () => {
    const { connection } = driven()
    const result = await connection.callTool('get-sum', { a: 'two', b: 1 })
    assert.equal(result.isError, true)
    assert.match(result.text, /Invalid arguments for tool get-sum/)
    await assert.rejects(
      async () => connection.tools['get-sum']?.({ a: 'two' }),
      (error) => error instanceof ToolError && /Invalid arguments/.test(error.message),
    )
    // The generation of the official library that it is written with has a result for it.
    assert.equal((await connection.callTool('no-such-tool')).isError, true)
  })

  test('hears that a tool takes only calls that become tasks, which this client does not make', async () => {
    const { connection } = driven()
    const tool = (await connection.listTools()).find(({ name }) => name === 'simulate-research-query')
    assert.deepEqual(tool?.['execution' as keyof typeof tool], { taskSupport: 'required' })
    const { isError, text: said } = await connection.callTool('simulate-research-query', { topic: 'lamps' })
    assert.equal(isError, true)
    assert.match(said, /task/)
  })

  test('hears the progress of a call, in order', async () => {
    const { connection } = driven()
    const steps: unknown[] = []
    const { isError } = await connection.callTool(
      'trigger-long-running-operation',
      { duration: 0.05, steps: 5 },
      { onProgress: (progress) => steps.push(progress) },
    )
    assert.notEqual(isError, true)
    assert.deepEqual(
      steps,
      [1, 2, 3, 4, 5].map((progress) => ({ progress, total: 5 })),
    )
  })

  test('gives up a call that has begun, and goes on', async () => {
    const { connection } = driven()
    const controller = new AbortController()
    const call = connection.callTool(
      'trigger-long-running-operation',
      { duration: 1, steps: 50 },
      { signal: controller.signal, onProgress: () => controller.abort() },
    )
    await assert.rejects(call, (error) => error instanceof AbortedError && error.code === 'cancelled')
    await connection.ping()
  })

  test('gives up a call that is silent for too long, and goes on', async () => {
    const { connection } = driven()
    const call = connection.callTool('trigger-long-running-operation', { duration: 2, steps: 1 }, { timeoutMs: 20 })
    await assert.rejects(call, TimeoutError)
    await connection.ping()
  })

  test('lists and reads resources, texts and bytes, and those of templates', async () => {
    const { connection } = driven()
    const resources = await connection.listResources()
    const page = resources.find(({ name }) => name === 'instructions.md')
    assert.equal(page?.mimeType, 'text/markdown')
    const { contents } = await connection.readResource(page?.uri ?? '')
    assert.deepEqual(contents, [{ uri: page?.uri, mimeType: 'text/markdown', text: INSTRUCTIONS }])

    const templates = (await connection.listResourceTemplates()).map(({ uriTemplate }) => uriTemplate)
    assert.deepEqual(templates, [
      'demo://resource/dynamic/text/{resourceId}',
      'demo://resource/dynamic/blob/{resourceId}',
    ])

    const [dynamic] = (await connection.readResource('demo://resource/dynamic/text/3')).contents
    assert.ok(dynamic && 'text' in dynamic && dynamic.text.startsWith('Resource 3: '))
    const [bytes] = (await connection.readResource('demo://resource/dynamic/blob/3')).contents
    assert.ok(bytes && 'blob' in bytes)
    assert.match(Buffer.from(bytes.blob, 'base64').toString(), /^Resource 3: /)
  })

  test('hears that a resource is not there', async () => {
    const { connection } = driven()
    await assert.rejects(connection.readResource('demo://nowhere'), isMcpError(ErrorCode.InvalidParams))
  })

  test('hears of updates of the resources that it listens to, each listener of its own', async () => {
    const { connection } = driven()
    const [one, other] = ['features.md', 'startup.md'].map((name) => `demo://resource/static/document/${name}`)
    assert.ok(one && other)
    await whileListening(connection, { resources: [one] }, (changes) =>
      whileListening(connection, { resources: [other] }, async (others) => {
        assert.deepEqual(await changes.ready, { resourceSubscriptions: [one] })
        await others.ready
        await connection.callTool('toggle-subscriber-updates')
        assert.deepEqual(await changes.next(), { done: false, value: { kind: 'resource', uri: one } })
        assert.deepEqual(await others.next(), { done: false, value: { kind: 'resource', uri: other } })
        await connection.callTool('toggle-subscriber-updates')
      }),
    )
  })

  test('hears that there is another resource, and reads what it is led to', async () => {
    const { connection } = driven()
    const { content } = await whileListening(connection, { resources: true }, async (changes) => {
      await changes.ready
      const data = `data:text/plain,${encodeURIComponent('the lamp turns')}`
      const result = await connection.callTool('gzip-file-as-resource', { name: 'lamp.gz', data })
      assert.deepEqual(await changes.next(), { done: false, value: { kind: 'resources' } })
      return result
    })
    const [link] = content
    assert.ok(link?.type === 'resource_link')
    const [file] = (await connection.readResource(link.uri)).contents
    assert.ok(file && 'blob' in file)
    assert.equal(gunzipSync(Buffer.from(file.blob, 'base64')).toString(), 'the lamp turns')
  })

  test('lists and gets prompts, with arguments and embedded resources', async () => {
    const { connection } = driven()
    const prompts = await connection.listPrompts()
    const args = prompts.find(({ name }) => name === 'args-prompt')?.arguments
    assert.deepEqual(
      args?.map(({ name, required }) => [name, required]),
      [
        ['city', true],
        ['state', false],
      ],
    )
    const messagesOf = async (name: string, given?: Readonly<Record<string, string>>) =>
      (await connection.getPrompt(name, given)).messages
    assert.deepEqual(await messagesOf('simple-prompt'), [
      { role: 'user', content: text('This is a simple prompt without arguments.') },
    ])
    assert.deepEqual(await messagesOf('args-prompt', { city: 'Oslo', state: 'rain' }), [
      { role: 'user', content: text("What's weather in Oslo, rain?") },
    ])
    const [, embedded] = await messagesOf('resource-prompt', { resourceType: 'Text', resourceId: '5' })
    assert.ok(embedded?.content.type === 'resource')
    assert.equal(embedded.content.resource.uri, 'demo://resource/dynamic/text/5')
    await assert.rejects(messagesOf('args-prompt'), isMcpError(ErrorCode.InvalidParams))
  })

  test('completes arguments of prompts, by those that are settled, and variables of templates', async () => {
    const { connection } = driven()
    const ref = { type: 'ref/prompt', name: 'completable-prompt' } as const
    const valuesOf = async (params: Parameters<Connection['complete']>[0]) =>
      (await connection.complete(params)).completion.values
    assert.deepEqual(await valuesOf({ ref, argument: { name: 'department', value: 'S' } }), ['Sales', 'Support'])
    const context = { arguments: { department: 'Sales' } }
    assert.deepEqual(await valuesOf({ ref, argument: { name: 'name', value: 'E' }, context }), ['Eve'])
    const template = { type: 'ref/resource', uri: 'demo://resource/dynamic/text/{resourceId}' } as const
    assert.deepEqual(await valuesOf({ ref: template, argument: { name: 'resourceId', value: '12' } }), ['12'])
  })
})
