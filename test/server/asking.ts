import assert from 'node:assert/strict'
import type { BindOptions, FetchHandler, Runtime } from '../../src/index.ts'
import { type Bindable, type Connected, opened } from '../support/connection.ts'
import { ask, keepingLogger, type Params, type Reply, request, resultOf, type Version } from '../support/messages.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests reach into what came
type Loose = any

/** What a test needs of a server value. */
interface Server extends Bindable {
  bind(options?: BindOptions): Runtime
}

/** What stands for a caller without types. */
export const untyped = (value: unknown): never => value as never

/** A runtime that keeps its log to itself. */
export const quiet = (server: Pick<Server, 'bind'>, options: BindOptions = {}): Runtime =>
  server.bind({ logger: keepingLogger(), ...options })

/** The result of a tool. */
export const callTool = (
  server: Pick<Server, 'bind'>,
  name: string,
  args: Params = {},
  version: Version = '2026-07-28',
): Promise<Loose> => resultOf(quiet(server), version, 'tools/call', { name, arguments: args })

/** The first text of what a tool gave, which must be an error for the model. */
export const toolError = async (...args: Parameters<typeof callTool>): Promise<string> => {
  const { content, isError } = await callTool(...args)
  assert.equal(isError, true)
  return content[0].text
}

/** The error of a request. */
export const errorOf = async (
  server: { readonly fetch: FetchHandler },
  method: string,
  params: Params = {},
  version: Version = '2026-07-28',
): Promise<{ readonly code: number; readonly message: string; readonly data?: Loose }> => {
  const { error } = await ask(server, version, method, params)
  assert.ok(error, 'there is no error')
  return error
}

/** A reply, and the notifications that came before it. */
export interface Exchanged {
  readonly reply: Reply
  readonly notifications: readonly Loose[]
}

/** Sends a request over a connection, and waits for its reply. */
export const exchange = async (
  { send, next }: Connected,
  version: Version,
  method: string,
  params: Params = {},
): Promise<Exchanged> => {
  const notifications: Reply[] = []
  send(request(version, 1, method, params))
  for (;;) {
    const message = await next()
    if ('id' in message) return { reply: message, notifications }
    notifications.push(message)
  }
}

/** Calls a tool over a connection of its own. */
export const callWith = async (
  server: Bindable,
  version: Version,
  params: Params,
  options?: BindOptions,
): Promise<Exchanged> => exchange(await opened(server, version, options), version, 'tools/call', params)

/** A promise that a test settles. */
export const gate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/** What all wait for until so many have come. */
export const meeting = (size: number): (() => Promise<void>) => {
  const { opened, open } = gate()
  let missing = size
  return () => {
    missing -= 1
    if (missing === 0) open()
    return opened
  }
}
