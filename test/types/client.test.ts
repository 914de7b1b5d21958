import { describe, it } from 'node:test'
import * as v from 'valibot'
import { z } from 'zod'
import { type Connection, createClient } from '../../src/client.ts'
import { type ContentBlock, createServer, image, result, text } from '../../src/index.ts'
import { compiled, is, same } from './equal.ts'

const weather = createServer({ name: 'weather', version: '1.0.0' }).tool(
  'forecast',
  v.object({ city: v.string() }),
  ({ city }) => ({ city, degrees: 21 }),
)

const server = createServer({ name: 'types', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('hello', () => 'hello')
  .tool('later', v.object({ on: v.optional(v.string()) }), async ({ on }) => ({ on: new Date(on ?? 0), tags: ['a'] }))
  .tool('output', { output: v.object({ n: v.pipe(v.string(), v.transform(Number)) }) }, () => ({ n: '1' }))
  .tool('picture', () => image(Uint8Array.of(), { mimeType: 'image/png' }))
  .tool('said', () => text('a'))
  .tool('pictures', () => [image(Uint8Array.of(), { mimeType: 'image/png' })])
  .tool('mixed', () => [text('a'), 'b'])
  .tool('list', () => [1, 2])
  .tool('made', () => result({ content: 'a' }))
  .tool('nothing', () => undefined)
  .tool('zod', z.object({ page: z.number().default(1) }), ({ page }) => page)
  .prompt('greet', v.object({ name: v.string() }), ({ name }) => name)
  .prompt('plain', () => 'hi')
  .merge(weather, { prefix: 'weather' })

type Client = Connection<typeof server>

describe('types of a client that knows its server', () => {
  it('names and arguments of tools are checked', () => {
    compiled(async () => {
      const client = await createClient().connect<typeof server>('https://example.com/mcp')
      same<typeof client, Client>()
      await client.callTool('add', { a: 1, b: 2 })
      await client.tools.add({ a: 1, b: 2 }, { timeoutMs: 1_000 })
      await client.tools.hello()
      await client.tools.hello({}, { signal: AbortSignal.timeout(1) })
      await client.tools.later()
      await client.tools.zod()
      await client.tools.zod({ page: 2 })
      await client.tools.weather_forecast({ city: 'Oslo' })
      // @ts-expect-error there is no such tool
      await client.callTool('sub', { a: 1, b: 2 })
      // @ts-expect-error there is no such tool
      await client.tools.sub({ a: 1 })
      // @ts-expect-error it has a prefix
      await client.tools.forecast({ city: 'Oslo' })
      // @ts-expect-error b is a number
      await client.callTool('add', { a: 1, b: '2' })
      // @ts-expect-error b is missing
      await client.tools.add({ a: 1 })
      // @ts-expect-error the arguments are missing
      await client.callTool('add')
      // @ts-expect-error nothing is called c
      await client.tools.add({ a: 1, b: 2, c: 3 })
      // @ts-expect-error there is no such option
      await client.tools.add({ a: 1, b: 2 }, { timeout: 1 })
    })
  })

  it('values are what the tool returns, as JSON', () => {
    compiled(async () => {
      const client = await createClient().connect(server)
      same<typeof client, Client>()
      is<number>()(await client.tools.add({ a: 1, b: 2 }))
      is<string>()(await client.tools.hello())
      is<{ on: string; tags: string[] }>()(await client.tools.later())
      is<{ n: number }>()(await client.tools.output())
      is<readonly ContentBlock[]>()(await client.tools.picture())
      is<readonly ContentBlock[]>()(await client.tools.pictures())
      is<string>()(await client.tools.said())
      is<string | readonly ContentBlock[]>()(await client.tools.mixed())
      is<number[]>()(await client.tools.list())
      is<unknown>()(await client.tools.made())
      is<undefined>()(await client.tools.nothing())
      is<{ city: string; degrees: number }>()(await client.tools.weather_forecast({ city: 'Oslo' }))
      const { data, text: said, content, isError } = await client.callTool('add', { a: 1, b: 2 })
      is<number>()(data)
      is<string>()(said)
      is<readonly ContentBlock[]>()(content)
      is<boolean | undefined>()(isError)
      // @ts-expect-error a number has no length
      void (await client.tools.add({ a: 1, b: 2 })).length
      // @ts-expect-error nobody says that it is a number
      ;(await client.tools.made()).toFixed()
    })
  })

  it('names and arguments of prompts are checked', () => {
    compiled(async () => {
      const client = await createClient().connect<typeof server>('https://example.com/mcp')
      await client.getPrompt('greet', { name: 'Ada' })
      await client.getPrompt('plain')
      // @ts-expect-error there is no such prompt
      await client.getPrompt('bye')
      // @ts-expect-error the name is missing
      await client.getPrompt('greet', {})
    })
  })
})

describe('types of a client that does not know its server', () => {
  it('take any name and any arguments, and say nothing of the value', () => {
    compiled(async () => {
      const client = await createClient().connect('https://example.com/mcp')
      same<typeof client, Connection<unknown>>()
      is<unknown>()(await client.tools['anything']?.({ a: 1 }))
      const { data } = await client.callTool('anything', { a: 1 })
      is<unknown>()(data)
      await client.getPrompt('anything', { a: 'b' })
      // @ts-expect-error arguments are an object
      await client.callTool('anything', 1)
    })
  })

  it('targets of every kind are taken, and nothing else', () => {
    compiled(async () => {
      await createClient().connect(new URL('https://example.com/mcp'))
      await createClient().connect({ command: 'node', args: ['server.js'], env: { A: 'b' }, cwd: '/tmp' })
      await createClient().connect(server.runtime)
      await createClient().connect({ start: () => undefined, send: () => undefined, close: () => undefined })
      // @ts-expect-error a number is no target
      await createClient().connect(8000)
      // @ts-expect-error there is no such option
      await createClient().connect('https://example.com/mcp', { retries: 1 })
    })
  })

  it('changes are told apart by their kind', () => {
    compiled(async () => {
      const client = await createClient().connect('https://example.com/mcp')
      for await (const change of client.listen({ tools: true, resources: ['note://1'] })) {
        if (change.kind === 'resource') is<string>()(change.uri)
        // @ts-expect-error there is no such kind
        void (change.kind === 'none')
      }
      for await (const tool of client.listTools()) is<string>()(tool.name)
    })
  })
})
