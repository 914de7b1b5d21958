import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type AuthInfo, createServer, type Runtime } from '../../../src/index.ts'
import { messagesOf, type Params } from '../../support/messages.ts'
import { sendToPort, sentBy, serveNode } from './support.ts'

const forFriends = ({ auth }: { auth: AuthInfo | undefined }): boolean => auth?.clientId === 'friend'

const open = createServer({ name: 'doors', version: '1.0.0' })
  .tool('whoami', (_, ctx) => ({ ...ctx.auth }))
  .resource('door://front', () => 'front')
  .prompt('knock', () => 'knock knock')

const server = open
  .tool('secret_tool', { enabled: forFriends }, () => 'open')
  .resource('door://back', { enabled: forFriends }, () => 'back')
  .resource('room://{name}', { enabled: async (facts) => forFriends(facts) }, ({ name }) => name)
  .prompt('secret_prompt', { enabled: forFriends }, () => 'psst')

const FRIEND: AuthInfo = { clientId: 'friend', token: 't', scopes: ['doors'] }

/** Asks as somebody, or as nobody: the host has found out who. */
const asking = async (t: TestContext, auth?: AuthInfo, definition: { bind(): Runtime } = server) => {
  const runtime = definition.bind()
  const port = await serveNode(t, (request, response) =>
    runtime.handler(auth ? Object.assign(request, { auth }) : request, response),
  )
  return async (method: string, params: Params = {}) => {
    const [reply] = await messagesOf(await sendToPort(port, sentBy('2026-07-28', method, params)).response)
    return reply ?? assert.fail('no reply')
  }
}

test('request.auth reaches ctx.auth; without it, there is none', async (t) => {
  const friend = await (await asking(t, FRIEND))('tools/call', { name: 'whoami' })
  assert.deepEqual(friend.result.structuredContent, FRIEND)
  const nobody = await (await asking(t))('tools/call', { name: 'whoami' })
  assert.deepEqual(nobody.result.structuredContent, {})
})

test('request.auth reaches the interceptors', async (t) => {
  const seen: (AuthInfo | undefined)[] = []
  const runtime = server
    .intercept(({ auth }, next) => {
      seen.push(auth)
      return next()
    })
    .bind()
  const port = await serveNode(t, (request, response) =>
    runtime.handler(Object.assign(request, { auth: FRIEND }), response),
  )
  await sendToPort(port, sentBy('2026-07-28', 'tools/list')).response
  assert.deepEqual(seen, [FRIEND])
})

const lists = [
  ['tools/list', 'tools', 'name', ['whoami'], ['whoami', 'secret_tool']],
  ['prompts/list', 'prompts', 'name', ['knock'], ['knock', 'secret_prompt']],
  ['resources/list', 'resources', 'uri', ['door://front'], ['door://front', 'door://back']],
  ['resources/templates/list', 'resourceTemplates', 'uriTemplate', [], ['room://{name}']],
] as const

for (const [method, member, key, some, all] of lists) {
  test(`2026-07-28 Caching: ${method} lists what is there for its caller, and is private`, async (t) => {
    for (const [auth, expected] of [
      [undefined, some],
      [FRIEND, all],
    ] as const) {
      const { result } = await (await asking(t, auth))(method)
      assert.deepEqual(
        result[member].map((item: Record<string, string>) => item[key]),
        expected,
      )
      assert.equal(result.cacheScope, 'private')
    }
  })
}

test('2026-07-28 Caching: a list that is the same for everybody is public', async (t) => {
  const same = createServer({ name: 'same', version: '1.0.0' })
    .tool('one', () => 1)
    .bind()
  const port = await serveNode(t, same.handler)
  const [reply] = await messagesOf(await sendToPort(port, sentBy('2026-07-28', 'tools/list')).response)
  assert.equal(reply?.result.cacheScope, 'public')
})

const calls = [
  ['tools/call', { name: 'secret_tool' }],
  ['prompts/get', { name: 'secret_prompt' }],
  ['resources/read', { uri: 'door://back' }],
  ['resources/read', { uri: 'room://a' }],
] as const

for (const [method, params] of calls) {
  test(`${method} of ${Object.values(params)} is refused as if it did not exist, and open to whom it is for`, async (t) => {
    const refused = await (await asking(t))(method, params)
    assert.equal(refused.error.code, -32602)
    assert.deepEqual(refused, await (await asking(t, undefined, open))(method, params))
    assert.equal((await (await asking(t, FRIEND))(method, params)).error, undefined)
  })
}
