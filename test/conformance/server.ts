import * as v from 'valibot'
import { audio, createServer, embed, image, jsonSchema, ToolError, text, user } from '../../src/index.ts'
import { asking } from './asking.ts'

/** A PNG of one red pixel. */
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'

/** A WAV of two silent samples: 8 kHz, mono, 8 bits. */
const WAV = 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQIAAACAgA=='

const pixel = image({ base64: PNG, mimeType: 'image/png' })

/** The schema that has to come out of `tools/list` as it went in. */
export const everyKeyword = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
} as const

/**
 * Everything that the conformance suite looks for in a server.
 * The first tool is one that succeeds without arguments.
 */
export const server = createServer({
  name: 'fluent-mcp-conformance',
  title: 'The server under test',
  version: '1.0.0',
  instructions: 'Call what the conformance suite calls.',
})
  .tool(
    'test_simple_text',
    { description: 'Answers with one text' },
    () => 'This is a simple text response for testing.',
  )
  .tool('test_image_content', { description: 'Answers with one image' }, () => pixel)
  .tool('test_audio_content', { description: 'Answers with one sound' }, () =>
    audio({ base64: WAV, mimeType: 'audio/wav' }),
  )
  .tool('test_embedded_resource', { description: 'Answers with one embedded resource' }, () =>
    embed({
      uri: 'test://embedded-resource',
      mimeType: 'text/plain',
      text: 'This is an embedded resource content.',
    }),
  )
  .tool('test_multiple_content_types', { description: 'Answers with a text, an image and a resource' }, () => [
    text('Multiple content types test:'),
    pixel,
    embed({
      uri: 'test://mixed-content-resource',
      mimeType: 'application/json',
      text: '{"test":"data","value":123}',
    }),
  ])
  .tool('test_error_handling', { description: 'Fails, and says so in its result' }, () => {
    throw new ToolError('This tool intentionally returns an error for testing')
  })
  .tool('test_tool_with_logging', { description: 'Logs three messages while it works' }, async (_, ctx) => {
    await ctx.log.info('Tool execution started')
    await ctx.log.info('Tool processing data')
    await ctx.log.info('Tool execution completed')
    return 'Tool with logging executed successfully'
  })
  .tool('test_tool_with_progress', { description: 'Reports its progress in three steps' }, async (_, ctx) => {
    for (const done of [0, 50, 100]) await ctx.progress(done, 100, `Completed step ${done} of 100`)
    return 'Tool with progress executed successfully'
  })
  .tool(
    'json_schema_2020_12_tool',
    { description: 'Takes a schema with every keyword of JSON Schema 2020-12', input: jsonSchema(everyKeyword) },
    (args) => `JSON Schema 2020-12 tool called with: ${JSON.stringify(args)}`,
  )
  .tool('test_missing_capability', { description: 'Needs a client that samples' }, async (_, ctx) => {
    const { model } = await ctx.sample({ messages: [], maxTokens: 1 })
    return `The client samples with ${model}.`
  })
  .tool('test_streaming_elicitation', { description: 'Streams without asking the client' }, async (_, ctx) => {
    await ctx.log.info('Nothing is asked on this stream')
    await ctx.progress(1, 1)
    return 'Nothing was asked.'
  })
  .tool('test_logging_tool', { description: 'Logs one message' }, async (_, ctx) => {
    await ctx.log.info('This reaches only a client that asked for log messages')
    return 'Logged.'
  })
  .tool(
    'test_x_mcp_header',
    {
      description: 'Takes one argument that also travels in a header',
      input: jsonSchema({
        type: 'object',
        properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
      }),
    },
    (args) => `Called with: ${JSON.stringify(args)}`,
  )
  .resource(
    'test://static-text',
    { name: 'Static text', description: 'A text that never changes', mimeType: 'text/plain' },
    () => 'This is the content of the static text resource.',
  )
  .resource(
    'test://static-binary',
    { name: 'Static image', description: 'An image that never changes', mimeType: 'image/png' },
    () => Buffer.from(PNG, 'base64'),
  )
  .resource(
    'test://watched-resource',
    { name: 'Watched resource', description: 'A text to subscribe to', mimeType: 'text/plain' },
    () => 'Watched resource content',
  )
  .resource(
    'test://template/{id}/data',
    { name: 'Data by id', description: 'A template with one variable', mimeType: 'application/json' },
    ({ id }) => ({ id, templateTest: true, data: `Data for ID: ${id}` }),
  )
  .prompt(
    'test_simple_prompt',
    { description: 'A prompt without arguments' },
    () => 'This is a simple prompt for testing.',
  )
  .prompt(
    'test_prompt_with_arguments',
    {
      description: 'A prompt with two required arguments',
      input: v.object({ arg1: v.string(), arg2: v.string() }),
      complete: { arg1: (value) => ['testValue1', 'paris', 'park', 'party'].filter((word) => word.startsWith(value)) },
    },
    ({ arg1, arg2 }) => `Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`,
  )
  .prompt(
    'test_prompt_with_embedded_resource',
    { description: 'A prompt that carries a resource', input: v.object({ resourceUri: v.string() }) },
    ({ resourceUri }) => [
      user(embed({ uri: resourceUri, mimeType: 'text/plain', text: 'Embedded resource content for testing.' })),
      user('Please process the embedded resource above.'),
    ],
  )
  .prompt('test_prompt_with_image', { description: 'A prompt that carries an image' }, () => [
    user(pixel),
    user('Please analyze the image above.'),
  ])
  .merge(asking)
