import { DefinitionError } from './errors.ts'
import { show } from './model/schema/problems.ts'
import { NO_SCOPE } from './server/definition.ts'
import type { Faces } from './server/faces.ts'
import { checkOptions, frozenCopy } from './server/options.ts'
import { Server } from './server/server.ts'
import type { ServerInfo, WithNeeds } from './server/types.ts'
import { bind } from './transport/bind.ts'
import { isObject } from './wire/json.ts'

export {
  AbortedError,
  type AnyFluentMcpError,
  CapabilityError,
  ConnectionError,
  type ConnectionErrorCode,
  DefinitionError,
  ErrorCode,
  FluentMcpError,
  type FluentMcpErrorCode,
  InvalidResultError,
  isSuspension,
  McpError,
  type SuspensionError,
  TimeoutError,
  ToolError,
} from './errors.ts'
export type { AsJson } from './model/as-json.ts'
export {
  assistant,
  audio,
  type Block,
  type ContentOptions,
  type EmbedSource,
  embed,
  image,
  type LinkOptions,
  link,
  type MediaOptions,
  type MediaSource,
  type Messages,
  type Result,
  type ResultParts,
  result,
  text,
  user,
} from './model/content.ts'
export type { Logger } from './model/logger.ts'
export type { MaybePromise } from './model/maybe-promise.ts'
export { type InferInput, type InferOutput, jsonSchema, type Schema } from './model/schema/index.ts'
export type * from './model/types.ts'
export type { TemplateVariables } from './model/uri-template/index.ts'
export type { Transport, TransportReceiver } from './peer/transport.ts'
export type { ProtocolVersion } from './protocol/index.ts'
export type { ClientFacts, SessionFacts } from './protocol/peer.ts'
export type { Notify } from './server/changes.ts'
export type { AskOptions, Context, ElicitUrlOptions, Log, LogFunction, RequestFacts } from './server/context.ts'
export type { MethodEntry, PromptEntry, ResourceEntry, ToolEntry } from './server/entries.ts'
export type * from './server/faces.ts'
export type { HttpInfo } from './server/incoming.ts'
export type { ContextOf, Mergeable, Server } from './server/server.ts'
export type * from './server/types.ts'
export { byHost, type Hosted, type HostRouter } from './transport/http/by-host.ts'
export { createMemoryTransports } from './transport/memory.ts'

// What needs Node is loaded when it is used, so that this entry runs wherever JavaScript does.
const faces: Faces = {
  bind,
  listen: async (definition, options) => (await import('./transport/http/listen.ts')).listen(definition, options),
  stdio: async (definition, options) => bind(definition, options).stdio(),
  run: async (definition, options) => (await import('./transport/run.ts')).run(definition, options),
}

const INFO = ['name', 'version', 'title', 'description', 'websiteUrl', 'icons', 'instructions']

const checkInfo = (info: ServerInfo): void => {
  if (!isObject(info)) {
    throw new DefinitionError("createServer: pass who the server is, as in { name: 'calendar', version: '1.0.0' }")
  }
  for (const member of ['name', 'version'] as const) {
    if (typeof info[member] !== 'string' || info[member] === '') {
      throw new DefinitionError(`createServer: ${member} must be a string that is not empty, got ${show(info[member])}`)
    }
  }
  checkOptions(info, INFO, 'createServer')
}

/**
 * Begins a server: an immutable value that each method of the chain extends.
 *
 * @typeParam Needs the context that handlers find once this server has been merged into one that brings it
 * @example
 * const server = createServer({ name: 'calculator', version: '1.0.0' })
 *   .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
 * @throws DefinitionError when the name or the version is missing
 */
export const createServer = <Needs extends object = Record<never, never>>(
  info: ServerInfo,
): Server<WithNeeds<Needs>, WithNeeds<Needs>, never> => {
  checkInfo(info)
  const nothing = Object.freeze([])
  return new Server(
    {
      info: frozenCopy(info, 'createServer'),
      entries: new Map(),
      scope: NO_SCOPE,
      interceptors: nothing,
      lifespans: nothing,
    },
    faces,
  )
}
