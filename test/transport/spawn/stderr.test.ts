import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Behaviour, Queue, serverThat } from '../../support/children.ts'

/** Writes to stderr what stands in a line of stdin, as JSON. */
const loud: Behaviour = ({ onLine, out }) => {
  onLine((line) => {
    const pieces: readonly string[] = JSON.parse(line)
    const write = async (): Promise<void> => {
      for (const piece of pieces) {
        await new Promise((resolve) => process.stderr.write(Buffer.from(piece, 'latin1'), resolve))
        await new Promise((resolve) => setImmediate(resolve))
      }
      out('written')
    }
    void write()
  })
  process.stdin.on('end', () => process.stderr.write('bye', () => process.exit(0)))
}

test('the last 16 KiB of stderr are kept, whatever else becomes of it', async (t) => {
  const lines = new Queue<string>()
  for (const stderr of [undefined, 'keep', lines.add] as const) {
    const { transport, texts, closed } = await serverThat(t, loud, { ...(stderr && { stderr }) })
    assert.equal(transport.stderrTail, '')
    void transport.send(JSON.stringify(['first\n', 'x'.repeat(20_000), 'Z\xc3', '\xbcrich\n']))
    assert.equal(await texts.next(), 'written')
    await transport.close()
    assert.equal(await closed, undefined)
    const { length } = 'Zürich\nbye'
    assert.equal(transport.stderrTail, `${'x'.repeat(16 * 1024 - length)}Zürich\nbye`)
  }
})

test('a function gets stderr line by line, however it was cut', async (t) => {
  const lines: string[] = []
  const { transport, texts } = await serverThat(t, loud, { stderr: (line) => void lines.push(line) })
  void transport.send(JSON.stringify(['one\ntw', 'o\r', '\n\nZ\xc3', '\xbcrich\n', 'last']))
  assert.equal(await texts.next(), 'written')
  await transport.close()
  assert.deepEqual(lines, ['one', 'two', '', 'Zürich', 'lastbye'])
})

test('a line without an end is given out in parts', async (t) => {
  const lines: string[] = []
  const { transport, texts } = await serverThat(t, loud, { stderr: (line) => void lines.push(line) })
  void transport.send(JSON.stringify(Array.from({ length: 20 }, () => 'x'.repeat(1_000))))
  assert.equal(await texts.next(), 'written')
  await transport.close()
  assert.ok(lines.length > 1 && lines.every(({ length }) => length <= 80 * 1024))
  assert.equal(lines.join(''), `${'x'.repeat(20_000)}bye`)
})
