import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { type AuthInfo, createServer } from '../../../src/index.ts'
import { Connection } from '../../../src/server/connection.ts'
import { ServerRuntime } from '../../../src/server/runtime.ts'
import { settle } from '../../../src/server/settings.ts'
import { ABLE, accept, declaring } from '../../support/answering.ts'
import { Inbox } from '../../support/connection.ts'
import { keepingLogger, type Params, type Reply, request } from '../../support/messages.ts'

const server = createServer({ name: 'test', version: '1.0.0' }).tool('ask', async (_, ctx) =>
  ctx.elicit('Sure?', v.object({ ok: v.boolean() })),
)

const callers: Readonly<Record<string, AuthInfo | undefined>> = {
  nobody: undefined,
  alice: { token: '1', clientId: 'app', scopes: [], extra: { sub: 'alice' } },
  bob: { token: '2', clientId: 'app', scopes: [], extra: { sub: 'bob' } },
  app: { token: '3', clientId: 'app', scopes: [] },
  elsewhere: { token: '4', clientId: 'other', scopes: [], extra: { sub: 'alice' } },
}

/** A runtime, and calls to it as whoever it is. */
const serve = () => {
  const logger = keepingLogger()
  const runtime = new ServerRuntime(server['~definition'], settle({ logger }))
  const call = (auth: AuthInfo | undefined, more: Params = {}): Promise<Reply> => {
    const inbox = new Inbox()
    const receive = (text: string): undefined => {
      inbox.add(JSON.parse(text))
    }
    const connection = new Connection(runtime, { send: receive, reply: receive }, { auth, http: undefined })
    connection.receive(request('2026-07-28', 1, 'tools/call', { name: 'ask', ...more, _meta: declaring(ABLE) }))
    return inbox.next()
  }
  return { call, logger }
}

const ANSWERS = { 1: accept({ ok: true }) }

describe('2026-07-28 Multi Round-Trip Requests, Server Requirements: the authenticated principal', () => {
  for (const [owner, auth] of Object.entries(callers)) {
    for (const [presenter, other] of Object.entries(callers)) {
      const isSame = owner === presenter
      it(`PY-136: what was asked of ${owner} is ${isSame ? '' : 'not '}answered by ${presenter}`, async () => {
        const { call, logger } = serve()
        const { requestState } = (await call(auth)).result
        const { result, error } = await call(other, { inputResponses: ANSWERS, requestState })
        if (isSame) return assert.equal(result.resultType, 'complete')
        assert.deepEqual(error, { code: -32602, message: 'Invalid or expired requestState' })
        assert.deepEqual(
          logger.lines.map(({ message }) => message),
          ['refused a requestState: it was sealed for another principal'],
        )
      })
    }
  }

  it('PY-137: a state is another each time, so that nobody can tell by it who was asked', async () => {
    const { call } = serve()
    const states = await Promise.all([1, 2, 3].map(async () => (await call(callers['alice'])).result.requestState))
    assert.equal(new Set(states).size, 3)
    for (const state of states) assert.doesNotMatch(atob(state.replaceAll('-', '+').replaceAll('_', '/')), /alice|app/)
  })

  it('PY-137: principals that differ in an unpaired surrogate are two', async () => {
    const { call } = serve()
    const named = (sub: string): AuthInfo => ({ token: '1', clientId: 'app', scopes: [], extra: { sub } })
    const { requestState } = (await call(named('\ud800'))).result
    const more = { inputResponses: ANSWERS, requestState }
    assert.equal((await call(named('\ud800'), more)).result.resultType, 'complete')
    for (const other of ['\ud801', '\ufffd']) {
      assert.equal((await call(named(other), more)).error.message, 'Invalid or expired requestState')
    }
  })

  it('PY-137: a principal that cannot be told fails the call: nothing is asked, and nothing is answered', async () => {
    const { call } = serve()
    const odd: AuthInfo = { token: '1', clientId: 'app', scopes: [], extra: { sub: 7n } }
    assert.equal((await call(odd)).error.code, -32603)
    const { requestState } = (await call(callers['app'])).result
    assert.equal((await call(odd, { inputResponses: ANSWERS, requestState })).result, undefined)
  })

  it('the token may have been renewed', async () => {
    const { call } = serve()
    const { requestState } = (await call(callers['alice'])).result
    const renewed = { ...(callers['alice'] as AuthInfo), token: 'new', expiresAt: 1 }
    const { result } = await call(renewed, { inputResponses: ANSWERS, requestState })
    assert.equal(result.resultType, 'complete')
  })
})
