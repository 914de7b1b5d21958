import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import * as v from 'valibot'
import { z } from 'zod'
import { type Call, callText, checkAnswer, initializedText, initializeText } from '../messages.ts'
import { library } from './library.ts'

// Calls within one process: how many a second, and the processor time of each.

const WARM_UP = 20_000
const MEASURED = 100_000
const WINDOW = 100

/** Sends a text, and says what hears the texts that come back. */
type Open = (answered: (text: string) => void) => Promise<(text: string) => void>

const floor: Open = async (answered) => (text) => {
  const { id, params } = JSON.parse(text)
  const { a, b } = params.arguments
  const result = { content: [{ type: 'text', text: String(a + b) }], structuredContent: { result: a + b } }
  const answer = JSON.stringify({ jsonrpc: '2.0', id, result })
  void Promise.resolve().then(() => answered(answer))
}

const ours: Open = async (answered) => {
  const { createMemoryTransports, createServer } = library
  const add = v.object({ a: v.number(), b: v.number() })
  const server = createServer({ name: 'bench', version: '1.0.0' }).tool('add', add, ({ a, b }) => a + b)
  const [near, far] = createMemoryTransports()
  void server.runtime.connect(far)
  const ignore = (): void => undefined
  await near.start({ message: (text) => void answered(text), malformed: ignore, ended: ignore, closed: ignore })
  return (text) => void near.send(text)
}

const official: Open = async (answered) => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' })
  server.registerTool('add', { inputSchema: { a: z.number(), b: z.number() } }, async ({ a, b }) => ({
    content: [{ type: 'text', text: String(a + b) }],
    structuredContent: { result: a + b },
  }))
  const [near, far] = InMemoryTransport.createLinkedPair()
  await server.connect(far)
  await near.start()
  const opened = new Promise<void>((resolve) => {
    near.onmessage = () => resolve()
  })
  await near.send(JSON.parse(initializeText('2025-06-18')))
  await opened
  await near.send(JSON.parse(initializedText))
  // It passes objects; those who call it have texts, as everywhere.
  near.onmessage = (message) => answered(JSON.stringify(message))
  return (text) => void near.send(JSON.parse(text))
}

const SUBJECTS: Readonly<Record<string, readonly [Open, Call]>> = {
  floor: [floor, { revision: '2026-07-28', method: 'tools/call' }],
  ours: [ours, { revision: '2026-07-28', method: 'tools/call' }],
  official: [official, { revision: '2025-06-18', method: 'tools/call' }],
}

const [open, call] = SUBJECTS[process.argv[2] ?? ''] ?? SUBJECTS['ours'] ?? []
if (!open || !call) throw new Error('there is no such subject')

const texts = Array.from({ length: 2 * WINDOW }, (_, id) => callText(call, id))
let sent = 0
let answers = 0
let until = 0
let done: () => void = () => undefined

const send = await open((text) => {
  if (answers < WINDOW) checkAnswer(call, text)
  answers += 1
  if (sent < until) send(texts[sent++ % texts.length] ?? '')
  else if (answers === until) done()
})

const run = (count: number): Promise<void> =>
  new Promise((resolve) => {
    done = resolve
    until = sent + count
    for (let index = 0; index < WINDOW; index += 1) send(texts[sent++ % texts.length] ?? '')
  })

await run(WARM_UP)
const [cpuBefore, started] = [process.cpuUsage(), performance.now()]
await run(MEASURED)
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(cpuBefore)
console.log(JSON.stringify({ perSecond: MEASURED / seconds, cpu: (user + system) / MEASURED }))
process.exit(0)
