import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { httpPort } from '../../src/transport/run.ts'
import { messagesOf, post, request } from '../support/messages.ts'
import { type Child, GOOD_END, start } from '../support/stdio.ts'

const ports: readonly (readonly [args: readonly string[], expected: ReturnType<typeof httpPort>])[] = [
  [[], undefined],
  [['8080'], undefined],
  [['--https'], undefined],
  [['--http'], {}],
  [['--http', '8080'], { port: 8080 }],
  [['--http', '0'], { port: 0 }],
  [['--http=65535'], { port: 65535 }],
  [['--http', '--verbose'], {}],
  [['--verbose', '--http', '1', '2'], { port: 1 }],
  [['--http=1', '--http=2'], { port: 1 }],
  [['--http=08'], { port: 8 }],
]

for (const [args, expected] of ports) {
  test(`run ${args.join(' ') || 'without arguments'} is ${expected ? `HTTP, ${JSON.stringify(expected)}` : 'stdio'}`, () => {
    assert.deepEqual(httpPort(args), expected)
  })
}

for (const port of ['65536', '100000', '-1', '1.5', '1e3', '0x10', 'http', '', ' ', '1=2', '1\n']) {
  test(`--http=${JSON.stringify(port)} is a mistake`, () => {
    assert.throws(() => httpPort([`--http=${port}`]), {
      name: 'DefinitionError',
      message: `--http takes a port from 0 to 65535, got ${JSON.stringify(port)}`,
    })
  })
}

test('what follows --http and is no option must be a port', () => {
  assert.throws(() => httpPort(['--http', 'eighty']), { name: 'DefinitionError', message: /got "eighty"/ })
})

/** Over HTTP, stdout is the program's own, and no channel. */
const startHttp = (t: TestContext, ...args: readonly string[]): Child => {
  const child = start(t, 'main.ts', { args, reads: false })
  child.process.stdout.resume()
  return child
}

const urlOf = async (child: Child): Promise<string> => {
  const [, url] = await child.says(/main listens on (http:\S+)\n/)
  return url as string
}

const ask = async (url: string, name: string): Promise<unknown> => {
  const { headers } = post('2026-07-28', 'tools/call', { name })
  const body = JSON.stringify(request('2026-07-28', 1, 'tools/call', { name, arguments: { text: name } }))
  const [reply] = await messagesOf(await fetch(url, { method: 'POST', headers, body }))
  return reply?.result.content[0].text
}

for (const [args, signal] of [
  [['--http', '0'], 'SIGTERM'],
  [['--http'], 'SIGINT'],
] as const) {
  test(`run ${args.join(' ')} serves HTTP until ${signal}, lets what is in flight end, and exits with 0`, async (t) => {
    const child = startHttp(t, ...args)
    const url = await urlOf(child)
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/mcp$/)
    assert.equal(await ask(url, 'echo'), 'echo')
    const inFlight = ask(url, 'until-signal')
    await child.says(/waiting for a signal/)
    child.process.kill(signal)
    assert.equal(await inFlight, 'finished')
    assert.deepEqual(await child.ended, GOOD_END)
    assert.match(child.stderr, /finished\nsecond down\nfirst down\n/)
  })
}

test('run --http: a second signal ends the server at once', async (t) => {
  const child = startHttp(t, '--http', '0')
  const lost = assert.rejects(ask(await urlOf(child), 'stuck'))
  await child.says(/stuck/)
  child.process.kill('SIGTERM')
  await child.says(/got SIGTERM/)
  child.process.kill('SIGINT')
  assert.deepEqual(await child.ended, { code: 130, signal: null })
  await lost
})

const LEFT_BEHIND = /first down\nerror: left behind what has not ended within 10000 ms: the lifespan, or .*\n/

test('run --http: a lifespan that never ends is left behind in time', async (t) => {
  const child = startHttp(t, '--http', '0', '--fast', '--endless-end')
  await urlOf(child)
  child.process.kill('SIGTERM')
  assert.deepEqual(await child.ended, GOOD_END)
  assert.match(child.stderr, LEFT_BEHIND)
})

test('run: over stdio, too, at the end of stdin and at a signal', async (t) => {
  const atEnd = start(t, 'main.ts', { args: ['--fast', '--endless-end'] })
  await atEnd.says(/second up/)
  assert.deepEqual(await atEnd.close(), GOOD_END)
  assert.match(atEnd.stderr, LEFT_BEHIND)
  const atSignal = start(t, 'main.ts', { args: ['--fast', '--endless-end'] })
  await atSignal.ask(request('2026-07-28', 1, 'tools/list'))
  atSignal.process.kill('SIGTERM')
  assert.deepEqual(await atSignal.ended, GOOD_END)
  assert.match(atSignal.stderr, LEFT_BEHIND)
})

test('run fails with its own error: a port that is none, and one that is taken', async (t) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  t.after(() => other.close())
  const { port } = other.address() as AddressInfo
  for (const [wrong, message] of [
    ['eighty', /--http takes a port from 0 to 65535, got "eighty"/],
    [String(port), /EADDRINUSE/],
  ] as const) {
    const child = startHttp(t, '--http', wrong)
    assert.deepEqual(await child.ended, { code: 1, signal: null })
    assert.match(child.stderr, message)
  }
})
