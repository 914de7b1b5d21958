import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as v from 'valibot'
import { start, typescript, waitForOutput } from '../../scripts/child.ts'
import { createServer } from '../../src/index.ts'

const CLIENT = fileURLToPath(new URL('../fixtures/websocket-client.ts', import.meta.url))

test("the official client of the first generation talks to our server over Node's own WebSocket", async (t) => {
  const running = await createServer({ name: 'ours', version: '1.0.0' })
    .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
    .listen({ port: 0 })
  t.after(() => running.close())
  // Before Node 22 it stands behind this flag.
  const args = ['--experimental-websocket', ...typescript, CLIENT, running.url.replace('http:', 'ws:')]
  const client = start(process.execPath, args)
  t.after(() => client.end())
  const [line] = await waitForOutput(client, /^\{.*\}$/m, 60_000)
  assert.deepEqual(JSON.parse(line), { server: 'ours', content: [{ type: 'text', text: '42' }] })
  await running.close()
  const { code, stdout } = await client.ended
  assert.deepEqual([code, stdout.endsWith('\nclosed\n')], [0, true])
})
