import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { createDocumentServer } from './documents/server.ts'

const REVISION = '2026-07-28'
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** One question and what came back, ready to print. */
interface Exchange {
  readonly asked: string
  readonly answer: readonly string[]
}

const shorten = (text: string, length = 100): string => (text.length > length ? `${text.slice(0, length - 1)}…` : text)

const firstLines = (text: string, count = 3): readonly string[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, count)
    .map((line) => shorten(line))

interface Hit {
  readonly path: string
  readonly heading: string
  readonly snippet: string
  readonly line: number
}

interface Outline {
  readonly sections: readonly { readonly heading: string; readonly level: number }[]
}

/** Asks a server of documents everything that it can answer. Throws when an answer is not what it should be. */
async function* converse(client: Client, query: string | undefined): AsyncGenerator<Exchange> {
  const { tools } = await client.listTools()
  assert.ok(tools.some(({ name }) => name === 'search'))
  yield {
    asked: 'which tools are there',
    answer: tools.map(({ name, description }) => `${name}: ${description ?? ''}`),
  }

  const { resources } = await client.listResources()
  const documents = resources.filter(({ uri }) => uri !== 'docs://')
  const [first] = documents
  assert.ok(first, 'the folder has no Markdown documents')
  yield {
    asked: 'which documents are there',
    answer: [
      ...documents.slice(0, 4).map(({ uri, title }) => `${uri}  ${title ?? ''}`),
      ...(documents.length > 4 ? [`and ${documents.length - 4} more`] : []),
    ],
  }

  const words = query ?? first.title ?? first.name
  const found = await client.callTool({ name: 'search', arguments: { query: words, limit: 3 } })
  const { total, hits } = found.structuredContent as { readonly total: number; readonly hits: readonly Hit[] }
  const [best] = hits
  assert.ok(best, `nothing was found for "${words}"`)
  yield {
    asked: `search "${words}"`,
    answer: [
      `${total} found`,
      ...hits.map(({ path, line, heading, snippet }) => `${path}:${line}  ${heading}: ${shorten(snippet, 70)}`),
    ],
  }

  const outline = await client.callTool({ name: 'outline', arguments: { path: best.path } })
  const { sections } = outline.structuredContent as unknown as Outline
  assert.ok(sections.some(({ heading }) => heading === best.heading))
  yield {
    asked: `outline of ${best.path}`,
    answer: sections.slice(0, 6).map(({ heading, level }) => `${'  '.repeat(Math.max(level - 1, 0))}${heading}`),
  }

  const uri = documents.find(({ name }) => name === best.path)?.uri
  assert.ok(uri)
  const { contents } = await client.readResource({ uri })
  const text = contents.map((content) => ('text' in content ? content.text : '')).join('')
  assert.ok(text.includes(best.heading))
  yield { asked: `read ${uri}`, answer: firstLines(text) }

  const typed = best.path.slice(0, 3)
  const { completion } = await client.complete({
    ref: { type: 'ref/resource', uri: 'docs://{+path}' },
    argument: { name: 'path', value: typed },
  })
  assert.ok(completion.values.includes(best.path) || completion.hasMore)
  yield { asked: `complete the path "${typed}"`, answer: completion.values.slice(0, 4) }

  const { messages } = await client.getPrompt({ name: 'summarise', arguments: { path: best.path, style: 'bullets' } })
  assert.deepEqual(
    messages.map(({ content }) => content.type),
    ['resource', 'text'],
  )
  yield {
    asked: `prompt "summarise" for ${best.path}`,
    answer: messages.map(({ role, content }) =>
      content.type === 'text' ? `${role}: ${content.text}` : `${role}: [the document, embedded]`,
    ),
  }

  const mistyped = `${best.path}x`
  const refused = await client.callTool({ name: 'outline', arguments: { path: mistyped } })
  assert.equal(refused.isError, true)
  const [reason] = refused.content
  assert.ok(reason?.type === 'text' && reason.text.includes(`"${best.path}"`))
  yield { asked: `outline of ${mistyped}, which does not exist`, answer: [reason.text] }
}

const print = ({ asked, answer }: Exchange): void => {
  console.log(`  → ${asked}`)
  for (const line of answer) console.log(`      ${line}`)
}

const newClient = (era: 'modern' | 'legacy'): Client =>
  new Client(
    { name: 'demo', version: '1.0.0' },
    { versionNegotiation: { mode: era === 'modern' ? { pin: REVISION } : 'legacy' } },
  )

const demonstrate = async (folder: string, query: string | undefined): Promise<void> => {
  const command = [...process.execArgv, here('documents/main.ts'), folder]
  const spawned = () => new StdioClientTransport({ command: process.execPath, args: command })
  const running = await createDocumentServer(folder).listen({ port: 0 })
  const overHttp = () => new StreamableHTTPClientTransport(new URL(running.url))
  const connections = [
    { over: 'stdio', client: newClient('modern'), transport: spawned },
    { over: 'HTTP', client: newClient('modern'), transport: overHttp },
    { over: 'HTTP, an older client', client: newClient('legacy'), transport: overHttp },
  ]
  const told: Exchange[] = []
  try {
    for (const [turn, { over, client, transport }] of connections.entries()) {
      await client.connect(transport())
      console.log(`\n${over}, revision ${client.getNegotiatedProtocolVersion()}`)
      const heard: Exchange[] = []
      for await (const exchange of converse(client, query)) {
        heard.push(exchange)
        if (turn === 0) print(exchange)
      }
      if (turn === 0) told.push(...heard)
      else console.log(`  → the same ${heard.length} questions, the same answers`)
      assert.deepEqual(heard, told)
    }
    console.log('\nAll of it worked.')
  } finally {
    for (const { client } of connections) await client.close()
    await running.close()
  }
}

const [folder, query] = process.argv.slice(2)
const chosen = folder === undefined ? here('documents/library') : resolve(folder)
await demonstrate(chosen, folder === undefined ? 'brakes squeal' : query).catch((error: unknown) => {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
