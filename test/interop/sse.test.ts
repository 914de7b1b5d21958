import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import express from 'express'
import * as v from 'valibot'
import { type Context, createServer } from '../../src/index.ts'
import { keepingLogger } from '../support/messages.ts'

const FORM = { action: 'accept' as const, content: { name: 'Ada' } }
const SAMPLE = { role: 'assistant' as const, model: 'm', content: { type: 'text' as const, text: 'Paris' } }
const ROOTS = [{ uri: 'file:///work', name: 'work' }]

/** How a host mounts it, and where its stream is. */
const MOUNTS = {
  'at the root of the app': { handler: '/mcp', root: '/', stream: '/sse' },
  'under a prefix': { handler: '/api/mcp', root: '/api', stream: '/api/sse' },
} as const

/** The official client of an Express app with a server, and what it hears. */
const connect = async (t: TestContext, mount: keyof typeof MOUNTS) => {
  const begun: ((ctx: Context) => void)[] = []
  let goOn: () => void = () => undefined
  const told = new Promise<void>((resolve) => {
    goOn = resolve
  })
  const next = (): Promise<Context> => new Promise((resolve) => begun.push(resolve))
  const runtime = createServer({ name: 'old', version: '1.0.0' })
    .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
    .tool('elicit', async (_, ctx) => JSON.stringify(await ctx.elicit('Name?', v.object({ name: v.string() }))))
    .tool('sample', async (_, ctx) =>
      JSON.stringify(
        await ctx.sample({ messages: [{ role: 'user', content: { type: 'text', text: '?' } }], maxTokens: 5 }),
      ),
    )
    .tool('roots', async (_, ctx) => JSON.stringify(await ctx.roots()))
    .tool('steps', async (_, ctx) => {
      await ctx.log.warning('careful')
      for (const step of [1, 2, 3]) await ctx.progress(step, 3)
      // The official client forgets whom to tell of progress once it has the result, even if that came right behind.
      await told
      return 'done'
    })
    .tool('wait', (_, ctx) => {
      const { signal } = ctx
      begun.shift()?.(ctx)
      return new Promise<string>((resolve) => signal.addEventListener('abort', () => resolve('obeyed')))
    })
    .resource('note://1', () => 'one')
    .bind({ sse: true, logger: keepingLogger() })
  const { handler, root, stream } = MOUNTS[mount]
  const http: HttpServer = express()
    .use(express.json())
    .use(handler, runtime.handler)
    .use(root, runtime.root)
    .listen(0, '127.0.0.1')
  await once(http, 'listening')
  const heard: string[] = []
  const waiting: { readonly method: string; readonly resolve: () => void }[] = []
  const hear = (method: string): void => {
    heard.push(method)
    for (const { method: wanted, resolve } of waiting) if (wanted === method) resolve()
  }
  const hears = (method: string): Promise<void> =>
    heard.includes(method) ? Promise.resolve() : new Promise((resolve) => waiting.push({ method, resolve }))

  const client = new Client(
    { name: 'interop', version: '1.0.0' },
    { capabilities: { elicitation: {}, sampling: {}, roots: {} } },
  )
  client.setRequestHandler(ElicitRequestSchema, () => FORM)
  client.setRequestHandler(CreateMessageRequestSchema, () => SAMPLE)
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: ROOTS }))
  client.setNotificationHandler(ToolListChangedNotificationSchema, ({ method }) => hear(method))
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ method }) => hear(method))
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ method }) => hear(method))
  const { port } = http.address() as AddressInfo
  const transport = new SSEClientTransport(new URL(`http://127.0.0.1:${port}${stream}`))
  await client.connect(transport as Parameters<Client['connect']>[0])
  t.after(async () => {
    await client.close()
    await runtime.close({ drainMs: 0 })
    http.closeAllConnections()
    await new Promise((resolve) => http.close(resolve))
  })
  const call = async (name: string, args: Record<string, unknown> = {}, options = {}): Promise<string> => {
    const { content } = await client.callTool({ name, arguments: args }, undefined, options)
    return (content as { text: string }[])[0]?.text ?? ''
  }
  return { client, runtime, call, hears, next, goOn }
}

for (const mount of ['at the root of the app', 'under a prefix'] as const) {
  test(`SSEClientTransport v1, ${mount}: lists, calls, reads, and answers what it is asked`, async (t) => {
    const { client, call } = await connect(t, mount)
    assert.equal(client.getServerVersion()?.name, 'old')
    assert.equal((await client.listTools()).tools.length, 6)
    assert.equal(await call('add', { a: 1, b: 2 }), '3')
    assert.equal((await client.readResource({ uri: 'note://1' })).contents.length, 1)
    assert.deepEqual(JSON.parse(await call('elicit')), FORM)
    assert.deepEqual(JSON.parse(await call('sample')), SAMPLE)
    assert.deepEqual(JSON.parse(await call('roots')), ROOTS)
  })

  test(`SSEClientTransport v1, ${mount}: hears of progress, logs, changes and updates`, async (t) => {
    const { client, runtime, call, hears, goOn } = await connect(t, mount)
    const progress: number[] = []
    const onprogress = (told: { progress: number }): void => {
      if (progress.push(told.progress) === 3) goOn()
    }
    assert.equal(await call('steps', {}, { onprogress }), 'done')
    assert.deepEqual(progress, [1, 2, 3])
    await hears('notifications/message')
    await client.subscribeResource({ uri: 'note://1' })
    runtime.notify.toolsChanged()
    runtime.notify.resourceUpdated('note://1')
    await hears('notifications/tools/list_changed')
    await hears('notifications/resources/updated')
  })

  test(`SSEClientTransport v1, ${mount}: cancels a call, and aborts the rest when it closes`, async (t) => {
    const { client, call, next } = await connect(t, mount)
    const controller = new AbortController()
    const begun = next()
    const cancelled = call('wait', {}, { signal: controller.signal })
    const first = await begun
    controller.abort(new Error('enough'))
    await assert.rejects(cancelled, /enough/)
    if (!first.signal.aborted) await once(first.signal, 'abort')
    assert.equal(first.signal.reason.code, 'cancelled')
    assert.equal(await call('add', { a: 2, b: 2 }), '4')

    const begunAgain = next()
    const lost = call('wait')
    lost.catch(() => undefined)
    const { signal } = await begunAgain
    await client.close()
    if (!signal.aborted) await once(signal, 'abort')
    assert.equal(signal.reason.code, 'disconnected')
    await assert.rejects(lost)
  })
}
