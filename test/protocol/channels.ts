import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { richServer } from '../fixtures/rich-server.ts'
import { connect } from '../support/connection.ts'
import {
  initializeParams,
  isStateless,
  messagesOf,
  type Params,
  post,
  type Reply,
  request,
  type Version,
} from '../support/messages.ts'
import { start } from '../support/stdio.ts'
import { assertKnown } from './known.ts'
import { assertOfficial } from './official.ts'

/** The answer to one request, and what came before it. */
export interface Answer {
  readonly reply: Reply
  readonly notifications: readonly (Reply & { readonly method?: string; readonly params?: Params })[]
}

/** A client of one revision, whatever lies between it and the rich server. Every message is checked as it comes. */
export interface Channel {
  readonly ask: (method: string, params?: Params) => Promise<Answer>
  /** What `initialize` gave, where the revision has it. */
  readonly opening: Reply | undefined
}

type Asker = (id: number, method: string, params: Params) => Promise<readonly Reply[]>

const channel = async (version: Version, exchange: Asker, initialized: () => void): Promise<Channel> => {
  let id = 0
  const ask = async (method: string, params: Params = {}): Promise<Answer> => {
    id += 1
    const messages = await exchange(id, method, params)
    for (const message of messages) {
      assertKnown(version, method, message)
      assertOfficial(version, method, message)
    }
    const reply = messages.at(-1)
    assert.ok(reply)
    assert.equal(reply.id, id)
    return { reply, notifications: messages.slice(0, -1) }
  }
  if (isStateless(version)) return { ask, opening: undefined }
  const { reply } = await ask('initialize', initializeParams(version))
  initialized()
  return { ask, opening: reply }
}

const nothing = (): void => undefined

const overHttp = (_: TestContext, version: Version): Promise<Channel> => {
  const quiet = { debug: nothing, info: nothing, warn: nothing, error: nothing }
  const { fetch } = richServer.bind({ pageSize: 3, logger: quiet })
  const exchange: Asker = async (id, method, params) => {
    const { headers } = post(version, method, params)
    const body = JSON.stringify(request(version, id, method, params))
    return messagesOf(await fetch(new Request('http://localhost/mcp', { method: 'POST', headers, body })))
  }
  return channel(version, exchange, nothing)
}

interface Wire {
  readonly send: (message: unknown) => void
  readonly next: () => Promise<Reply>
}

const overWire = (version: Version, { send, next }: Wire): Promise<Channel> => {
  const exchange: Asker = async (id, method, params) => {
    send(request(version, id, method, params))
    const messages: Reply[] = []
    do messages.push(await next())
    while (messages.at(-1)?.id === undefined)
    return messages
  }
  return channel(version, exchange, () => send({ jsonrpc: '2.0', method: 'notifications/initialized' }))
}

/** Every way to the rich server. */
export const CHANNELS: Readonly<Record<string, (t: TestContext, version: Version) => Promise<Channel>>> = {
  HTTP: overHttp,
  'a connection': (_, version) => overWire(version, connect(richServer, { pageSize: 3 })),
  stdio: (t, version) => {
    const child = start(t, 'rich.ts')
    return overWire(version, { send: (message) => child.send(message), next: () => child.next() })
  },
}
