import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { typescript } from '../../scripts/child.ts'

const argumentsFor = (example: string): string[] => [
  ...typescript,
  fileURLToPath(new URL(`../../examples/${example}`, import.meta.url)),
]

const connect = async (t: TestContext, transport: Parameters<Client['connect']>[0]): Promise<Client> => {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  t.after(() => client.close())
  await client.connect(transport)
  return client
}

const textOf = async (client: Client, name: string, args: Record<string, unknown>): Promise<string | undefined> => {
  const [first] = (await client.callTool({ name, arguments: args })).content
  return first?.type === 'text' ? first.text : undefined
}

test('examples/hello.ts is a whole server over stdio', async (t) => {
  const transport = new StdioClientTransport({ command: process.execPath, args: argumentsFor('hello.ts') })
  const client = await connect(t, transport)
  assert.equal(client.getNegotiatedProtocolVersion(), '2026-07-28')
  assert.equal(await textOf(client, 'add', { a: 1, b: 2 }), '3')
})

test('examples/mounting.ts serves two servers each in node:http, Express and Hono', async (t) => {
  const child = spawn(process.execPath, argumentsFor('mounting.ts'), { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(async () => {
    child.kill()
    await once(child, 'exit')
  })
  const hosts: string[] = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [host = '', sums = '', words = ''] = line.split(/: | and /)
    const atSums = await connect(t, new StreamableHTTPClientTransport(new URL(sums)))
    assert.equal(await textOf(atSums, 'add', { a: 1, b: 2 }), '3', host)
    const atWords = await connect(t, new StreamableHTTPClientTransport(new URL(words)))
    assert.equal(await textOf(atWords, 'reverse', { word: 'wolf' }), 'flow', host)
    assert.deepEqual(
      (await atWords.listTools()).tools.map(({ name }) => name),
      ['reverse'],
    )
    if (hosts.push(host) === 3) break
  }
  assert.deepEqual(hosts.sort(), ['Express', 'Hono', 'node:http'])
})
