import * as v from 'valibot'
import { createServer } from '../../src/index.ts'
import type { Loose } from '../support/answering.ts'
import { type Bindable, connect } from '../support/connection.ts'
import { type Params, request } from '../support/messages.ts'

export const VERSION = '2026-07-28'
export const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId'

export const create = () => createServer({ name: 'test', version: '1.0.0' })

export const everything = create()
  .tool('change', v.object({ uri: v.string() }), ({ uri }, ctx) => {
    ctx.notify.resourceUpdated(uri)
    return 'told'
  })
  .prompt('greet', () => 'Hello')
  .resource('note://{id}', ({ id }) => id)
  .resource('hidden://a', { enabled: () => false }, () => 'a')
  .resource('open://a', { enabled: async () => true }, () => 'a')

export const ALL = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

export const listen = (id: string | number, notifications?: unknown, meta: Params = {}) =>
  request(VERSION, id, 'subscriptions/listen', { ...(notifications !== undefined && { notifications }), _meta: meta })

/** A connection, and what has come over it. */
export const open = (server: Bindable = everything, options = {}) => {
  const connected = connect(server, options)
  const { inbox, send, runtime } = connected
  const came = async (): Promise<readonly Loose[]> => {
    const messages: Loose[] = []
    while (inbox.size > 0) messages.push(await inbox.next())
    return messages
  }
  /** What a request to listen was answered at once. */
  const begin = async (notifications: unknown, id: string | number = 'sub'): Promise<Loose> => {
    send(listen(id, notifications))
    return connected.next()
  }
  return { ...connected, came, begin, notify: runtime.notify }
}

export const acknowledged = (notifications: object, id: string | number = 'sub') => ({
  jsonrpc: '2.0',
  method: 'notifications/subscriptions/acknowledged',
  params: { notifications, _meta: { [SUBSCRIPTION_ID]: id } },
})

export const tagged = (method: string, params: object = {}, id: string | number = 'sub') => ({
  jsonrpc: '2.0',
  method: `notifications/${method}`,
  params: { ...params, _meta: { [SUBSCRIPTION_ID]: id } },
})
