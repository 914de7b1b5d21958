import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as v from 'valibot'
import { type BindOptions, createServer } from '../../../src/index.ts'
import type { Loose } from '../../support/answering.ts'
import { isStateless, VERSIONS } from '../../support/messages.ts'
import {
  calling,
  notification,
  open,
  opening,
  outgoing,
  REQUESTERS,
  resultOf,
  revisionOf,
  serveOurs,
} from './support.ts'

const server = createServer({ name: 'all', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('steps', v.object({}), async (_, ctx) => {
    for (const step of [1, 2]) await ctx.progress(step)
    return 'done'
  })
  .tool('ask', v.object({}), async (_, ctx) => JSON.stringify(await ctx.roots()))
  .tool('change', v.object({}), (_, ctx) => ctx.notify.toolsChanged())

const bindings: readonly BindOptions[] = [
  { responseMode: 'auto' },
  { responseMode: 'sse' },
  { responseMode: 'sse', sessions: { resume: false } },
  { responseMode: 'json' },
  { sessions: false },
]

for (const options of bindings) {
  for (const version of VERSIONS) {
    for (const [requester, fetch] of Object.entries(REQUESTERS)) {
      test(`a server of ours is called over HTTP: ${version}, ${JSON.stringify(options)} (${requester})`, async (t) => {
        const url = await serveOurs(t, server, options)
        const { carrier, recorder, log } = await open(t, url, { fetch })
        if (!isStateless(version)) {
          carrier.request(opening(version))
          assert.equal((await recorder.next()).result.protocolVersion, version)
        }
        carrier.speak(revisionOf(version))
        if (!isStateless(version)) await carrier.send(notification('notifications/initialized'))
        carrier.opened()
        carrier.request(calling(version, 1, 'add', { a: 1, b: 2 }))
        assert.deepEqual((await recorder.next()).result.content, [{ type: 'text', text: '3' }])
        carrier.request(calling(version, 2, 'steps'))
        let brought: Loose = await recorder.next()
        const said: unknown[] = []
        while (brought.method) {
          said.push(brought.params.progress)
          brought = await recorder.next()
        }
        assert.deepEqual(said, options.responseMode === 'json' ? [] : [1, 2])
        assert.equal(brought.result.content[0].text, 'done')
        carrier.request(outgoing(version, 3, 'no/such/method'))
        assert.equal((await recorder.next()).error.code, -32601)
        await carrier.close()
        assert.deepEqual(
          log.lines.filter(({ level }) => level !== 'debug'),
          [],
        )
      })
    }
  }
}

for (const [requester, fetch] of Object.entries(REQUESTERS)) {
  test(`a session of ours asks, tells and ends (${requester})`, async (t) => {
    const url = await serveOurs(t, server, { sessions: { max: 1 } })
    const { carrier, recorder } = await open(t, url, { fetch })
    const able = opening('2025-11-25')
    const text = able.text.replace('"capabilities":{}', '"capabilities":{"roots":{}}')
    carrier.request({ ...able, text })
    await recorder.next()
    carrier.speak(revisionOf('2025-11-25'))
    await carrier.send(notification('notifications/initialized'))
    carrier.opened()
    carrier.request(calling('2025-11-25', 1, 'ask'))
    const asked = await recorder.next()
    assert.equal(asked.method, 'roots/list')
    await carrier.send(JSON.stringify(resultOf(asked.id, { roots: [] })))
    assert.equal((await recorder.next()).result.content[0].text, '[]')
    carrier.request(calling('2025-11-25', 2, 'change'))
    const said = [await recorder.next(), await recorder.next()]
    assert.ok(said.some(({ method }) => method === 'notifications/tools/list_changed'))
    await carrier.close()
    // There is room for one session, so that this one has been ended.
    const next = await open(t, url, { fetch })
    next.carrier.request(opening('2025-11-25'))
    assert.equal((await next.recorder.next()).result.protocolVersion, '2025-11-25')
  })
}
