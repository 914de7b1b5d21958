import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer, ErrorCode, McpError } from '../../../src/index.ts'
import { ABLE, accept, CANCEL, clientOf, DECLINE, errorTextOf, returned } from '../../support/answering.ts'
import { VERSIONS } from '../../support/messages.ts'

const URL_OF_FORM = 'https://example.com/form?for=1'

const server = createServer({ name: 'test', version: '1.0.0' })
  .tool('send', async (_, ctx) => ctx.elicitUrl('Enter your key there', URL_OF_FORM))
  .tool('twice', async (_, ctx) => [await ctx.elicitUrl('One', URL_OF_FORM), await ctx.elicitUrl('Two', URL_OF_FORM)])
  .tool('nowhere', async (_, ctx) => ctx.elicitUrl('Go there', '/form'))

const NEVER = () => assert.fail('the client was asked')

describe('2025-11-25 Elicitation, URL Mode', () => {
  it('sends the user to a URL, with an id on 2025-11-25 alone', async () => {
    for (const version of ['2025-11-25', '2026-07-28'] as const) {
      const client = await clientOf(server, version)
      const { asked } = await client.call('tools/call', { name: 'send' }, () => accept())
      const [{ method, params } = assert.fail()] = asked
      const { elicitationId, ...rest } = params
      assert.equal(method, 'elicitation/create')
      assert.deepEqual(rest, { mode: 'url', message: 'Enter your key there', url: URL_OF_FORM })
      if (version === '2025-11-25') assert.match(elicitationId, /^[\da-f-]{36}$/)
      else assert.equal('elicitationId' in params, false)
    }
  })

  it('each question has an id of its own', async () => {
    const client = await clientOf(server, '2025-11-25')
    const { asked } = await client.call('tools/call', { name: 'twice' }, () => accept())
    assert.equal(new Set(asked.map(({ params }) => params.elicitationId)).size, 2)
  })

  it('an answer says whether the user agreed, and has no content', async () => {
    for (const version of ['2025-11-25', '2026-07-28'] as const) {
      const client = await clientOf(server, version)
      for (const [answer, value] of [
        [accept({ secret: 'leaked' }), { action: 'accept' }],
        [DECLINE, { action: 'decline' }],
        [CANCEL, { action: 'cancel' }],
      ]) {
        assert.deepEqual(returned(await client.call('tools/call', { name: 'send' }, () => answer)), value)
      }
    }
  })

  it('an answer that is none', async () => {
    const client = await clientOf(server, '2025-11-25')
    for (const answer of [{}, { action: 'yes' }, 'accept', null]) {
      const text = errorTextOf(await client.call('tools/call', { name: 'send' }, () => answer))
      assert.match(text, /does not fit \(Enter your key there\): "action" must be accept, decline or cancel$/)
    }
  })

  it('does not exist before', async () => {
    for (const version of ['2024-11-05', '2025-03-26', '2025-06-18'] as const) {
      const client = await clientOf(server, version)
      const text = errorTextOf(await client.call('tools/call', { name: 'send' }, NEVER))
      assert.equal(text, `send: Revision ${version} has no URL elicitation`)
    }
  })

  it('§Capabilities: a client that declares forms alone, or an empty object, is not sent anywhere', async () => {
    for (const elicitation of [{}, { form: {} }]) {
      const client = await clientOf(server, '2025-11-25', { capabilities: { elicitation } })
      const text = errorTextOf(await client.call('tools/call', { name: 'send' }, NEVER))
      assert.match(text, /it has not declared \{"elicitation":\{"url":\{\}\}\}$/)
    }
  })

  it('a URL that is none is never sent', async () => {
    const client = await clientOf(server, '2026-07-28', { capabilities: ABLE })
    const text = errorTextOf(await client.call('tools/call', { name: 'nowhere' }, NEVER))
    assert.equal(text, 'nowhere: ctx.elicitUrl: the URL must be absolute, got "/form"')
  })
})

describe('2025-11-25 Elicitation, URL Elicitation Required Error', () => {
  it('TS-54: a handler may throw it; where the revision has no such code, it is an internal error', async () => {
    const data = { elicitations: [{ mode: 'url', elicitationId: '1', url: URL_OF_FORM, message: 'Go there' }] }
    const throwing = createServer({ name: 'test', version: '1.0.0' }).tool('go', () => {
      throw new McpError(ErrorCode.UrlElicitationRequired, 'Go there first', data)
    })
    for (const version of VERSIONS) {
      const client = await clientOf(throwing, version)
      const { error } = (await client.call('tools/call', { name: 'go' })).reply
      const code = version === '2025-11-25' ? -32042 : -32603
      assert.deepEqual(error, { code, message: 'Go there first', data })
    }
  })
})

describe('2025-11-25 Elicitation, Completion Notifications', () => {
  const complete = (id: string) => ({ method: 'notifications/elicitation/complete', params: { elicitationId: id } })
  const named = createServer({ name: 'test', version: '1.0.0' })
    .tool('send', async (_, ctx) => (await ctx.elicitUrl('Go', URL_OF_FORM, { id: 'mine' })).action)
    .tool('refuse', () => {
      const elicitations = ['first', 'second'].map((elicitationId) => ({
        mode: 'url',
        elicitationId,
        url: URL_OF_FORM,
        message: 'Go',
      }))
      throw new McpError(ErrorCode.UrlElicitationRequired, 'Go there first', { elicitations })
    })
    .tool('done', v.object({ id: v.string() }), ({ id }, ctx) => ctx.notify.elicitationComplete(id))
    .tool('ask_often', async (_, ctx) => {
      for (let number = 0; number < 1_001; number++) await ctx.elicitUrl('Go', URL_OF_FORM, { id: `n${number}` })
    })

  const completed = async (client: Awaited<ReturnType<typeof clientOf>>, id: string) =>
    (await client.call('tools/call', { name: 'done', arguments: { id } })).notifications.map(
      ({ jsonrpc, ...notification }) => notification,
    )

  it('tells the client that was sent there, once', async () => {
    const client = await clientOf(named, '2025-11-25')
    const { asked } = await client.call('tools/call', { name: 'send' }, () => accept())
    assert.equal(asked[0]?.params.elicitationId, 'mine')
    assert.deepEqual(await completed(client, 'other'), [])
    assert.deepEqual(await completed(client, 'mine'), [complete('mine')])
    assert.deepEqual(await completed(client, 'mine'), [])
  })

  it('§URL Elicitation Required Error: the same for what the error lists', async () => {
    const client = await clientOf(named, '2025-11-25')
    const { error } = (await client.call('tools/call', { name: 'refuse' })).reply
    assert.equal(error?.code, -32042)
    assert.deepEqual(error?.message, 'Go there first')
    assert.deepEqual(await completed(client, 'second'), [complete('second')])
    assert.deepEqual(await completed(client, 'first'), [complete('first')])
  })

  it('other revisions hear of nothing', async () => {
    for (const version of VERSIONS) {
      if (version === '2025-11-25') continue
      const client = await clientOf(named, version)
      await client.call('tools/call', { name: 'send' }, () => accept())
      assert.equal((await client.call('tools/call', { name: 'refuse' })).reply.error?.code, -32603)
      for (const id of ['mine', 'first']) assert.deepEqual(await completed(client, id), [])
    }
  })

  it('a client that finishes nothing is remembered for its last thousand', async () => {
    const client = await clientOf(named, '2025-11-25')
    await client.call('tools/call', { name: 'ask_often' }, () => accept())
    assert.deepEqual(await completed(client, 'n0'), [])
    assert.deepEqual(await completed(client, 'n1'), [complete('n1')])
  })

  it('an error whose data is of another shape goes out as it is', async () => {
    for (const data of [7, { elicitations: [null, 'a', {}] }, {}]) {
      const odd = createServer({ name: 'test', version: '1.0.0' }).tool('odd', () => {
        throw new McpError(ErrorCode.UrlElicitationRequired, 'Go there first', data)
      })
      const { reply } = await (await clientOf(odd, '2025-11-25')).call('tools/call', { name: 'odd' })
      assert.deepEqual(reply.error, { code: -32042, message: 'Go there first', data })
    }
  })
})
