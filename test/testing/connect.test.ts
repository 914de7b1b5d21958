import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { createClient } from '../../src/client.ts'
import { createServer } from '../../src/index.ts'
import { ALL_REVISIONS, onEveryRevision, testServer } from '../../src/testing.ts'
import { keepingLogger, VERSIONS } from '../support/messages.ts'

const server = createServer({ name: 'tested', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('who', (_, { client }) => client.info?.name ?? '')
  .tool('second', () => 2)

test('every revision is one that there is, oldest first', () => {
  assert.deepEqual(ALL_REVISIONS, VERSIONS)
})

test('a server is tested in the newest revision by default, and what passes is there to be read', async () => {
  const { client, messages, summary, close } = await testServer(server)
  assert.equal(client.protocolVersion, '2026-07-28')
  assert.equal(await client.tools.add({ a: 1, b: 2 }), 3)
  assert.deepEqual(summary(), ['client: server/discover', 'server: result', 'client: tools/call', 'server: result'])
  assert.deepEqual(messages[2]?.message['method'], 'tools/call')
  await close()
})

test('what is tested can be bound, connected to and called as it likes, and both sides end with the test', async () => {
  const test = await testServer(server, {
    revision: '2025-06-18',
    client: createClient({ name: 'tester', version: '1.0.0' }),
    bind: { pageSize: 1, logger: keepingLogger() },
    connect: { timeoutMs: 5_000 },
  })
  assert.equal(test.client.protocolVersion, '2025-06-18')
  assert.equal(await test.client.tools.who(), 'tester')
  assert.equal((await test.client.listTools()).length, 3)
  assert.equal(test.summary().filter((line) => line === 'client: tools/list').length, 3)
  await test.runtime.replace(server.tool('third', () => 3))
  assert.equal((await test.client.listTools()).length, 4)
  await test[Symbol.asyncDispose]()
  await assert.rejects(test.client.tools.who(), { name: 'ConnectionError', code: 'closed' })
})

test('a server that cannot be connected to leaves no runtime behind', async () => {
  const ended: string[] = []
  const living = createServer({ name: 'living', version: '1.0.0' })
    .lifespan(async function* () {
      yield {}
      ended.push('ended')
    })
    .tool('any', () => 1)
  await assert.rejects(testServer(living, { revision: '2026-07-28', bind: { revisions: ['2025-11-25'] } }), {
    name: 'ConnectionError',
    code: 'refused',
  })
  assert.deepEqual(ended, ['ended'])
})

test('a test is run on every revision, or on some, and its failure names the one', async () => {
  const seen: string[] = []
  await onEveryRevision(server, async ({ client }, revision) => {
    assert.equal(client.protocolVersion, revision)
    assert.equal(await client.tools.add({ a: 1, b: 2 }), 3)
    seen.push(revision)
  })
  assert.deepEqual(seen, ALL_REVISIONS)
  const some: string[] = []
  const revisions = ['2025-03-26', '2025-06-18', '2025-11-25'] as const
  for (const thrown of [new Error('it broke'), 'words']) {
    some.length = 0
    const failing = onEveryRevision(
      server,
      (_, revision) => {
        some.push(revision)
        if (revision === '2025-06-18') throw thrown
      },
      { revisions, client: createClient() },
    )
    const said = thrown instanceof Error ? thrown.message : thrown
    await assert.rejects(failing, { message: `on revision 2025-06-18: ${said}`, cause: thrown })
    assert.deepEqual(some, ['2025-03-26', '2025-06-18'])
  }
})
