import assert from 'node:assert/strict'
import type { Loose } from '../../support/answering.ts'
import { initializeParams, type Params, type STATEFUL } from '../../support/messages.ts'
import { SseReader } from '../../support/sse.ts'
import type { Sending, Subject } from '../http/support.ts'

export const TRANSPORT = '2024-11-05 Transports, HTTP with SSE'

export type Stateful = (typeof STATEFUL)[number]

export const JSON_TYPE = { 'content-type': 'application/json' } as const

export const request = (id: string | number, method: string, params: Params = {}) => ({
  jsonrpc: '2.0' as const,
  id,
  method,
  params,
})

export const call = (id: string | number, name: string, args: Params = {}) =>
  request(id, 'tools/call', { name, arguments: args, _meta: { progressToken: `p${id}` } })

/** A client of HTTP with SSE, as low as its requests. */
export interface Client {
  readonly reader: SseReader
  readonly at: string
  /** Posts a message, whatever comes of it. */
  readonly begin: (message: unknown, headers?: Readonly<Record<string, string>>) => Sending
  /** Posts messages one after the other; each must be accepted. */
  readonly send: (...messages: readonly unknown[]) => Promise<void>
  readonly next: () => Promise<Loose>
  /** The client goes away. */
  readonly leave: () => Promise<void>
}

/** Opens a stream. */
export const openStream = async (
  subject: Subject,
  headers: Readonly<Record<string, string>> = {},
  path = '/sse',
): Promise<Client> => {
  const sending = subject.begin({ method: 'GET', path, headers: { accept: 'text/event-stream', ...headers } })
  const reader = await SseReader.open(await sending.response)
  const begin: Client['begin'] = (message, more = {}) =>
    subject.begin({
      path: reader.messagesAt,
      headers: { ...JSON_TYPE, ...headers, ...more },
      body: JSON.stringify(message),
    })
  const send: Client['send'] = async (...messages) => {
    for (const message of messages) {
      const response = await begin(message).response
      assert.equal(response.status, 202)
      assert.equal(await response.text(), '')
    }
  }
  const leave = async (): Promise<void> => {
    await Promise.all([sending.leave(), reader.leave().catch(() => undefined)])
  }
  return { reader, at: reader.messagesAt, begin, send, next: () => reader.next(), leave }
}

export const ABLE: Params = { elicitation: {}, sampling: {}, roots: { listChanged: true } }

/** Opens a stream and the conversation on it. */
export const openConversation = async (
  subject: Subject,
  version: Stateful,
  headers?: Readonly<Record<string, string>>,
): Promise<Client> => {
  const client = await openStream(subject, headers)
  await client.send(request('init', 'initialize', { ...initializeParams(version), capabilities: ABLE }))
  assert.equal((await client.next()).result.protocolVersion, version)
  await client.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  return client
}
