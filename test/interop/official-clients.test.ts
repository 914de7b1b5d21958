import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as FirstStdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport as FirstHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createDocumentServer } from '../../examples/documents/server.ts'
import { typescript } from '../../scripts/child.ts'
import type { Running } from '../../src/index.ts'

const MAIN = fileURLToPath(new URL('../../examples/documents/main.ts', import.meta.url))
const DOCUMENT = '# Lighthouse\n\nThe lamp turns every eleven seconds.\n\n## Keeper\n\nShe sleeps at noon.\n'

/** What both generations of the official client have in common, as far as it is used here. */
interface AnyClient {
  listTools(): Promise<{ tools: readonly { name: string; outputSchema?: unknown }[] }>
  listResources(): Promise<{ resources: readonly { uri: string }[] }>
  listResourceTemplates(): Promise<{ resourceTemplates: readonly { uriTemplate: string }[] }>
  listPrompts(): Promise<{ prompts: readonly { name: string }[] }>
  callTool(params: { name: string; arguments?: Record<string, unknown> }): Promise<unknown>
  readResource(params: { uri: string }): Promise<{ contents: readonly unknown[] }>
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<{ messages: readonly unknown[] }>
  complete(params: {
    ref: { type: 'ref/resource'; uri: string }
    argument: { name: string; value: string }
  }): Promise<{ completion: { values: readonly string[] } }>
  getServerVersion(): { name: string } | undefined
  close(): Promise<void>
}

const info = { name: 'interop', version: '1.0.0' }

let folder = ''
let running: Running | undefined

const stdio = () => ({ command: process.execPath, args: [...typescript, MAIN, folder], stderr: 'pipe' as const })
const url = (): URL => new URL((running as Running).url)

const second = async (mode: 'legacy' | 'auto', transport: 'stdio' | 'http'): Promise<Client> => {
  const client = new Client(info, { versionNegotiation: { mode } })
  await client.connect(
    transport === 'stdio' ? new StdioClientTransport(stdio()) : new StreamableHTTPClientTransport(url()),
  )
  return client
}

const first = async (transport: 'stdio' | 'http'): Promise<FirstClient> => {
  const client = new FirstClient(info)
  await client.connect(
    (transport === 'stdio' ? new FirstStdioTransport(stdio()) : new FirstHttpTransport(url())) as Parameters<
      FirstClient['connect']
    >[0],
  )
  return client
}

const clients: readonly { readonly name: string; readonly connect: () => Promise<AnyClient> }[] = [
  { name: 'v1 over stdio', connect: async () => (await first('stdio')) as unknown as AnyClient },
  { name: 'v1 over HTTP', connect: async () => (await first('http')) as unknown as AnyClient },
  { name: 'v2, legacy, over stdio', connect: async () => (await second('legacy', 'stdio')) as unknown as AnyClient },
  { name: 'v2, legacy, over HTTP', connect: async () => (await second('legacy', 'http')) as unknown as AnyClient },
  { name: 'v2, auto, over stdio', connect: async () => (await second('auto', 'stdio')) as unknown as AnyClient },
  { name: 'v2, auto, over HTTP', connect: async () => (await second('auto', 'http')) as unknown as AnyClient },
]

describe('the official clients against the example server', () => {
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'interop-'))
    await writeFile(join(folder, 'lighthouse.md'), DOCUMENT)
    running = await createDocumentServer(folder).listen({ port: 0 })
  })

  after(async () => {
    await running?.close()
    await rm(folder, { recursive: true })
  })

  for (const { name, connect } of clients) {
    test(`${name}: lists, calls, reads, gets and completes`, async () => {
      const client = await connect()
      try {
        assert.equal(client.getServerVersion()?.name, 'documents')

        const { tools } = await client.listTools()
        assert.deepEqual(
          tools.map((tool) => tool.name),
          ['search', 'outline', 'read_section'],
        )

        const found = await client.callTool({ name: 'search', arguments: { query: 'lamp' } })
        const { hits } = (found as { structuredContent: { hits: readonly { path: string; heading: string }[] } })
          .structuredContent
        assert.deepEqual(
          hits.map(({ path, heading }) => [path, heading]),
          [['lighthouse.md', 'Lighthouse']],
        )

        const { resources } = await client.listResources()
        assert.ok(resources.some(({ uri }) => uri === 'docs://lighthouse.md'))
        const { resourceTemplates } = await client.listResourceTemplates()
        assert.deepEqual(
          resourceTemplates.map(({ uriTemplate }) => uriTemplate),
          ['docs://{+path}'],
        )
        const { contents } = await client.readResource({ uri: 'docs://lighthouse.md' })
        assert.deepEqual(contents, [{ uri: 'docs://lighthouse.md', mimeType: 'text/markdown', text: DOCUMENT }])

        const { prompts } = await client.listPrompts()
        assert.deepEqual(
          prompts.map((prompt) => prompt.name),
          ['summarise'],
        )
        const { messages } = await client.getPrompt({ name: 'summarise', arguments: { path: 'lighthouse.md' } })
        assert.match(JSON.stringify(messages), /eleven seconds/)

        const ref = { type: 'ref/resource', uri: 'docs://{+path}' } as const
        const { completion } = await client.complete({ ref, argument: { name: 'path', value: 'li' } })
        assert.deepEqual(completion.values, ['lighthouse.md'])
      } finally {
        await client.close()
      }
    })
  }

  test('v2 in auto mode settles on the stateless revision', async () => {
    for (const transport of ['stdio', 'http'] as const) {
      const client = await second('auto', transport)
      assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28')
      await client.close()
    }
  })
})
