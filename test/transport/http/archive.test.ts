import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { StoredEvent } from '../../../src/index.ts'
import { Archive } from '../../../src/transport/http/archive.ts'
import { gate } from '../../server/asking.ts'
import { keepingLogger } from '../../support/messages.ts'

const EVENTS = 50_000

test('an archive holds nothing of the events that its store has taken', async () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const used = (): number => {
    collect()
    return process.memoryUsage().heapUsed
  }
  const store = { append: async () => undefined, read: async () => [], remove: async () => undefined }
  const archive = new Archive(store, 'stream', keepingLogger())
  const keep = async (count: number): Promise<void> => {
    for (let number = 1; number <= count; number++) {
      archive.keep({ number, data: 'x' })
      if (number % 100 === 0) await archive.read(0)
    }
    await new Promise(setImmediate)
  }
  await keep(1_000)
  const before = used()
  await keep(EVENTS)
  const bytes = used() - before
  assert.ok(archive.isKept)
  assert.ok(bytes < 20 * EVENTS, `${bytes} bytes are held for ${EVENTS} events`)
})

test('an archive is read once its store has taken all that was kept before, in whatever order', async () => {
  const gates = [gate(), gate()]
  const taken: StoredEvent[] = []
  const store = {
    append: async (_: string, event: StoredEvent) => {
      await gates[event.number - 1]?.opened
      taken.push(event)
    },
    read: async () => taken,
    remove: async () => undefined,
  }
  const archive = new Archive(store, 'stream', keepingLogger())
  archive.keep({ number: 1, data: 'a' })
  archive.keep({ number: 2, data: 'b' })
  const read = archive.read(0)
  gates[1]?.open()
  await new Promise(setImmediate)
  assert.equal(taken.length, 1)
  gates[0]?.open()
  assert.equal((await read)?.length, 2)
})

test('an archive is forgotten behind what its store is still taking, so that nothing of it stays', async () => {
  const { opened: allowed, open: allow } = gate()
  const { opened: removed, open: remove } = gate()
  const taken: string[] = []
  const store = {
    append: async (_: string, { data }: StoredEvent) => {
      await allowed
      taken.push(data)
    },
    read: async () => [],
    remove: async () => {
      taken.length = 0
      remove()
    },
  }
  const archive = new Archive(store, 'stream', keepingLogger())
  archive.keep({ number: 1, data: 'a' })
  archive.forget()
  allow()
  await removed
  await new Promise(setImmediate)
  assert.deepEqual(taken, [])
})
