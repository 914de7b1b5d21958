import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer } from '../../src/index.ts'
import { inMemory } from '../../src/transport/in-memory.ts'
import { keepingLogger, request } from '../support/messages.ts'
import { callerOn } from '../support/transports.ts'

test('a server of this process is a transport: what is sent is answered, until either side ends it', async () => {
  const runtime = createServer({ name: 'near', version: '1.0.0' })
    .tool('add', () => 3)
    .bind()
  const caller = await callerOn(inMemory(runtime))
  caller.send(request('2026-07-28', 1, 'tools/call', { name: 'add' }))
  assert.equal((await caller.next()).result.structuredContent, 3)
  void caller.transport.close()
  assert.equal(await caller.closed, undefined)
  const other = await callerOn(inMemory(runtime))
  await runtime.close()
  await other.closed
})

test('one that cannot start says so by its end', async () => {
  const runtime = createServer({ name: 'broken', version: '1.0.0' })
    .lifespan(() => {
      throw new Error('the database is away')
    })
    .tool('add', () => 3)
    .bind({ logger: keepingLogger() })
  const caller = await callerOn(inMemory(runtime))
  assert.equal((await caller.closed)?.message, 'the database is away')
  await runtime.close()
})
