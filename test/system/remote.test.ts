import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../src/index.ts'
import { keepingLogger } from '../support/messages.ts'
import { serveSite } from './site.ts'
import { visit } from './visit.ts'

interface Outcome {
  readonly stateless: string
  readonly session: { readonly text: string; readonly ended: number }
  readonly webSocket: {
    readonly protocolVersion: string
    readonly protocol: string
    readonly text: string
    readonly closed: { readonly code: number; readonly wasClean: boolean }
  }
  readonly hostile: { readonly http: string; readonly webSocket: string }
}

const server = createServer({ name: 'remote', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('greet', async (_, ctx) => {
    const answer = await ctx.elicit('What is your name?', v.object({ name: v.string() }))
    return answer.action === 'accept' ? `Hello, ${answer.content.name}!` : 'Hello, stranger!'
  })

const logger = keepingLogger()
let outcome: Outcome

before(async () => {
  const site = await serveSite('remote.mjs')
  const friendly = await server.listen({ port: 0, allowedOrigins: [new URL(site.url).origin] })
  const hostile = await server.listen({ port: 0, allowedOrigins: ['https://elsewhere.example'], logger })
  try {
    const targets = new URLSearchParams({ friendly: friendly.url, hostile: hostile.url })
    outcome = (await visit<Outcome>(`${site.url}#${targets}`)).outcome
  } finally {
    site.close()
    await Promise.all([friendly.close(), hostile.close()])
  }
})

test('2026-07-28 Streamable HTTP: a page of another origin calls a tool from Chromium', () => {
  assert.equal(outcome.stateless, '5')
})

test('2025-11-25 Session Management: a page reads its session id, answers what it is asked, and ends the session', () => {
  assert.deepEqual(outcome.session, { text: 'Hello, Ada!', ended: 204 })
})

test('WebSocket: Chromium agrees on the subprotocol, answers what it is asked, and closes cleanly', () => {
  assert.deepEqual(outcome.webSocket, {
    protocolVersion: '2025-11-25',
    protocol: 'mcp',
    text: 'Hello, Ada!',
    closed: { code: 1000, wasClean: true },
  })
})

test('2025-11-25 Security Warning: an origin that is not allowed gets nothing, over HTTP and WebSocket', () => {
  assert.deepEqual(outcome.hostile, { http: 'refused', webSocket: 'refused' })
  assert.equal(logger.lines.length, 2)
  for (const { message } of logger.lines) assert.match(message, /allowedOrigins/)
})
