import assert from 'node:assert/strict'
import { createServer as createHttpServer, type ServerResponse } from 'node:http'
import { type TestContext, test } from 'node:test'
import { Client as SecondClient, StreamableHTTPClientTransport as SecondTransport } from '@modelcontextprotocol/client'
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import * as v from 'valibot'
import { type BindOptions, createServer } from '../../../src/index.ts'
import { keepingLogger } from '../../support/messages.ts'
import type { Loose } from './session-support.ts'
import { gate, listening } from './support.ts'

const INFO = { name: 'interop', version: '1.0.0' }
const CAPABILITIES = { elicitation: {}, sampling: {}, roots: {} }
const FORM = { action: 'accept' as const, content: { name: 'Ada' } }
const SAMPLE = { role: 'assistant' as const, model: 'm', content: { type: 'text' as const, text: 'Paris' } }
const ROOTS = { roots: [{ uri: 'file:///work', name: 'work' }] }
const RECONNECTION = {
  initialReconnectionDelay: 1,
  maxReconnectionDelay: 10,
  reconnectionDelayGrowFactor: 1,
  maxRetries: 2,
}

/** What both generations of the official client have in common, as far as it is used here. */
interface Official {
  readonly client: {
    callTool(params: { name: string }, ...rest: readonly unknown[]): Promise<unknown>
    listTools(): Promise<{ tools: readonly unknown[] }>
    subscribeResource(params: { uri: string }): Promise<unknown>
    unsubscribeResource(params: { uri: string }): Promise<unknown>
    ping(): Promise<unknown>
    close(): Promise<void>
  }
  readonly transport: { readonly sessionId?: string | undefined; terminateSession(): Promise<void> }
  /** Calls a tool, and hears of its progress. */
  readonly call: (name: string, heard?: number[], signal?: AbortSignal) => Promise<Loose>
}

/** Hears of what belongs to no request, by method. */
type Hear = (method: string, params: Loose) => void

const first = async (url: URL, hear: Hear): Promise<Official> => {
  const client = new FirstClient(INFO, { capabilities: CAPABILITIES })
  client.setRequestHandler(ElicitRequestSchema, () => FORM)
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLE)
  client.setRequestHandler(ListRootsRequestSchema, () => ROOTS)
  client.setNotificationHandler(ToolListChangedNotificationSchema, ({ method }) => hear(method, undefined))
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ method, params }) => hear(method, params))
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ method, params }) => hear(method, params))
  const transport = new FirstTransport(url, { reconnectionOptions: RECONNECTION })
  await client.connect(transport as Parameters<FirstClient['connect']>[0])
  const call: Official['call'] = (name, heard = [], signal = new AbortController().signal) =>
    client.callTool({ name }, undefined, { onprogress: ({ progress }) => heard.push(progress), signal })
  return { client: client as unknown as Official['client'], transport, call }
}

const second = async (url: URL, hear: Hear): Promise<Official> => {
  const client = new SecondClient(INFO, { capabilities: CAPABILITIES, versionNegotiation: { mode: 'legacy' } })
  client.setRequestHandler('elicitation/create', () => FORM)
  client.setRequestHandler('sampling/createMessage', () => SAMPLE)
  client.setRequestHandler('roots/list', () => ROOTS)
  client.setNotificationHandler('notifications/tools/list_changed', ({ method }) => hear(method, undefined))
  client.setNotificationHandler('notifications/resources/updated', ({ method, params }) => hear(method, params))
  client.setNotificationHandler('notifications/message', ({ method, params }) => hear(method, params))
  const transport = new SecondTransport(url, { reconnectionOptions: RECONNECTION })
  await client.connect(transport)
  const call: Official['call'] = (name, heard = [], signal = new AbortController().signal) =>
    client.callTool({ name }, { onprogress: ({ progress }) => heard.push(progress), signal })
  return { client: client as unknown as Official['client'], transport, call }
}

/** A server with what only sessions can do; `step` lets its calls go on. */
const conversing = () => {
  const reached = gate()
  const released = gate()
  const aborted = gate<string>()
  const server = createServer({ name: 'conversing', version: '1.0.0' })
    .tool('elicit', async (_, ctx) => JSON.stringify(await ctx.elicit('Name?', v.object({ name: v.string() }))))
    .tool('sample', async (_, ctx) =>
      JSON.stringify(
        await ctx.sample({ messages: [{ role: 'user', content: { type: 'text', text: '?' } }], maxTokens: 5 }),
      ),
    )
    .tool('roots', async (_, ctx) => JSON.stringify(await ctx.roots()))
    .tool('session', (_, ctx) => ctx.session?.id ?? 'none')
    .tool('tell', async (_, ctx) => {
      await ctx.log.warning('careful')
      await ctx.progress(1)
      ctx.notify.toolsChanged()
      ctx.notify.resourceUpdated('note://1')
      return 'told'
    })
    .tool('interrupted', async (_, ctx) => {
      await ctx.progress(1)
      reached.open()
      await released.opened
      await ctx.progress(2)
      return 'whole'
    })
    .tool('polled', async (_, ctx) => {
      ctx.http?.release({ retryMs: 1 })
      await released.opened
      await ctx.progress(1)
      return 'fetched'
    })
    .tool('wait', async (_, ctx) => {
      await ctx.progress(1)
      ctx.signal.addEventListener('abort', () => aborted.open((ctx.signal.reason as { code: string }).code))
      reached.open()
      await released.opened
    })
    .resource('note://{id}', ({ id }) => id)
  return { server, reached: reached.opened, release: released.open, aborted: aborted.opened }
}

const generations = { v1: first, 'v2, legacy': second }

interface Harness {
  readonly connect: (hear?: Hear) => Promise<Official>
  /** The requests that came in, as `METHOD` or `METHOD id`. */
  readonly requests: readonly string[]
  /** Settles at the next request that matches. */
  readonly next: (pattern: RegExp) => Promise<void>
  /** Loses the connections on which something is being answered. */
  readonly cut: () => void
}

const harness = async (
  t: TestContext,
  connect: typeof first,
  server: { bind(options: BindOptions): ReturnType<ReturnType<typeof conversing>['server']['bind']> },
): Promise<Harness> => {
  const runtime = server.bind({ logger: keepingLogger() })
  const requests: string[] = []
  const waiting: { readonly pattern: RegExp; readonly open: () => void }[] = []
  const answering = new Set<ServerResponse>()
  const http = createHttpServer((incoming, response) => {
    const name = [incoming.method, incoming.headers['last-event-id']].filter((part) => part !== undefined).join(' ')
    answering.add(response)
    response.once('close', () => answering.delete(response))
    runtime.handler(incoming, response)
    requests.push(name)
    for (const { pattern, open } of waiting) if (pattern.test(name)) open()
  })
  const port = await listening(t, http)
  t.after(() => runtime.close({ drainMs: 1 }))
  return {
    connect: async (hear = () => undefined) => {
      const official = await connect(new URL(`http://127.0.0.1:${port}/mcp`), hear)
      t.after(() => official.client.close())
      return official
    },
    requests,
    next: (pattern) => {
      const { open, opened } = gate()
      waiting.push({ pattern, open })
      return opened
    },
    cut: () => {
      for (const response of answering) response.socket?.destroy()
    },
  }
}

const textOf = (result: Loose): string => result.content[0].text

for (const [name, connect] of Object.entries(generations)) {
  test(`${name}: a tool asks through the client's own handlers`, async (t) => {
    const { server } = conversing()
    const { call, transport } = await (await harness(t, connect, server)).connect()
    assert.match(transport.sessionId ?? '', /^[\x21-\x7e]+$/)
    assert.equal(textOf(await call('session')), transport.sessionId)
    assert.deepEqual(JSON.parse(textOf(await call('elicit'))), FORM)
    assert.deepEqual(JSON.parse(textOf(await call('sample'))), SAMPLE)
    assert.deepEqual(JSON.parse(textOf(await call('roots'))), ROOTS.roots)
  })

  test(`${name}: two clients have sessions of their own`, async (t) => {
    const { server } = conversing()
    const { connect: open } = await harness(t, connect, server)
    const clients = [await open(), await open()]
    const ids = await Promise.all(clients.map(async ({ call }) => textOf(await call('session'))))
    assert.deepEqual(
      ids,
      clients.map(({ transport }) => transport.sessionId),
    )
    assert.equal(new Set(ids).size, 2)
  })

  test(`${name}: changes and updates come on the stream of the session, logs and progress on that of the call`, async (t) => {
    const { server } = conversing()
    const heard: string[] = []
    const all = gate()
    const { client, call } = await (await harness(t, connect, server)).connect((method, params) => {
      if (heard.push(`${method} ${params?.uri ?? params?.data ?? ''}`.trim()) === 3) all.open()
    })
    await client.subscribeResource({ uri: 'note://1' })
    const progress: number[] = []
    assert.equal(textOf(await call('tell', progress)), 'told')
    await all.opened
    assert.deepEqual(heard.sort(), [
      'notifications/message careful',
      'notifications/resources/updated note://1',
      'notifications/tools/list_changed',
    ])
    assert.deepEqual(progress, [1])
    await client.unsubscribeResource({ uri: 'note://1' })
  })

  test(`${name}: terminateSession ends it`, async (t) => {
    const { server } = conversing()
    const { connect: open, requests } = await harness(t, connect, server)
    const { transport, client } = await open()
    await transport.terminateSession()
    assert.equal(requests.at(-1), 'DELETE')
    assert.equal(transport.sessionId, undefined)
    await client.close()
  })

  test(`${name}: a client whose call was cut off comes back for the rest, and hears of everything once`, async (t) => {
    const { server, reached, release } = conversing()
    const { connect: open, next, cut, requests } = await harness(t, connect, server)
    const { call } = await open()
    const progress: number[] = []
    const back = next(/^GET 1-1$/)
    const result = call('interrupted', progress)
    await reached
    while (progress.length === 0) await call('session')
    cut()
    await back
    release()
    assert.equal(textOf(await result), 'whole')
    assert.deepEqual(progress, [1, 2])
    assert.equal(requests.filter((request) => request === 'GET 1-1').length, 1)
  })

  test(`${name}: a client that is sent away comes back for the result`, async (t) => {
    const { server, release } = conversing()
    const { connect: open, next } = await harness(t, connect, server)
    const { call } = await open()
    const progress: number[] = []
    const back = next(/^GET 1-0$/)
    const result = call('polled', progress)
    await back
    release()
    assert.equal(textOf(await result), 'fetched')
    assert.deepEqual(progress, [1])
  })

  test(`${name}: a cancelled call is aborted, and nobody polls for its end`, async (t) => {
    const { server, reached, aborted } = conversing()
    const { connect: open, requests } = await harness(t, connect, server)
    const { call, client } = await open()
    const controller = new AbortController()
    const result = call('wait', [], controller.signal)
    await reached
    controller.abort(new Error('enough'))
    await assert.rejects(result)
    assert.equal(await aborted, 'cancelled')
    const polls = (): number => requests.filter((request) => request.startsWith('GET 1-')).length
    for (let count = 0; count < 50; count++) await client.ping()
    // The first generation does not take an error for an answer: it asks once more, and is told that nothing is left.
    assert.ok(polls() <= 1, requests.join())
  })
}
