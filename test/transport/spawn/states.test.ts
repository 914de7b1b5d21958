import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spawnTransport } from '../../../src/transport/spawn/spawn.ts'
import { type Behaviour, beacon, listening, serverThat } from '../../support/children.ts'

/** Sends back what it gets, and ends with its stdin. */
const good: Behaviour = ({ say, out, onLine }) => {
  let count = 0
  onLine((line) => {
    count += 1
    out(line)
  })
  process.stdin.on('end', () => void say(`${count} lines, then the end`).then(() => process.exit(0)))
}

test('a child is started once', async (t) => {
  const { transport } = await serverThat(t, () => undefined)
  assert.throws(() => transport.start(listening().receiver), { name: 'DefinitionError', message: /started already/ })
})

test('what was sent before the start arrives first', async (t) => {
  const { texts, transport } = await serverThat(t, good, {}, undefined, ['early', 'still early'])
  void transport.send('then')
  for (const text of ['early', 'still early', 'then']) assert.equal(await texts.next(), text)
})

test('close comes before start: there is no child, and what was sent is dropped', async () => {
  for (const error of [undefined, new Error('not any more')]) {
    const transport = spawnTransport({ command: process.execPath })
    assert.equal(transport.send('early'), undefined)
    await transport.close(error)
    assert.equal(transport.send('late'), undefined)
    const { receiver, heard, closed } = listening()
    await transport.start(receiver)
    assert.equal(await closed, error)
    assert.deepEqual([heard, transport.pid, transport.stderrTail], [['closed'], undefined, ''])
  }
})

test('PY-58 a child that is closed while it is being started is ended', async (t) => {
  const { command, caller } = await beacon(t)
  const transport = spawnTransport({ ...command(good), graceMs: 60_000 })
  const { receiver, heard, closed } = listening()
  const starting = transport.start(receiver)
  transport.send('before')
  const closing = transport.close()
  assert.equal(transport.send('after'), undefined)
  await Promise.all([starting, closing])
  assert.equal(await (await caller('server')).said.next(), '1 lines, then the end')
  assert.equal(await closed, undefined)
  assert.deepEqual(heard, ['closed'])
})

test('once it is over, it stays so', async (t) => {
  const { transport, closed, heard } = await serverThat(t, good)
  await Promise.all([transport.close(), transport.close()])
  await transport.close(new Error('too late'))
  assert.equal(await closed, undefined)
  assert.equal(transport.send('late'), undefined)
  assert.deepEqual(heard, ['closed'])
})
