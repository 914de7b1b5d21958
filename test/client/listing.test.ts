import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../src/client.ts'
import { createServer } from '../../src/index.ts'
import type { Loose } from '../support/answering.ts'
import { connectOver, EVERY_WAY } from '../support/client-channels.ts'
import { keepingLogger } from '../support/messages.ts'
import { scripted, speaking } from '../support/scripted-server.ts'

const many = Array.from({ length: 7 }, (_, index) => `tool-${index}`).reduce(
  (server, name) => server.tool(name, () => name) as never,
  createServer({ name: 'many', version: '1.0.0' }),
)

for (const [version, channel] of EVERY_WAY) {
  test(`${version} over ${channel.name}: a list is one array of all pages, or its items as they come`, async (t) => {
    const { client } = await connectOver(t, channel, version, many, { bind: { pageSize: 3 } })
    const expected = Array.from({ length: 7 }, (_, index) => `tool-${index}`)
    assert.deepEqual(
      (await client.listTools()).map(({ name }) => name),
      expected,
    )
    const names: string[] = []
    for await (const { name } of client.listTools()) names.push(name)
    assert.deepEqual(names, expected)
  })
}

/** A server whose list of tools has these pages, by cursor. */
const paged = (pages: (cursor: string | undefined) => unknown) =>
  scripted(speaking('2025-11-25', { 'tools/list': ({ params }: Loose) => pages(params.cursor) }))

const toolsOf = (...names: readonly string[]) => names.map((name) => ({ name, inputSchema: { type: 'object' } }))

const connected = async (server: ReturnType<typeof scripted>) => {
  const logger = keepingLogger()
  const client = await createClient().connect(server.runtime, { logger })
  return { client, logger }
}

test('nothing is asked before a list is used, each use asks anew, and only for as many pages as are taken', async () => {
  const server = paged((cursor) => ({
    tools: toolsOf(`after ${cursor}`),
    nextCursor: cursor === 'b' ? undefined : cursor ? 'b' : 'a',
  }))
  const { client } = await connected(server)
  const listing = client.listTools()
  const asked = (): number => server.methods.filter((method) => method === 'tools/list').length
  await client.ping()
  assert.equal(asked(), 0)
  for await (const { name } of listing) {
    assert.equal(name, 'after undefined')
    break
  }
  assert.equal(asked(), 1)
  assert.equal((await listing).length, 3)
  assert.equal((await listing).length, 3)
  assert.equal(asked(), 7)
  await client.close()
})

const nameOf = (error: unknown): string => (error as Error).name

test('a list is as good as a promise', async () => {
  let isBroken = false
  const server = paged(() => (isBroken ? undefined : { tools: toolsOf('a') }))
  const { client } = await connected(server)
  const steps: unknown[] = []
  const items = await client.listTools().finally(() => void steps.push('done'))
  assert.deepEqual([items.length, steps], [1, ['done']])
  assert.equal(await client.listTools().then(({ length }) => length), 1)
  assert.equal((await client.listTools().catch(() => [])).length, 1)
  isBroken = true
  assert.equal(await client.listTools({ signal: AbortSignal.abort() }).catch(nameOf), 'AbortedError')
  assert.equal(await client.listTools({ signal: AbortSignal.abort() }).then(null, nameOf), 'AbortedError')
  await client.close()
})

test('TS-62: a server that gives a cursor twice has come to the end, and the log says so', async () => {
  const server = paged((cursor) => ({ tools: toolsOf(`after ${cursor}`), nextCursor: 'again' }))
  const { client, logger } = await connected(server)
  assert.deepEqual(
    (await client.listTools()).map(({ name }) => name),
    ['after undefined', 'after again'],
  )
  assert.deepEqual(
    logger.lines.map(({ level, message }) => `${level}: ${message}`),
    ['warn: "tools/list" ended early: the server gave the cursor "again" twice'],
  )
  await client.close()
})

test('TS-62: a list without an end is given up', async () => {
  let count = 0
  const server = paged(() => {
    count += 1
    return { tools: [], nextCursor: `${count}` }
  })
  const { client } = await connected(server)
  await assert.rejects(Promise.resolve(client.listTools()), {
    name: 'InvalidResultError',
    message: '"tools/list" was given up: the server gave more than 10000 pages',
  })
  assert.equal(count, 10_000)
  await client.close()
})

test('what is no page has no items, and what is no cursor leads nowhere', async () => {
  for (const [page, expected] of [
    [{}, []],
    [{ tools: 'none' }, []],
    [{ tools: [null, 5, { name: 'a' }, 'b'], nextCursor: 5 }, [{ name: 'a' }]],
    [{ tools: [], nextCursor: null }, []],
  ] as const) {
    const { client } = await connected(paged(() => page))
    assert.deepEqual(await client.listTools(), expected)
    await client.close()
  }
})

test("TS-62: items are nobody else's: a change of one is no change of the next list", async () => {
  const listed = { tools: toolsOf('a'), ttlMs: 60_000, cacheScope: 'public' }
  const server = scripted(speaking('2026-07-28', { 'tools/list': listed }))
  const { client } = await connected(server)
  const [first] = (await client.listTools()) as Loose
  first.name = 'changed'
  assert.deepEqual(await client.listTools(), listed.tools)
  assert.equal(server.methods.filter((method) => method === 'tools/list').length, 1)
  await client.close()
})

test('a list of what the server has not declared is empty, and asks nobody', async () => {
  const server = scripted(
    speaking('2025-11-25', {
      initialize: { protocolVersion: '2025-11-25', capabilities: { tools: {} } },
      'tools/list': { tools: [] },
    }),
  )
  const { client } = await connected(server)
  assert.deepEqual(await client.listPrompts(), [])
  assert.deepEqual(await client.listResources(), [])
  assert.deepEqual(await client.listResourceTemplates(), [])
  assert.deepEqual(await client.listTools(), [])
  assert.deepEqual(server.methods.slice(-1), ['tools/list'])
  await client.close()
})
