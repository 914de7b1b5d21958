import assert from 'node:assert/strict'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Connection, createClient } from '../src/client.ts'
import { createDocumentServer } from './documents/server.ts'

/** The server is known at compile time: a wrong name, or a wrong argument, would not compile. */
type DocumentServer = ReturnType<typeof createDocumentServer>

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

/** Asks a server of documents everything that it can answer. Throws when an answer is not what it should be. */
async function* converse(client: Connection<DocumentServer>, query: string | undefined): AsyncGenerator<Exchange> {
  const tools = await client.listTools()
  assert.ok(tools.some(({ name }) => name === 'search'))
  yield {
    asked: 'which tools are there',
    answer: tools.map(({ name, description }) => `${name}: ${description ?? ''}`),
  }

  const resources = await client.listResources()
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
  const { total, hits } = await client.tools.search({ query: words, limit: 3 })
  const [best] = hits
  assert.ok(best, `nothing was found for "${words}"`)
  yield {
    asked: `search "${words}"`,
    answer: [
      `${total} found`,
      ...hits.map(({ path, line, heading, snippet }) => `${path}:${line}  ${heading}: ${shorten(snippet, 70)}`),
    ],
  }

  const { sections } = await client.tools.outline({ path: best.path })
  assert.ok(sections.some(({ heading }) => heading === best.heading))
  yield {
    asked: `outline of ${best.path}`,
    answer: sections.slice(0, 6).map(({ heading, level }) => `${'  '.repeat(Math.max(level - 1, 0))}${heading}`),
  }

  const uri = documents.find(({ name }) => name === best.path)?.uri
  assert.ok(uri)
  const { contents } = await client.readResource(uri)
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

  const { messages } = await client.getPrompt('summarise', { path: best.path, style: 'bullets' })
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
  const { isError, text: reason } = await client.callTool('outline', { path: mistyped })
  assert.equal(isError, true)
  assert.ok(reason.includes(`"${best.path}"`))
  yield { asked: `outline of ${mistyped}, which does not exist`, answer: [reason] }
}

const print = ({ asked, answer }: Exchange): void => {
  console.log(`  → ${asked}`)
  for (const line of answer) console.log(`      ${line}`)
}

const demonstrate = async (folder: string, query: string | undefined): Promise<void> => {
  const args = [...process.execArgv, here('documents/main.ts'), folder]
  const running = await createDocumentServer(folder).listen({ port: 0 })
  const { url } = running
  const demo = createClient({ name: 'demo', version: '1.0.0' })
  const connections = [
    { over: 'stdio', connect: () => demo.connect<DocumentServer>({ command: process.execPath, args }) },
    { over: 'HTTP', connect: () => demo.connect<DocumentServer>(url) },
    { over: 'HTTP, an older client', connect: () => demo.connect<DocumentServer>(url, { revisions: ['2025-11-25'] }) },
    { over: 'WebSocket', connect: () => demo.connect<DocumentServer>(url.replace('http:', 'ws:')) },
  ]
  const told: Exchange[] = []
  try {
    for (const [turn, { over, connect }] of connections.entries()) {
      const client = await connect()
      try {
        console.log(`\n${over}, revision ${client.protocolVersion}`)
        const heard: Exchange[] = []
        for await (const exchange of converse(client, query)) {
          heard.push(exchange)
          if (turn === 0) print(exchange)
        }
        if (turn === 0) told.push(...heard)
        else console.log(`  → the same ${heard.length} questions, the same answers`)
        assert.deepEqual(heard, told)
      } finally {
        await client.close()
      }
    }
    console.log('\nAll of it worked.')
  } finally {
    await running.close()
  }
}

const [folder, query] = process.argv.slice(2)
const chosen = folder === undefined ? here('documents/library') : resolve(folder)
await demonstrate(chosen, folder === undefined ? 'brakes squeal' : query).catch((error: unknown) => {
  console.error(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
})
