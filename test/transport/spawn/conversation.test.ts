import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DEFAULT_MAX_LINE_BYTES } from '../../../src/wire/lines.ts'
import { type Behaviour, serverThat } from '../../support/children.ts'

const echo: Behaviour = ({ out, onLine }) => {
  onLine((line) => (line === 'exit' ? process.exit(0) : out(line)))
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('2026-07-28 stdio: texts travel in both directions, a line each, in their order', async (t) => {
  const { transport, texts } = await serverThat(t, echo)
  const sent = ['one', '"Zürich, 東京, 🚲, \u2028"', 'x'.repeat(1_000_000), 'last']
  for (const text of sent) void transport.send(text)
  for (const text of sent) assert.equal(await texts.next(), text)
})

test('a child runs where and with what it was told to', async (t) => {
  const { transport, texts } = await serverThat(
    t,
    ({ out }) => out(JSON.stringify([process.pid, process.cwd(), process.env['ADDED'], process.argv.slice(3)])),
    { cwd: '/', env: { ADDED: 'yes' } },
  )
  assert.deepEqual(JSON.parse(await texts.next()), [transport.pid, '/', 'yes', []])
})

test('whatever the messages are, and however the child cuts their bytes, they arrive whole and in order', async (t) => {
  const { transport, texts } = await serverThat(t, ({ out, onLine }) => {
    // The next piece follows when the one before has been taken: they may well be read apart.
    const write = async (pieces: readonly string[]): Promise<void> => {
      for (const piece of pieces) {
        await new Promise((resolve) => process.stdout.write(Buffer.from(piece, 'base64'), resolve))
        await new Promise((resolve) => setImmediate(resolve))
      }
      out('done')
    }
    onLine((line) => void write(JSON.parse(line)))
  })
  const message = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary', minLength: 1 }).map((text) => JSON.stringify(text)),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(message, { minLength: 1, maxLength: 10 }),
      fc.constantFrom('\n', '\r\n'),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
      async (messages, lineBreak, lengths) => {
        const bytes = Buffer.from(messages.map((text) => `${text}${lineBreak}`).join(''))
        const pieces: string[] = []
        for (let from = 0; from < bytes.length; ) {
          const length = lengths[pieces.length % lengths.length] as number
          pieces.push(bytes.subarray(from, from + length).toString('base64'))
          from += length
        }
        void transport.send(JSON.stringify(pieces))
        for (const text of messages) assert.equal(await texts.next(), Buffer.from(text).toString())
        assert.equal(await texts.next(), 'done')
      },
    ),
    { numRuns: 50 },
  )
})

test('what is no text is told of, and the next line is read', async (t) => {
  const { texts, problems, transport } = await serverThat(
    t,
    ({ out, onLine }) =>
      onLine((line) => {
        if (line === 'bytes') process.stdout.write(Buffer.from([0x7b, 0xff, 0x7d, 0x0a]))
        else out(line.repeat(4))
        out('next')
      }),
    { maxLineBytes: 100 },
  )
  void transport.send('bytes')
  assert.equal(await problems.next(), 'a line is not UTF-8')
  assert.equal(await texts.next(), 'next')
  void transport.send('x'.repeat(26))
  assert.equal(await problems.next(), 'a line is longer than 100 bytes')
  assert.equal(await texts.next(), 'next')
  void transport.send('x'.repeat(25))
  assert.equal(await texts.next(), 'x'.repeat(100))
})

test('a line may have 16 MiB unless told otherwise', async (t) => {
  const { problems, texts } = await serverThat(t, ({ out }) => {
    out('x'.repeat(16 * 1024 * 1024 + 1))
    out('next')
  })
  assert.equal(await problems.next(), `a line is longer than ${DEFAULT_MAX_LINE_BYTES} bytes`)
  assert.equal(await texts.next(), 'next')
})

test('reading stops while the receiver has enough, and goes on when it says so', async (t) => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let count = 0
  const { caller, texts } = await serverThat(
    t,
    async ({ say }) => {
      let idle = 0
      const watch = (): void => {
        idle += 1
        if (idle === 1_000) void say('stuck')
        else setImmediate(watch)
      }
      watch()
      // The first is not alone in its chunk, and all of them are more than a pipe can hold.
      process.stdout.write('0 x\n1 x\n')
      for (let number = 2; number < 1_000; number += 1) {
        const isRoom = process.stdout.write(`${number} ${'x'.repeat(10_000)}\n`)
        if (!isRoom) await new Promise((resolve) => process.stdout.once('drain', resolve))
        idle = 0
      }
      void say('written')
    },
    {},
    () => {
      count += 1
      return count === 1 ? held : undefined
    },
  )
  assert.equal(await caller.said.next(), 'stuck')
  assert.ok(count < 100, `${count}`)
  release()
  for (let number = 0; number < 1_000; number += 1) assert.match(await texts.next(), new RegExp(`^${number} x+$`))
  assert.equal(await caller.said.next(), 'written')
})

test('a sender waits while the child does not read, and goes on when it does', async (t) => {
  const { transport, caller, texts } = await serverThat(t, ({ onWord, onLine, out, say }) => {
    let count = 0
    const read = (): void =>
      onLine((line) => {
        if (line === 'end') out(`${count}`)
        else count += 1
      })
    onWord(read)
    void say('ready')
  })
  assert.equal(await caller.said.next(), 'ready')
  const text = 'x'.repeat(10_000)
  const waits: Promise<void>[] = []
  let sent = 0
  let settled = 0
  const count = (): void => {
    settled += 1
  }
  while (waits.length < 3) {
    const wait = transport.send(text)
    sent += 1
    if (wait) waits.push(wait.then(count))
    else await turn()
  }
  await turn()
  assert.equal(settled, 0)
  caller.tell('read')
  await Promise.all(waits)
  void transport.send('end')
  assert.equal(await texts.next(), String(sent))
})
