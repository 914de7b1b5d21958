import type { TestContext } from 'node:test'
import { type Client, type Connection, type ConnectOptions, createClient } from '../../src/client.ts'
import type { Loose } from '../support/answering.ts'
import { keepingLogger, type Params } from '../support/messages.ts'
import { type Script, type ScriptedServer, scripted } from '../support/scripted-server.ts'

/** A client that is connected with a server by a script. */
export interface Connected {
  readonly connection: Connection
  readonly server: ScriptedServer
  readonly log: ReturnType<typeof keepingLogger>
}

/** Connects, until the test is over. */
export const connectTo = async (
  t: TestContext,
  script: Script,
  options: ConnectOptions = {},
  client: Client = createClient(),
): Promise<Connected> => {
  const server = scripted(script)
  const log = keepingLogger()
  const connection = await client.connect(server.runtime, { logger: log, ...options })
  t.after(() => connection.close())
  return { connection, server, log }
}

/** The messages of a method that have come. */
export const sent = ({ received }: ScriptedServer, method: string): readonly Loose[] =>
  received.filter((message) => message.method === method)

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Ends the conversation that there is. Settles when the client has heard of it. */
export const lose = async (server: ScriptedServer, error?: Error): Promise<void> => {
  server.drop(error)
  await turn()
}

export const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId'

const tagged = (id: unknown, params: Params = {}): Params => ({ ...params, _meta: { [SUBSCRIPTION_ID]: id } })

/** What a server says of one subscription of 2026-07-28. */
export const telling = (server: ScriptedServer, id: unknown) => {
  const tell = (name: string, params?: Params): void =>
    server.say({ method: `notifications/${name}`, params: tagged(id, params) })
  return {
    id,
    acknowledge: (notifications: unknown): void => tell('subscriptions/acknowledged', { notifications }),
    toolsChanged: (): void => tell('tools/list_changed'),
    promptsChanged: (): void => tell('prompts/list_changed'),
    resourcesChanged: (): void => tell('resources/list_changed'),
    updated: (uri: unknown): void => tell('resources/updated', { uri }),
    tearDown: (): void => server.say({ method: 'notifications/cancelled', params: { requestId: id } }),
    end: (): void => server.answer({ id }, { resultType: 'complete', _meta: { [SUBSCRIPTION_ID]: id } }),
  }
}

/** Says what a server has to say of its next subscription, once it is there. */
export const subscription = async (server: ScriptedServer) =>
  telling(server, (await server.next('subscriptions/listen')).id)

/** Honours everything that it is asked for. */
export const honour = ({ id, params }: Loose, server: ScriptedServer): void =>
  telling(server, id).acknowledge(params.notifications)

/** A server that honours everything that it is asked for. */
export const HONOURS = { 'subscriptions/listen': honour }

/** All that comes, to the end. */
export const allOf = async <Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> => {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

/** How many timers run at the moment. */
export const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
