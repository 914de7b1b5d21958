import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { CLOSE_TIMEOUT_MS, WebSocketChannel, type WebSocketOptions } from '../../../src/transport/websocket/socket.ts'
import { duplexPair } from '../../support/duplex-pair.ts'
import { bytesOf, closing, hex, type RawFrame, rawFrame } from '../../support/frames.ts'
import { RawPeer } from '../../support/raw-peer.ts'

type Side = WebSocketOptions['side']
const SIDES: readonly Side[] = ['server', 'client']

const OPPOSITE = { server: 'client', client: 'server' } as const

const optionsOf = (side: Side, rest: Partial<WebSocketOptions> = {}): WebSocketOptions => ({
  side,
  protocol: 'mcp',
  maxMessageBytes: 1024,
  keepAliveMs: undefined,
  ...rest,
})

/** A channel, what it has read, and the other side by hand. */
const open = (side: Side, rest: Partial<WebSocketOptions> = {}) => {
  const [own, other] = duplexPair()
  const channel = new WebSocketChannel(own, Buffer.alloc(0), optionsOf(side, rest))
  const peer = new RawPeer(other, OPPOSITE[side])
  const texts: string[] = []
  channel.onMessage((text) => void texts.push(text))
  return { channel, peer, own, texts }
}

/** Lets everything happen that is on its way in memory. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const turns = async (count = 20): Promise<void> => {
  for (let index = 0; index < count; index += 1) await turn()
}

const closeFrame = (code: number, reason = ''): RawFrame => rawFrame('close', closing(code, reason))

for (const side of SIDES) {
  test(`a ${side} reads and sends texts`, async () => {
    const { channel, peer, texts } = open(side)
    peer.send(rawFrame('text', 'one'), rawFrame('text', 'zwei 🌍'))
    channel.send('drei 🌍')
    assert.equal(await peer.takeText(), 'drei 🌍')
    assert.deepEqual(texts, ['one', 'zwei 🌍'])
    assert.equal(channel.protocol, 'mcp')
  })

  test(`a ${side} reads what came in with the handshake first`, async () => {
    const [own, other] = duplexPair()
    const peer = new RawPeer(other, OPPOSITE[side])
    const channel = new WebSocketChannel(own, peer.encode(rawFrame('text', 'first')), optionsOf(side))
    peer.send(rawFrame('text', 'second'))
    const texts: string[] = []
    await turns()
    channel.onMessage((text) => void texts.push(text))
    await turns()
    assert.deepEqual(texts, ['first', 'second'])
  })

  test(`RFC 6455 §5.5.2: a ${side} answers a ping with its payload, and takes note of pongs`, async () => {
    const { peer } = open(side)
    peer.send(rawFrame('pong', 'unasked'), rawFrame('ping', 'are you there?'))
    const [pong] = await peer.take(1)
    assert.deepEqual(pong, rawFrame('pong', 'are you there?'))
  })

  test(`RFC 6455 §5.5.1: a ${side} that is told to close says so too, with the same code`, async () => {
    const { channel, peer } = open(side)
    peer.send(closeFrame(4001, 'enough'))
    assert.deepEqual(await peer.takeClose(), [4001, ''])
    await turns()
    // RFC 6455 §7.1.1: the server ends the TCP connection first.
    assert.equal(peer.socket.readableEnded, side === 'server')
    peer.socket.end()
    assert.deepEqual(await channel.closed, { code: 4001, reason: 'enough', clean: true })
  })

  test(`a ${side} answers a close frame without a code without one`, async () => {
    const { channel, peer } = open(side)
    peer.send(rawFrame('close'))
    assert.deepEqual(await peer.takeClose(), [1005, ''])
    peer.socket.end()
    assert.deepEqual(await channel.closed, { code: 1005, reason: '', clean: true })
  })

  test(`a ${side} closes, and waits for the other side to do so too`, async () => {
    const { channel, peer, texts } = open(side)
    const closed = channel.close(1001, 'good night')
    assert.equal(channel.close(), closed)
    assert.deepEqual(await peer.takeClose(), [1001, 'good night'])
    peer.send(rawFrame('text', 'too late'), rawFrame('ping', 'too late'), closeFrame(1001))
    peer.socket.end()
    assert.deepEqual(await closed, { code: 1001, reason: '', clean: true })
    assert.deepEqual([texts, peer.frames], [[], []])
  })

  test(`a ${side} that has closed sends nothing more`, async () => {
    const { channel, peer } = open(side)
    void channel.close()
    assert.equal(channel.send('too late'), undefined)
    await peer.takeClose()
    peer.send(closeFrame(1000))
    peer.socket.end()
    await channel.closed
    assert.equal(channel.send('later still'), undefined)
    assert.deepEqual(await channel.close(), { code: 1000, reason: '', clean: true })
    assert.deepEqual(peer.frames, [])
  })

  test(`a ${side} can close before it has begun to read`, async () => {
    const [own, other] = duplexPair()
    const peer = new RawPeer(other, OPPOSITE[side])
    const channel = new WebSocketChannel(own, peer.encode(rawFrame('text', 'unread')), optionsOf(side))
    void channel.close()
    assert.deepEqual(await peer.takeClose(), [1000, ''])
    peer.send(closeFrame(1000))
    peer.socket.end()
    assert.deepEqual(await channel.closed, { code: 1000, reason: '', clean: true })
  })

  test(`a ${side} gives up a peer that does not close when it is told to`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { channel, peer } = open(side)
    const closed = channel.close()
    await peer.takeClose()
    t.mock.timers.tick(CLOSE_TIMEOUT_MS - 1)
    await turns()
    assert.equal(peer.socket.readableEnded, false)
    t.mock.timers.tick(1)
    assert.deepEqual(await closed, { code: 1006, reason: '', clean: false })
  })

  test(`a ${side} that has closed both ways gives up a peer that keeps the connection`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { channel, peer } = open(side)
    peer.send(closeFrame(1000))
    await peer.takeClose()
    await turns()
    t.mock.timers.tick(CLOSE_TIMEOUT_MS)
    assert.deepEqual(await channel.closed, { code: 1000, reason: '', clean: true })
  })

  const failures: readonly (readonly [what: string, frame: RawFrame, code: number, reason: RegExp])[] = [
    ['breaks a rule', rawFrame(3), 1002, /the opcode 3 is reserved/],
    ['sends what is no text', rawFrame('binary', 'x'), 1003, /binary/],
    ['sends a text that is not UTF-8', rawFrame('text', hex('ff')), 1007, /not UTF-8/],
    ['sends too large a message', rawFrame('text', 'x'.repeat(1025)), 1009, /at most 1024 bytes/],
  ]
  for (const [what, frame, code, reason] of failures) {
    test(`RFC 6455 §7.4.1: a ${side} closes with ${code} when the other side ${what}`, async () => {
      const { channel, peer, texts } = open(side)
      peer.send(rawFrame('text', 'before'), frame, rawFrame('text', 'after'), rawFrame('ping'))
      const close = await peer.takeClose()
      assert.equal(close[0], code)
      assert.match(close[1], reason)
      await peer.ended
      peer.socket.end()
      assert.deepEqual(await channel.closed, { code, reason: close[1], clean: false })
      assert.deepEqual([texts, peer.frames], [['before'], []])
    })
  }

  test(`a ${side} that waits for a close frame also hears of a broken rule`, async () => {
    const { channel, peer } = open(side)
    const closed = channel.close()
    await peer.takeClose()
    peer.send(rawFrame(3))
    await peer.ended
    peer.socket.end()
    assert.equal((await closed).code, 1002)
    assert.deepEqual(peer.frames, [])
  })

  test(`a ${side} whose peer goes away without a close frame says 1006`, async () => {
    const { channel, peer } = open(side)
    peer.socket.end(peer.encode(rawFrame('text', 'cut off')).subarray(0, 5))
    assert.deepEqual(await channel.closed, { code: 1006, reason: '', clean: false })
  })

  test(`a ${side} whose socket fails says 1006, and why`, async () => {
    const { channel, own } = open(side)
    own.destroy(new Error('read ECONNRESET'))
    assert.deepEqual(await channel.closed, { code: 1006, reason: 'read ECONNRESET', clean: false })
  })
}

test('a code or a reason that cannot be sent is refused, and the connection goes on', async () => {
  const { channel, peer } = open('client')
  assert.throws(() => channel.close(1006), { name: 'DefinitionError' })
  assert.throws(() => channel.close(1000, 'x'.repeat(124)), { name: 'DefinitionError' })
  channel.send('still here')
  assert.equal(await peer.takeText(), 'still here')
})

test('RFC 6455 §5.3: a client masks each frame anew, a server none', async () => {
  const rawOf = async (side: Side): Promise<Buffer> => {
    const [own, other] = duplexPair()
    const channel = new WebSocketChannel(own, Buffer.alloc(0), optionsOf(side))
    const chunks: Buffer[] = []
    other.on('data', (chunk: Buffer) => chunks.push(chunk))
    channel.send('same')
    channel.send('same')
    await turns()
    return Buffer.concat(chunks)
  }
  assert.deepEqual(await rawOf('server'), Buffer.concat([hex('8104'), bytesOf('same'), hex('8104'), bytesOf('same')]))
  const masked = await rawOf('client')
  assert.equal(masked.length, 20)
  assert.notDeepEqual(masked.subarray(2, 6), masked.subarray(12, 16))
})

// ---- sockets of Node

test('what a socket of Node has is used: no delay, and no timeout of the http server', () => {
  const [own] = duplexPair()
  const calls: unknown[] = []
  const socket = Object.assign(own, {
    setTimeout: (ms: number) => calls.push(['setTimeout', ms]),
    setNoDelay: (on: boolean) => calls.push(['setNoDelay', on]),
  })
  new WebSocketChannel(socket, Buffer.alloc(0), optionsOf('server'))
  assert.deepEqual(calls, [
    ['setTimeout', 0],
    ['setNoDelay', true],
  ])
})

test('answers to what came in together leave together', async () => {
  const [own, other] = duplexPair()
  const peer = new RawPeer(other, 'client')
  let corked = 0
  const uncork = own.uncork.bind(own)
  own.uncork = () => {
    corked = own.writableLength
    uncork()
  }
  const channel = new WebSocketChannel(own, Buffer.alloc(0), optionsOf('server'))
  channel.onMessage((text) => channel.send(text))
  peer.send(rawFrame('text', 'a'), rawFrame('text', 'b'), rawFrame('text', 'c'))
  assert.equal((await peer.take(3)).length, 3)
  assert.equal(corked, 9)
})

// ---- keep-alive

const KEEP_ALIVE_MS = 1000

const openKeepingAlive = (t: TestContext, side: Side) => {
  t.mock.timers.enable({ apis: ['setInterval', 'setTimeout'] })
  const opened = open(side, { keepAliveMs: KEEP_ALIVE_MS })
  const tick = async (): Promise<void> => {
    t.mock.timers.tick(KEEP_ALIVE_MS)
    await turns()
  }
  return { ...opened, tick }
}

for (const side of SIDES) {
  test(`a ${side} pings, and keeps a peer that answers`, async (t) => {
    const { channel, peer, tick } = openKeepingAlive(t, side)
    for (let round = 0; round < 5; round += 1) {
      await tick()
      assert.deepEqual(await peer.take(1), [rawFrame('ping')])
      peer.send(rawFrame('pong'))
      await turns()
    }
    channel.send('still here')
    assert.equal(await peer.takeText(), 'still here')
  })

  test(`a ${side} gives up a peer that is half open: nothing comes until the next ping is due`, async (t) => {
    const { channel, peer, tick } = openKeepingAlive(t, side)
    await tick()
    assert.deepEqual(await peer.take(1), [rawFrame('ping')])
    t.mock.timers.tick(KEEP_ALIVE_MS)
    assert.deepEqual(await channel.closed, { code: 1006, reason: 'the other side does not answer', clean: false })
  })
}

test('any byte is a sign of life, such as those of a large message that a pong waits behind', async (t) => {
  const { peer, texts, tick } = openKeepingAlive(t, 'server')
  const bytes = peer.encode(rawFrame('text', 'slow'))
  for (const byte of bytes) {
    peer.socket.write(Uint8Array.of(byte))
    await tick()
  }
  assert.deepEqual(texts, ['slow'])
})

test('a connection that is closing is not pinged', async (t) => {
  const { channel, peer, tick } = openKeepingAlive(t, 'server')
  void channel.close()
  await peer.takeClose()
  await tick()
  assert.deepEqual(peer.frames, [])
})

test('a slow reader is no dead one: as long as it reads, it is kept', async (t) => {
  const { channel, peer, own, tick } = openKeepingAlive(t, 'server')
  peer.socket.pause()
  channel.send('x'.repeat(3_000_000))
  for (let round = 0; round < 10; round += 1) {
    await tick()
    for (let bytes = 0; bytes < 70_000; bytes += peer.socket.read()?.length ?? 0) await turn()
  }
  assert.equal(own.destroyed, false)
  assert.ok(own.writableLength > 0)
  peer.socket.resume()
  await peer.takeText()
  await turns()
  assert.deepEqual(peer.frames, [], 'no ping waited behind the text')
})

test('a reader that does not read at all is given up', async (t) => {
  const { channel, peer, tick } = openKeepingAlive(t, 'server')
  peer.socket.pause()
  for (let index = 0; index < 100; index += 1) channel.send('x'.repeat(4000))
  await tick()
  await tick()
  t.mock.timers.tick(KEEP_ALIVE_MS)
  assert.equal((await channel.closed).code, 1006)
})

// ---- backpressure

const EACH = 'x'.repeat(10_000)

test('sending to a slow reader gives a promise that settles when there is room again', async () => {
  const { channel, peer } = open('server')
  assert.equal(channel.send('short'), undefined)
  assert.equal(await peer.takeText(), 'short')
  peer.socket.pause()
  const waits = Array.from({ length: 8 }, () => channel.send(EACH))
  const waiting = waits.filter((wait) => wait !== undefined)
  assert.ok(waiting.length > 0)
  peer.socket.resume()
  await Promise.all(waiting)
  assert.equal((await peer.take(8)).length, 8)
  await turns()
  assert.equal(channel.send('short'), undefined)
})

test('that promise waits for all of a large message', async () => {
  const { channel, peer } = open('server')
  peer.socket.pause()
  let settled = false
  const sent = channel.send('x'.repeat(1_000_000))?.then(() => {
    settled = true
  })
  await turns()
  assert.ok(peer.socket.read().length > 60_000)
  await turns()
  assert.equal(settled, false)
  peer.socket.resume()
  await sent
})

test('who waits for a slow reader is let go when it goes away', async () => {
  const { channel, peer } = open('server')
  peer.socket.pause()
  const waits = Array.from({ length: 8 }, () => channel.send(EACH))
  peer.socket.destroy()
  await turns()
  await Promise.all(waits)
})

test('a large message is written as it is read, and arrives whole', async () => {
  const { channel, peer } = open('server')
  const large = Array.from({ length: 100_000 }, (_, index) => `${index} `).join('')
  await channel.send(large)
  channel.send('after')
  assert.equal(await peer.takeText(), large)
  assert.equal(await peer.takeText(), 'after')
})

test('a listener that has enough for now gets nothing more until it says so', async () => {
  const [own, other] = duplexPair()
  const peer = new RawPeer(other, 'client')
  const channel = new WebSocketChannel(own, Buffer.alloc(0), optionsOf('server'))
  const texts: string[] = []
  const holds: (() => void)[] = []
  channel.onMessage((text) => {
    texts.push(text)
    return new Promise((resolve) => holds.push(resolve))
  })
  peer.send(rawFrame('text', 'one'), rawFrame('text', 'two'))
  await turns()
  // What came together is taken together.
  assert.deepEqual(texts, ['one', 'two'])
  peer.send(rawFrame('text', 'three'))
  await turns()
  holds[0]?.()
  await turns()
  assert.equal(texts.length, 2)
  holds[1]?.()
  await turns()
  assert.deepEqual(texts, ['one', 'two', 'three'])
})

test('a listener that has enough for now does not make the other side a dead one', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const [own, other] = duplexPair()
  const peer = new RawPeer(other, 'client')
  const channel = new WebSocketChannel(own, Buffer.alloc(0), optionsOf('server', { keepAliveMs: 1000 }))
  let release: () => void = () => undefined
  const hold = new Promise<void>((resolve) => {
    release = resolve
  })
  channel.onMessage(() => hold)
  peer.send(rawFrame('text', 'one'), rawFrame('text', 'two'))
  for (let round = 0; round < 5; round += 1) {
    await turns()
    t.mock.timers.tick(1000)
  }
  release()
  await turns()
  channel.send('still here')
  assert.equal((await peer.take(6)).length, 6)
  assert.equal(own.destroyed, false)
})

test('a client goes on reading while the server does not: two that wait for each other would wait for ever', async () => {
  const [left, right] = duplexPair()
  const server = new WebSocketChannel(left, Buffer.alloc(0), optionsOf('server', { maxMessageBytes: 20_000 }))
  const client = new WebSocketChannel(right, Buffer.alloc(0), optionsOf('client', { maxMessageBytes: 20_000 }))
  let answers = 0
  client.onMessage(() => {
    answers += 1
  })
  // As whoever serves does: it takes nothing more while its answers are not read.
  server.onMessage(() => server.send(EACH))
  await Promise.all(Array.from({ length: 50 }, () => client.send(EACH)))
  while (answers < 50) await turn()
})

test('what waits for a reader is bounded: beyond that it is closed with 1008', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { channel, peer, own } = open('server')
  peer.socket.pause()
  const large = 'x'.repeat(4 * 1024 * 1024)
  let sent = 0
  let most = 0
  for (; sent < 100 && channel.send(large) !== undefined; sent += 1) most = Math.max(most, own.writableLength)
  // The first message may be of any size; sixteen more fill what is allowed, and the next one finds it full.
  assert.equal(sent, 17)
  assert.ok(most < 1024 * 1024)
  assert.equal(channel.send('more'), undefined)
  t.mock.timers.tick(CLOSE_TIMEOUT_MS)
  assert.deepEqual(await channel.closed, { code: 1008, reason: 'the reader does not keep up', clean: false })
})

test('a peer that ends within what it should read is left at once', async () => {
  const { channel, peer } = open('server')
  peer.socket.pause()
  channel.send('x'.repeat(1_000_000))
  peer.socket.end()
  assert.equal((await channel.closed).code, 1006)
})

test('a slow reader that is told to close is heard before it has read everything', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { channel, peer } = open('server')
  peer.socket.pause()
  channel.send('x'.repeat(1_000_000))
  void channel.close(1001)
  assert.ok(peer.socket.read().length > 60_000)
  await turns()
  peer.send(closeFrame(1001))
  await turns()
  t.mock.timers.tick(CLOSE_TIMEOUT_MS)
  assert.deepEqual(await channel.closed, { code: 1001, reason: '', clean: true })
})

test('a reader that wakes up in time sees all that was sent before it was closed, and why', async () => {
  const { channel, peer } = open('server')
  peer.socket.pause()
  const large = 'x'.repeat(4 * 1024 * 1024)
  let sent = 0
  while (channel.send(large) !== undefined) sent += 1
  peer.socket.resume()
  assert.equal((await peer.take(sent)).length, sent)
  assert.deepEqual(await peer.takeClose(), [1008, 'the reader does not keep up'])
  await peer.ended
  peer.socket.end()
  assert.equal((await channel.closed).code, 1008)
})

test('one message larger than the bound is no slow reader, nor are those behind it', async () => {
  const { channel, peer } = open('server')
  peer.socket.pause()
  const huge = 'x'.repeat(9 * 1024 * 1024)
  assert.notEqual(channel.send(huge), undefined)
  assert.notEqual(channel.send('and more'), undefined)
  peer.socket.resume()
  assert.equal((await peer.takeText()).length, huge.length)
  assert.equal(await peer.takeText(), 'and more')
})

test('a flood of pings from a peer that does not read is bounded, too', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { channel, peer } = open('client')
  peer.socket.pause()
  const pings = peer.encode(...Array.from({ length: 500 }, () => rawFrame('ping', 'x'.repeat(120))))
  for (let round = 0; round < 100; round += 1) {
    peer.socket.write(pings)
    await turns(2)
  }
  t.mock.timers.tick(CLOSE_TIMEOUT_MS)
  assert.equal((await channel.closed).code, 1008)
})

test('a slow reader can be told to close, and reads on up to the close frame', async () => {
  const { channel, peer } = open('server')
  peer.socket.pause()
  const waits = Array.from({ length: 20 }, () => channel.send(EACH))
  const closed = channel.close(1001)
  peer.socket.resume()
  assert.equal((await peer.take(20)).length, 20)
  assert.deepEqual(await peer.takeClose(), [1001, ''])
  peer.send(closeFrame(1001))
  peer.socket.end()
  assert.deepEqual(await closed, { code: 1001, reason: '', clean: true })
  await Promise.all(waits)
})
