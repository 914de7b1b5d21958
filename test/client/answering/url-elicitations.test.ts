import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { createClient, ErrorCode } from '../../../src/client.ts'
import { createServer } from '../../../src/index.ts'
import { Refused } from '../../support/answering.ts'
import { EVERY_LINK } from '../../support/links.ts'
import { speaking } from '../../support/scripted-server.ts'
import { connectTo } from '../support.ts'

const VERSION = '2025-11-25'

const url = (elicitationId: unknown) => ({
  mode: 'url',
  message: 'Pay.',
  url: 'https://example.com/pay',
  elicitationId,
})

/** A client that is sent to pages, and what it hears of them. */
const visiting = async (t: TestContext, script = {}) => {
  const done: string[] = []
  const client = createClient().elicitation(() => ({ action: 'accept' }), { onComplete: (id) => done.push(id) })
  const { connection, server, log } = await connectTo(t, speaking(VERSION, script), { revisions: [VERSION] }, client)
  /** Settles when everything has been heard that was said before. */
  const heard = async (): Promise<readonly string[]> => {
    await connection.ping()
    return done
  }
  const complete = (elicitationId: unknown): void =>
    server.say({ method: 'notifications/elicitation/complete', params: { elicitationId } })
  const ask = async (elicitationId: unknown): Promise<void> => {
    server.say({ id: `ask ${elicitationId}`, method: 'elicitation/create', params: url(elicitationId) })
    await server.next()
  }
  return { connection, server, log, heard, complete, ask }
}

describe('2025-11-25 Elicitation, Completion Notifications for URL Mode Elicitation', () => {
  it('a client hears, once, that a page is done which its user was sent to', async (t) => {
    const { ask, complete, heard } = await visiting(t)
    await ask('e-1')
    assert.deepEqual(await heard(), [])
    complete('e-1')
    complete('e-1')
    assert.deepEqual(await heard(), ['e-1'])
  })

  it('it hears of no other page', async (t) => {
    const { ask, server, complete, heard } = await visiting(t)
    await ask(undefined)
    for (const id of ['e-2', 5, undefined]) complete(id)
    server.say({ method: 'notifications/elicitation/complete' })
    assert.deepEqual(await heard(), [])
  })

  it('it hears of pages that an error of a call has listed (URL Elicitation Required Error)', async (t) => {
    const { connection, complete, heard } = await visiting(t, {
      'tools/call': new Refused(ErrorCode.UrlElicitationRequired, 'Pay first', {
        elicitations: [url('e-3'), null, url(5)],
      }),
      'prompts/get': new Refused(ErrorCode.UrlElicitationRequired, 'Pay first', { elicitations: 'none' }),
      'resources/read': new Refused(ErrorCode.UrlElicitationRequired, 'Pay first'),
      'completion/complete': new Refused(ErrorCode.InvalidParams, 'No', { elicitations: [url('e-4')] }),
    })
    const required = { code: ErrorCode.UrlElicitationRequired, message: 'Pay first' }
    await assert.rejects(connection.callTool('pay'), required)
    await assert.rejects(connection.getPrompt('pay'), required)
    await assert.rejects(connection.readResource('pay://1'), required)
    const completing = connection.complete({
      ref: { type: 'ref/prompt', name: 'pay' },
      argument: { name: 'how', value: '' },
    })
    await assert.rejects(completing, { code: ErrorCode.InvalidParams })
    for (const id of ['e-3', 'e-4', 5]) complete(id)
    assert.deepEqual(await heard(), ['e-3'])
  })

  it('of those that are never done, the oldest are forgotten', async (t) => {
    const { connection, complete, heard } = await visiting(t, {
      'tools/call': new Refused(ErrorCode.UrlElicitationRequired, 'Pay first', {
        elicitations: Array.from({ length: 1_001 }, (_, number) => url(`e-${number}`)),
      }),
    })
    await assert.rejects(connection.callTool('pay'))
    for (const id of ['e-0', 'e-1', 'e-1000']) complete(id)
    assert.deepEqual(await heard(), ['e-1', 'e-1000'])
  })

  it('a function that fails costs nothing but its message', async (t) => {
    const client = createClient().elicitation(() => ({ action: 'accept' }), {
      onComplete: () => {
        throw new Error('too much')
      },
    })
    const { connection, server, log } = await connectTo(t, speaking(VERSION), { revisions: [VERSION] }, client)
    server.say({ id: 1, method: 'elicitation/create', params: url('e-1') })
    await server.next()
    server.say({ method: 'notifications/elicitation/complete', params: { elicitationId: 'e-1' } })
    await connection.ping()
    assert.match(log.lines[0]?.message ?? '', /elicitation: onComplete failed/)
  })

  it('what is no function is refused', () => {
    assert.throws(() => createClient().elicitation(() => ({ action: 'cancel' }), { onComplete: 5 as never }), {
      message: 'elicitation: onComplete: pass a function, got 5',
    })
  })

  for (const [name, version, link] of EVERY_LINK.filter(([, version]) => version === VERSION)) {
    it(`${name}: a server of ours says when a page is done`, async (t) => {
      const server = createServer({ name: 'shop', version: '1.0.0' }).tool('buy', async (_, ctx) => {
        const { action } = await ctx.elicitUrl('Pay.', 'https://example.com/pay', { id: 'pay-1' })
        return action
      })
      let heard!: (id: string) => void
      const done = new Promise<string>((resolve) => {
        heard = resolve
      })
      const client = createClient().elicitation(() => ({ action: 'accept' }), { onComplete: heard })
      const { connection, runtime } = await link(t, server, client, { revisions: [version] })
      assert.equal((await connection.callTool('buy')).text, 'accept')
      runtime.notify.elicitationComplete('pay-1')
      assert.equal(await done, 'pay-1')
    })
  }
})
