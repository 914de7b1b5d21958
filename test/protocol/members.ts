import { VERSIONS, type Version } from '../support/messages.ts'

/**
 * The members of one type as its revision writes them down: `name` is a string, `name:kind` something else, and `!`
 * marks what must be there. A kind is `string`, `number`, `integer`, `boolean`, `object`, `any`, `id`, a list of words
 * (`light|dark`), another type, or `[kind]` for an array of it.
 */
export type Members = string

/** Every type that a server sends, by its name in the specification. A type that is absent does not exist. */
export type Types = Readonly<Record<string, Members>>

const LEVELS = 'debug|info|notice|warning|error|critical|alert|emergency'

const types20241105: Types = {
  ResultResponse: 'jsonrpc!:2.0 id!:id result!:any',
  ErrorResponse: 'jsonrpc!:2.0 id!:id|null error!:Error',
  Notification: 'jsonrpc!:2.0 method! params:any',
  Error: 'code!:integer message! data:any',

  InitializeResult:
    'protocolVersion! capabilities!:ServerCapabilities serverInfo!:Implementation instructions _meta:object',
  Implementation: 'name! version!',
  ServerCapabilities:
    'experimental:object logging:object prompts:ListCapability resources:ResourceCapability tools:ListCapability',
  ListCapability: 'listChanged:boolean',
  ResourceCapability: 'listChanged:boolean subscribe:boolean',
  EmptyResult: '_meta:object',

  ListToolsResult: 'tools!:[Tool] nextCursor _meta:object',
  Tool: 'name! description inputSchema!:ObjectSchema',
  CallToolResult: 'content!:[content] isError:boolean _meta:object',

  ListResourcesResult: 'resources!:[Resource] nextCursor _meta:object',
  Resource: 'uri! name! description mimeType size:integer annotations:Annotations',
  ListResourceTemplatesResult: 'resourceTemplates!:[ResourceTemplate] nextCursor _meta:object',
  ResourceTemplate: 'uriTemplate! name! description mimeType annotations:Annotations',
  ReadResourceResult: 'contents!:[contents] _meta:object',
  TextResourceContents: 'uri! mimeType text!',
  BlobResourceContents: 'uri! mimeType blob!',

  ListPromptsResult: 'prompts!:[Prompt] nextCursor _meta:object',
  Prompt: 'name! description arguments:[PromptArgument]',
  PromptArgument: 'name! description required:boolean',
  GetPromptResult: 'description messages!:[PromptMessage] _meta:object',
  PromptMessage: 'role!:user|assistant content!:content',

  TextContent: 'type!:text text! annotations:Annotations',
  ImageContent: 'type!:image data! mimeType! annotations:Annotations',
  EmbeddedResource: 'type!:resource resource!:contents annotations:Annotations',
  Annotations: 'audience:[user|assistant] priority:number',

  CompleteResult: 'completion!:Completion _meta:object',
  Completion: 'values!:[string] total:integer hasMore:boolean',

  ProgressParams: 'progressToken!:id progress!:number total:number',
  LoggingMessageParams: `level!:${LEVELS} logger data!:any`,
}

const types20250326: Types = {
  ...types20241105,
  ServerCapabilities:
    'experimental:object logging:object completions:object prompts:ListCapability resources:ResourceCapability ' +
    'tools:ListCapability',
  Tool: 'name! description inputSchema!:ObjectSchema annotations:ToolAnnotations',
  ToolAnnotations: 'title readOnlyHint:boolean destructiveHint:boolean idempotentHint:boolean openWorldHint:boolean',
  AudioContent: 'type!:audio data! mimeType! annotations:Annotations',
  ProgressParams: 'progressToken!:id progress!:number total:number message',
}

const types20250618: Types = {
  ...types20250326,
  Implementation: 'name! title version!',
  Tool: 'name! title description inputSchema!:ObjectSchema outputSchema:ObjectSchema annotations:ToolAnnotations _meta:object',
  CallToolResult: 'content!:[content] structuredContent:object isError:boolean _meta:object',
  Resource: 'uri! name! title description mimeType size:integer annotations:Annotations _meta:object',
  ResourceTemplate: 'uriTemplate! name! title description mimeType annotations:Annotations _meta:object',
  TextResourceContents: 'uri! mimeType text! _meta:object',
  BlobResourceContents: 'uri! mimeType blob! _meta:object',
  Prompt: 'name! title description arguments:[PromptArgument] _meta:object',
  PromptArgument: 'name! title description required:boolean',
  TextContent: 'type!:text text! annotations:Annotations _meta:object',
  ImageContent: 'type!:image data! mimeType! annotations:Annotations _meta:object',
  AudioContent: 'type!:audio data! mimeType! annotations:Annotations _meta:object',
  ResourceLink:
    'type!:resource_link uri! name! title description mimeType size:integer annotations:Annotations _meta:object',
  EmbeddedResource: 'type!:resource resource!:contents annotations:Annotations _meta:object',
  Annotations: 'audience:[user|assistant] priority:number lastModified',
}

const types20251125: Types = {
  ...types20250618,
  ErrorResponse: 'jsonrpc!:2.0 id:id error!:Error',
  Icon: 'src! mimeType sizes:[string] theme:dark|light',
  Implementation: 'name! title version! description websiteUrl icons:[Icon]',
  ServerCapabilities:
    'experimental:object logging:object completions:object prompts:ListCapability resources:ResourceCapability ' +
    'tools:ListCapability tasks:object',
  Tool:
    'name! title description inputSchema!:ObjectSchema outputSchema:ObjectSchema annotations:ToolAnnotations ' +
    'execution:object icons:[Icon] _meta:object',
  Resource: 'uri! name! title description mimeType size:integer annotations:Annotations icons:[Icon] _meta:object',
  ResourceTemplate: 'uriTemplate! name! title description mimeType annotations:Annotations icons:[Icon] _meta:object',
  Prompt: 'name! title description arguments:[PromptArgument] icons:[Icon] _meta:object',
  ResourceLink:
    'type!:resource_link uri! name! title description mimeType size:integer annotations:Annotations icons:[Icon] ' +
    '_meta:object',
  ProgressParams: 'progressToken!:id progress!:number total:number message _meta:object',
  LoggingMessageParams: `level!:${LEVELS} logger data!:any _meta:object`,
}

const CACHEABLE = 'ttlMs!:integer cacheScope!:public|private'

const without = (types: Types, ...names: readonly string[]): Types =>
  Object.fromEntries(Object.entries(types).filter(([name]) => !names.includes(name)))

const types20260728: Types = {
  ...without(types20251125, 'InitializeResult', 'EmptyResult'),
  ServerCapabilities:
    'experimental:object extensions:object logging:object completions:object prompts:ListCapability ' +
    'resources:ResourceCapability tools:ListCapability',
  ResultMeta: 'io.modelcontextprotocol/serverInfo:Implementation',
  DiscoverResult:
    `resultType!:complete supportedVersions!:[string] capabilities!:ServerCapabilities instructions ${CACHEABLE} ` +
    '_meta:ResultMeta',
  ListToolsResult: `resultType!:complete tools!:[Tool] nextCursor ${CACHEABLE} _meta:ResultMeta`,
  Tool:
    'name! title description inputSchema!:ObjectSchema outputSchema:object annotations:ToolAnnotations icons:[Icon] ' +
    '_meta:object',
  CallToolResult: 'resultType!:complete content!:[content] structuredContent:any isError:boolean _meta:ResultMeta',
  ListResourcesResult: `resultType!:complete resources!:[Resource] nextCursor ${CACHEABLE} _meta:ResultMeta`,
  ListResourceTemplatesResult: `resultType!:complete resourceTemplates!:[ResourceTemplate] nextCursor ${CACHEABLE} _meta:ResultMeta`,
  ReadResourceResult: `resultType!:complete contents!:[contents] ${CACHEABLE} _meta:ResultMeta`,
  ListPromptsResult: `resultType!:complete prompts!:[Prompt] nextCursor ${CACHEABLE} _meta:ResultMeta`,
  GetPromptResult: 'resultType!:complete description messages!:[PromptMessage] _meta:ResultMeta',
  CompleteResult: 'resultType!:complete completion!:Completion _meta:ResultMeta',
}

/** What each revision knows, written out from its specification. */
export const TYPES: Readonly<Record<Version, Types>> = {
  '2024-11-05': types20241105,
  '2025-03-26': types20250326,
  '2025-06-18': types20250618,
  '2025-11-25': types20251125,
  '2026-07-28': types20260728,
}

/** Content blocks by their `type`. */
export const CONTENT: Readonly<Record<string, string>> = {
  text: 'TextContent',
  image: 'ImageContent',
  audio: 'AudioContent',
  resource_link: 'ResourceLink',
  resource: 'EmbeddedResource',
}

/** The type of the result of each method that a server answers. */
export const RESULTS: Readonly<Record<string, string>> = {
  initialize: 'InitializeResult',
  ping: 'EmptyResult',
  'logging/setLevel': 'EmptyResult',
  'server/discover': 'DiscoverResult',
  'tools/list': 'ListToolsResult',
  'tools/call': 'CallToolResult',
  'resources/list': 'ListResourcesResult',
  'resources/templates/list': 'ListResourceTemplatesResult',
  'resources/read': 'ReadResourceResult',
  'prompts/list': 'ListPromptsResult',
  'prompts/get': 'GetPromptResult',
  'completion/complete': 'CompleteResult',
}

/** The type of the parameters of each notification that a server sends by itself. */
export const NOTIFICATIONS: Readonly<Record<string, string>> = {
  'notifications/progress': 'ProgressParams',
  'notifications/message': 'LoggingMessageParams',
}

const STANDARD_CODES = [-32700, -32600, -32601, -32602, -32603] as const

/** The error codes of each revision: those of JSON-RPC, and its own. */
export const CODES: Readonly<Record<Version, readonly number[]>> = {
  '2024-11-05': [...STANDARD_CODES, -32002],
  '2025-03-26': [...STANDARD_CODES, -32002],
  '2025-06-18': [...STANDARD_CODES, -32002],
  '2025-11-25': [...STANDARD_CODES, -32002, -32042],
  '2026-07-28': [...STANDARD_CODES, -32020, -32021, -32022],
}

const CLIENT_REQUESTS = [
  'ping',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'initialize',
] as const

const TASKS = ['tasks/get', 'tasks/result', 'tasks/list', 'tasks/cancel'] as const

/** `ClientRequest` of each revision. */
export const REQUESTS: Readonly<Record<Version, readonly string[]>> = {
  '2024-11-05': CLIENT_REQUESTS,
  '2025-03-26': CLIENT_REQUESTS,
  '2025-06-18': CLIENT_REQUESTS,
  '2025-11-25': [...CLIENT_REQUESTS, ...TASKS],
  '2026-07-28': [
    'server/discover',
    'subscriptions/listen',
    'tools/list',
    'tools/call',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'prompts/list',
    'prompts/get',
    'completion/complete',
  ],
}

const CLIENT_NOTIFICATIONS = [
  'notifications/initialized',
  'notifications/cancelled',
  'notifications/progress',
  'notifications/roots/list_changed',
] as const

/** `ClientNotification` of each revision. */
export const CLIENT_NOTIFIES: Readonly<Record<Version, readonly string[]>> = {
  '2024-11-05': CLIENT_NOTIFICATIONS,
  '2025-03-26': CLIENT_NOTIFICATIONS,
  '2025-06-18': CLIENT_NOTIFICATIONS,
  '2025-11-25': [...CLIENT_NOTIFICATIONS, 'notifications/tasks/status'],
  '2026-07-28': ['notifications/cancelled'],
}

/** Every method that some revision has, or had. */
export const ALL_REQUESTS: readonly string[] = [...new Set(VERSIONS.flatMap((version) => REQUESTS[version]))]
