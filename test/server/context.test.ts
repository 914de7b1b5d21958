import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Context, createServer } from '../../src/index.ts'
import { opened } from '../support/connection.ts'
import { ask, headersOf, isStateless, request, resultOf, URL_OF_TESTS, VERSIONS } from '../support/messages.ts'
import { callWith, exchange, meeting, quiet, toolError } from './asking.ts'

const create = () => createServer({ name: 'test', version: '1.0.0' })

/** What a handler sees in its context. */
const look = (ctx: Context) => {
  const { requestId, request: asked, protocolVersion, client, auth, http } = ctx
  return { requestId, request: asked, protocolVersion, client, auth: auth ?? null, http: http !== undefined }
}

const looking = create()
  .tool('look', (_, ctx) => look(ctx))
  .prompt('look', (_, ctx) => JSON.stringify(look(ctx)))
  .resource('look://{x}', (_, ctx) => look(ctx))

describe('context: what it says of the request', () => {
  it('method, name, URI, id and revision, in every kind of handler', async () => {
    for (const version of VERSIONS) {
      const connected = await opened(looking, version)
      const tool = (await exchange(connected, version, 'tools/call', { name: 'look' })).reply.result.content[0].text
      const prompt = (await exchange(connected, version, 'prompts/get', { name: 'look' })).reply.result.messages[0]
        .content
      const resource = (await exchange(connected, version, 'resources/read', { uri: 'look://a' })).reply.result
        .contents[0]
      const seen = [tool, prompt.text, resource.text].map((text) => JSON.parse(text))
      assert.deepEqual(
        seen.map(({ request: { method, name, uri } }) => ({ method, name, uri })),
        [
          { method: 'tools/call', name: 'look', uri: undefined },
          { method: 'prompts/get', name: 'look', uri: undefined },
          { method: 'resources/read', name: undefined, uri: 'look://a' },
        ],
      )
      for (const { requestId, protocolVersion, auth, http } of seen) {
        assert.deepEqual([requestId, protocolVersion, auth, http], [1, version, null, false])
      }
    }
  })

  it('TS-43: ids of every kind', async () => {
    for (const id of [0, '', 'seven', '7', 7, -1]) {
      const { ask: send } = await opened(looking, '2026-07-28')
      const reply = await send(request('2026-07-28', id, 'tools/call', { name: 'look' }))
      assert.equal(reply.id, id)
      assert.equal(reply.result.structuredContent.requestId, id)
    }
  })

  it('2026-07-28 §_meta: the meta of the request, with the envelope', async () => {
    const params = { name: 'look', _meta: { progressToken: 5, 'example.com/a': { b: 1 } } }
    for (const version of VERSIONS) {
      const { reply } = await callWith(looking, version, params)
      const { meta } = JSON.parse(reply.result.content[0].text).request
      assert.deepEqual([meta.progressToken, meta['example.com/a']], [5, { b: 1 }])
      const revision = meta['io.modelcontextprotocol/protocolVersion']
      assert.equal(revision, isStateless(version) ? version : undefined)
    }
  })

  it('a meta that is no object counts as none', async () => {
    const { reply } = await callWith(looking, '2025-11-25', { name: 'look', _meta: 'x' })
    assert.deepEqual(reply.result.structuredContent.request.meta, {})
  })

  it('what the client says of itself: with `initialize`, or with each request', async () => {
    const info = { name: 'test', version: '1.0.0' }
    for (const version of VERSIONS) {
      const capabilities = { roots: { listChanged: true } }
      const connected = await opened(looking, version)
      if (!isStateless(version)) {
        const { reply } = await exchange(connected, version, 'tools/call', { name: 'look' })
        assert.deepEqual(JSON.parse(reply.result.content[0].text).client, { info, capabilities: {} })
      }
      const meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities }
      if (isStateless(version)) {
        const { reply } = await exchange(connected, version, 'tools/call', { name: 'look', _meta: meta })
        assert.deepEqual(reply.result.structuredContent.client, { info, capabilities })
      }
    }
  })

  it('PY-45: 2026-07-28 §_meta: a client need not name itself, and a misshapen name counts as none', async () => {
    const connected = await opened(looking, '2026-07-28')
    for (const info of [undefined, 'me', { version: '1' }, { name: 5 }]) {
      const meta = { 'io.modelcontextprotocol/clientInfo': info }
      const { reply } = await exchange(connected, '2026-07-28', 'tools/call', { name: 'look', _meta: meta })
      assert.deepEqual(reply.result.structuredContent.client, { capabilities: {} })
    }
  })

  it('over HTTP, the headers and the URL', async () => {
    const server = create().tool('look', (_, { http }) => ({
      url: http?.url.href,
      isUrl: http?.url instanceof URL,
      own: http?.headers.get('X-Own'),
    }))
    const params = { name: 'look' }
    const headers = { ...headersOf('2026-07-28', 'tools/call', params), 'x-own': 'yes' }
    const body = JSON.stringify(request('2026-07-28', 1, 'tools/call', params))
    const asked = () => new Request(`${URL_OF_TESTS}?a=b`, { method: 'POST', headers, body })
    const seenBy = async (runtime: { fetch: (request: Request) => Promise<Response> }) =>
      ((await (await runtime.fetch(asked())).json()) as { result: { structuredContent: unknown } }).result
        .structuredContent
    assert.deepEqual(await seenBy(server), { url: 'http://localhost/mcp?a=b', isUrl: true, own: 'yes' })
    const published = quiet(server, { publicUrl: 'https://example.com/x/mcp' })
    assert.deepEqual(await seenBy(published), { url: 'https://example.com/x/mcp?a=b', isUrl: true, own: 'yes' })
  })
})

describe('context: one for each request', () => {
  it('what one handler leaves in it reaches no other', async () => {
    const server = create().tool('leak', (_, ctx) => {
      const before = 'left' in ctx
      Object.assign(ctx, { left: true })
      return before
    })
    const connected = await opened(server, '2025-11-25')
    for (let round = 0; round < 3; round += 1) {
      const { reply } = await exchange(connected, '2025-11-25', 'tools/call', { name: 'leak' })
      assert.deepEqual(reply.result.structuredContent, { result: false })
    }
  })

  it('members cannot be replaced', async () => {
    const server = create().tool('forge', (_, ctx) => {
      Object.assign(ctx, { auth: { token: 'forged' } })
    })
    assert.match(await toolError(server, 'forge'), /^forge: Cannot set property auth of/)
  })

  it('many at once, on one runtime, keep apart', async () => {
    const everybody = meeting(20)
    const server = create().tool('who', async (_, ctx) => {
      const before = ctx.http?.headers.get('x-who')
      await everybody()
      return [before, ctx.http?.headers.get('x-who')]
    })
    const runtime = quiet(server)
    const names = Array.from({ length: 20 }, (_, index) => `client ${index}`)
    const answers = await Promise.all(
      names.map((name) => resultOf(runtime, '2026-07-28', 'tools/call', { name: 'who' }, { 'x-who': name })),
    )
    assert.deepEqual(
      answers.map(({ structuredContent }) => structuredContent),
      names.map((name) => [name, name]),
    )
  })

  it('an incoming call knows its caller on every revision at once, on one runtime', async () => {
    const runtime = quiet(looking)
    const answers = await Promise.all(VERSIONS.map((version) => ask(runtime, version, 'tools/call', { name: 'look' })))
    assert.deepEqual(
      answers.map(({ result }) => JSON.parse(result.content[0].text).protocolVersion),
      [...VERSIONS],
    )
  })
})
