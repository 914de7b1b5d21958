import assert from 'node:assert/strict'
import { AsyncLocalStorage } from 'node:async_hooks'
import { test } from 'node:test'
import { createServer } from '../../../src/index.ts'
import { headersOf, keepingLogger, messagesOf, STATEFUL, VERSIONS } from '../../support/messages.ts'
import { Events, initialize, textOf, toolCall } from './session-support.ts'
import { calling, sendToPort, serveNode } from './support.ts'

/** What the host of a handler keeps for the time of a request. */
const store = new AsyncLocalStorage<string>()

const server = createServer({ name: 'hosted', version: '1.0.0' })
  .use(async (_, next) => next({ layer: store.getStore() }))
  .tool('now', (_, { layer }) => `${layer} ${store.getStore()}`)
  .tool('later', async (_, { layer }) => {
    await new Promise(setImmediate)
    return `${layer} ${store.getStore()}`
  })
  .tool('asked', async (_, ctx) => {
    await ctx.roots()
    return `${ctx.layer} ${store.getStore()}`
  })

for (const version of VERSIONS) {
  test(`PY-23 ${version}: a handler runs in the asynchronous context of its request`, async (t) => {
    const { handler } = server.bind({ logger: keepingLogger() })
    const port = await serveNode(t, (request, response) =>
      store.run(String(request.headers['x-caller']), () => handler(request, response)),
    )
    for (const name of ['now', 'later']) {
      const replies = await Promise.all(
        ['ada', 'bob'].map(async (caller) => {
          const response = await sendToPort(port, calling(version, name, {}, { 'x-caller': caller })).response
          return (await messagesOf(response))[0]
        }),
      )
      assert.deepEqual(replies.map(textOf), ['ada ada', 'bob bob'])
    }
  })
}

for (const version of STATEFUL) {
  test(`PY-23 ${version}: it goes on in its own, not in that of the request which brought an answer`, async (t) => {
    const runtime = server.bind({ logger: keepingLogger() })
    t.after(() => runtime.close({ drainMs: 0 }))
    const send = (
      caller: string,
      message: { readonly jsonrpc: '2.0'; readonly method?: string },
      headers: Record<string, string> = {},
    ) =>
      store.run(caller, () =>
        runtime.fetch(
          new Request('http://localhost/mcp', {
            method: 'POST',
            headers: { ...headersOf(version, message.method ?? ''), ...headers },
            body: JSON.stringify(message),
          }),
        ),
      )
    const opening = await send('opener', initialize(version, { roots: {} }))
    const session = { 'mcp-session-id': String(opening.headers.get('mcp-session-id')) }
    const events = new Events(await send('ada', toolCall(1, 'asked'), session))
    const { id } = await events.message()
    const answer = { jsonrpc: '2.0' as const, id, result: { roots: [] } }
    assert.equal((await send('bob', answer, session)).status, 202)
    assert.equal(textOf(await events.message()), 'ada ada')
  })
}
