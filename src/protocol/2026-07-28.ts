import { ErrorCode } from '../errors.ts'
import type { Implementation } from '../model/types.ts'
import { isObject } from '../wire/json.ts'
import { revision20251125 } from './2025-11-25.ts'
import { SERVER_INFO } from './meta-keys.ts'
import { revise } from './revision.ts'

const cacheable = { ttlMs: true, cacheScope: true } as const

const CACHEABLE = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'resources/read',
])

type Members = Record<string, unknown>

// A member that is there without a value counts as absent.
const fillIn = (result: Members, defaults: Members): void => {
  for (const [name, value] of Object.entries(defaults)) result[name] ??= value
}

const CACHE_HINTS = { ttlMs: 0, cacheScope: 'private' }

// 2026-07-28 §ResultType, §_meta (serverInfo) and Caching: members that every result has. The literal begins with a
// member of its own, since one that begins with a spread takes three times as long to make.
const stamp = (method: string, result: object, server: Implementation): object => {
  const { _meta } = result as Members
  const stamped: Members = {
    resultType: 'complete',
    ...result,
    _meta: { [SERVER_INFO]: server, ...(isObject(_meta) ? _meta : undefined) },
  }
  stamped['resultType'] ??= 'complete'
  if (CACHEABLE.has(method) && stamped['resultType'] === 'complete') fillIn(stamped, CACHE_HINTS)
  return stamped
}

export const revision20260728 = revise(revision20251125, {
  version: '2026-07-28',
  conversation: 'stateless',
  requests: {
    added: ['server/discover', 'subscriptions/listen'],
    removed: [
      'initialize',
      'ping',
      'logging/setLevel',
      'resources/subscribe',
      'resources/unsubscribe',
      'tasks/get',
      'tasks/result',
      'tasks/list',
      'tasks/cancel',
    ],
  },
  notifications: {
    removed: [
      'notifications/initialized',
      'notifications/progress',
      'notifications/roots/list_changed',
      'notifications/tasks/status',
    ],
  },
  resourceNotFound: ErrorCode.InvalidParams,
  structuredContent: 'any',
  rounds: new Set(['tools/call', 'prompts/get', 'resources/read']),
  streams: new Set(['subscriptions/listen']),
  asks: { elicitation: { defaults: true, titledEnums: true, multiSelect: true, url: 'plain' } },
  stamp,
  http: {
    versionHeader: 'required',
    mirroredParameter: { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' },
    disconnectCancels: true,
    polling: false,
    sse: false,
  },
  shapes: {
    discoverResult: {
      supportedVersions: true,
      capabilities: 'serverCapabilities',
      instructions: true,
      _meta: true,
      ...cacheable,
    },
    serverCapabilities: { extensions: true },
    inputRequiredResult: { resultType: true, inputRequests: true, requestState: true, _meta: true },
    listToolsResult: cacheable,
    listResourcesResult: cacheable,
    listResourceTemplatesResult: cacheable,
    listPromptsResult: cacheable,
    readResourceResult: cacheable,
  },
})
