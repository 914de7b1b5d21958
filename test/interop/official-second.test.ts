import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Connection, ConnectOptions } from '../../src/client.ts'
import { NOTES, QUESTION } from '../fixtures/official.ts'
import { type RecordingClient, recordingClient, SAMPLE } from '../support/recording-client.ts'
import { serveSecond } from './official-targets.ts'

// What only 2026-07-28 has, against the second generation of the official library over HTTP.

interface Served {
  readonly connection: Connection
  readonly recording: RecordingClient
  /** The methods of the requests that have come since. */
  readonly methods: () => readonly unknown[]
}

const served = async (t: TestContext, options: ConnectOptions = {}): Promise<Served> => {
  const opened = await serveSecond()
  const recording = recordingClient()
  const connection = await recording.client.connect(opened.target, options)
  t.after(async () => {
    await connection.close()
    await opened.end()
  })
  const methods = () => opened.requests.splice(0).map((body) => JSON.parse(body).method)
  return { connection, recording, methods }
}

test('v2 over HTTP: a probe is all that connecting takes', async (t) => {
  const { methods } = await served(t)
  assert.deepEqual(methods(), ['server/discover'])
})

test('v2 over HTTP: answers several questions at once, over as many rounds as it takes', async (t) => {
  const { connection, recording, methods } = await served(t)
  methods()
  recording.elicited = { action: 'accept', content: { name: 'Ada' } }
  const { text } = await connection.callTool('all')
  assert.deepEqual(JSON.parse(text), [
    { action: 'accept', content: { name: 'Ada', style: 'friendly' } },
    SAMPLE,
    { roots: recording.roots },
  ])
  assert.deepEqual(methods(), ['tools/call', 'tools/call', 'tools/call'])
  assert.deepEqual([recording.asked.size, recording.sampled.size], [2, 2])
})

test('v2 over HTTP: answers what a resource asks for before it can be read', async (t) => {
  const { connection, recording } = await served(t)
  recording.elicited = { action: 'decline' }
  const { contents } = await connection.readResource('note://secret')
  assert.deepEqual(contents, [{ uri: 'note://secret', text: '{"action":"decline"}' }])
  assert.equal((await recording.asked.next()).message, QUESTION)
})

test('v2 over HTTP: keeps a result for as long as the server allows, and asks again where the caller wants it', async (t) => {
  const { connection, methods } = await served(t)
  const prompts = await connection.listPrompts()
  methods()
  assert.deepEqual(await connection.listPrompts(), prompts)
  assert.deepEqual(methods(), [])
  assert.deepEqual(await connection.listPrompts({ cache: 'refresh' }), prompts)
  assert.deepEqual(methods(), ['prompts/list'])
  assert.equal((await connection.listResources()).length, NOTES.length)
  assert.equal((await connection.listResources()).length, NOTES.length)
  assert.equal(methods().length, 6)
})

test('v2 over HTTP: keeps nothing where the caller does not want it', async (t) => {
  const { connection, methods } = await served(t, { cache: false })
  methods()
  await connection.listPrompts()
  await connection.listPrompts()
  assert.deepEqual(methods(), ['prompts/list', 'prompts/list'])
})

test('v2 over HTTP: mirrors an argument into its header, whatever is in it', async (t) => {
  const { connection, methods } = await served(t)
  await connection.listTools()
  methods()
  for (const region of ['eu-west', 'süd ✓', ' padded ', '']) {
    assert.equal((await connection.callTool('where', { region })).text, region)
  }
  assert.deepEqual(methods(), Array(4).fill('tools/call'))
})

test('v2 over HTTP: finds out which arguments are mirrored, where it has not listed the tools', async (t) => {
  const { connection, methods } = await served(t)
  methods()
  assert.equal((await connection.callTool('where', { region: 'eu' })).text, 'eu')
  assert.deepEqual(methods(), ['tools/call', 'tools/list', 'tools/call'])
})
