import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connectWebSocket } from '../../src/transport/websocket/connect.ts'
import { CHANGES, changing } from '../fixtures/changing.ts'
import type { Loose } from '../support/answering.ts'
import { Events } from '../support/events.ts'
import {
  initializeParams,
  isStateless,
  messagesOf,
  type Reply,
  request,
  VERSIONS,
  type Version,
} from '../support/messages.ts'
import { GOOD_END, start } from '../support/stdio.ts'
import { type Dialogue, dialogue } from '../support/websocket.ts'
import { openSession, request as plainRequest, Events as SessionEvents, STATEFUL } from './http/session-support.ts'
import { sentBy, testBoth } from './http/support.ts'

const LAST = CHANGES.length - 1
const EVERYTHING = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }

/** Calls a tool, and gives its text once it is answered. */
type Call = (name: string) => Promise<string>

const textOf = ({ result, error }: Reply): string => {
  assert.equal(error, undefined, JSON.stringify(error))
  assert.notEqual(result.isError, true, JSON.stringify(result))
  return result.content[0].text
}

const LIST_CHANGED = /^notifications\/(\w+)\/list_changed$/

/** The lists that notifications say have changed. */
const announced = (messages: readonly Loose[]): readonly string[] =>
  messages.flatMap(({ method = '' }) => LIST_CHANGED.exec(method)?.[1] ?? [])

const EXPECTED = CHANGES.flat()

/** Replaces one definition after the other under calls that never cease. No client goes back to an older one. */
const underLoad = async (call: Call): Promise<void> => {
  let served = 0
  let answered = 0
  const work = async (): Promise<void> => {
    for (let seen = 0; seen < LAST; answered += 1) {
      const atLeast = Math.max(seen, served)
      seen = Number(await call('which'))
      assert.ok(seen >= atLeast && seen <= LAST, `after ${atLeast} came ${seen}`)
    }
  }
  const workers = Array.from({ length: 8 }, work)
  while (served < LAST) {
    const before = answered
    served = Number(await call('next'))
    assert.equal(await call('which'), String(served))
    // On to the next one only when the others have seen something of this one.
    while (served < LAST && answered < before + 8) await call('which')
  }
  await Promise.all(workers)
}

/** The calls of a client on a line that everything comes over, and what else has come. */
const clientOn = async (line: Dialogue, version: Version) => {
  const waiting = new Map<string, (reply: Reply) => void>()
  const others: Loose[] = []
  let ids = 0
  const send = (method: string, params = {}): Promise<Reply> =>
    new Promise((resolve) => {
      ids += 1
      waiting.set(`call ${ids}`, resolve)
      line.send(request(version, `call ${ids}`, method, params))
    })
  const call: Call = async (name) => textOf(await send('tools/call', { name }))
  let lastId: string | undefined
  const read = async (): Promise<void> => {
    for (let id = ''; lastId === undefined || id !== lastId; ) {
      const message = await line.next()
      id = message.id
      const answer = waiting.get(id)
      waiting.delete(id)
      if (answer) answer(message)
      else others.push(message)
    }
  }
  const ended = read()
  if (isStateless(version)) void send('subscriptions/listen', { notifications: EVERYTHING })
  else assert.equal((await send('initialize', initializeParams(version))).error, undefined)
  /** What came besides the answers, up to that of a last call. */
  const end = async (): Promise<Loose[]> => {
    const last = call('which')
    lastId = `call ${ids}`
    assert.equal(await last, String(LAST))
    await ended
    return others
  }
  return { call, end }
}

/** Replaces under load on a line, and looks at what came besides the answers. */
const replaceOn = async (line: Dialogue, version: Version): Promise<void> => {
  const { call, end } = await clientOn(line, version)
  await underLoad(call)
  const others = await end()
  assert.deepEqual(announced(others), EXPECTED)
  const [acknowledgement] = isStateless(version) ? others.splice(0, 1) : []
  assert.equal(acknowledgement?.method, isStateless(version) ? 'notifications/subscriptions/acknowledged' : undefined)
  assert.equal(others.length, EXPECTED.length)
}

for (const version of ['2025-11-25', '2026-07-28'] as const) {
  test(`replace under load: stdio, ${version}`, async (t) => {
    const child = start(t, 'changing-main.ts')
    await replaceOn(child, version)
    assert.deepEqual(await child.close(), GOOD_END)
    assert.equal(child.stderr, '')
  })
}

/** A WebSocket to the runtime of a server that listens. */
const socketOf = async (t: TestContext): Promise<Dialogue> => {
  const { first, servedBy } = changing()
  const running = await first.listen({ port: 0 })
  t.after(() => running.close())
  servedBy(running.runtime)
  return dialogue(await connectWebSocket(running.url.replace('http:', 'ws:')))
}

for (const version of VERSIONS) {
  test(`replace under load: WebSocket, ${version}`, async (t) => {
    await replaceOn(await socketOf(t), version)
  })
}

/** The one message of a response. */
const replyOf = async (response: Response): Promise<Reply> => {
  assert.equal(response.status, 200)
  const [reply, ...others] = await messagesOf(response)
  assert.ok(reply)
  assert.deepEqual(others, [])
  return reply
}

testBoth('replace under load: Streamable HTTP, stateless', async (_, bound) => {
  const { first, servedBy } = changing()
  const { runtime, send } = await bound(first)
  servedBy(runtime)
  const stream = new Events(await send(sentBy('2026-07-28', 'subscriptions/listen', { notifications: EVERYTHING })))
  await underLoad(async (name) => textOf(await replyOf(await send(sentBy('2026-07-28', 'tools/call', { name })))))
  await runtime.close()
  const came: Loose[] = []
  for (let message = await stream.next(); message; message = await stream.next()) came.push(message)
  assert.deepEqual(announced(came), EXPECTED)
  assert.deepEqual(
    came.map(({ method }) => method).filter((method = '') => !LIST_CHANGED.test(method)),
    ['notifications/subscriptions/acknowledged', 'notifications/cancelled', undefined],
  )
})

for (const version of STATEFUL) {
  testBoth(`replace under load: sessions over Streamable HTTP, ${version}`, async (_, bound) => {
    const { first, servedBy } = changing()
    const subject = await bound(first)
    servedBy(subject.runtime)
    const client = await openSession(subject, version)
    const stream = new SessionEvents(await client.get().response)
    let ids = 0
    await underLoad(async (name) => {
      ids += 1
      const reply = await replyOf(await client.post(plainRequest(ids, 'tools/call', { name })))
      return textOf(reply)
    })
    await subject.runtime.close()
    const came = await stream.rest()
    assert.deepEqual(announced(came), EXPECTED)
    assert.equal(came.length, EXPECTED.length)
  })
}
