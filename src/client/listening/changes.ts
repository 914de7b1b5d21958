import { DefinitionError } from '../../errors.ts'
import { show } from '../../model/schema/problems.ts'
import { checkOptions } from '../../server/options.ts'
import type { Notification, Params } from '../../wire/message.ts'

/** What to listen to. */
export interface ListenFilter {
  /** Whether the list of tools has changed. */
  readonly tools?: boolean
  /** Whether the list of prompts has changed. */
  readonly prompts?: boolean
  /** The URIs of resources that are to be watched; `true` for the list of resources instead. */
  readonly resources?: boolean | readonly string[]
  /** Whether the list of resources has changed, beside URIs. */
  readonly resourceList?: boolean
}

/**
 * Something that has changed on a server: a list, or the contents of a resource. A `gap` says that the connection was
 * lost and is there again: what has changed meanwhile is not known.
 */
export type Change =
  | { readonly kind: 'tools' }
  | { readonly kind: 'prompts' }
  | { readonly kind: 'resources' }
  | { readonly kind: 'resource'; readonly uri: string }
  | { readonly kind: 'gap' }

/** A filter as the protocol says it (2026-07-28 Subscriptions, Notification Filter). */
export interface WireFilter {
  readonly toolsListChanged?: true
  readonly promptsListChanged?: true
  readonly resourcesListChanged?: true
  readonly resourceSubscriptions?: readonly string[]
}

const isFlag = (value: unknown): boolean => typeof value === 'boolean'

const isUris = (value: unknown): boolean =>
  isFlag(value) || (Array.isArray(value) && value.every((uri) => typeof uri === 'string'))

/** What each member of a filter takes: a test, and how an error calls what passes it. */
const MEMBERS: Readonly<Record<keyof ListenFilter, readonly [fits: (value: unknown) => boolean, wanted: string]>> = {
  tools: [isFlag, 'true or false'],
  prompts: [isFlag, 'true or false'],
  resources: [isUris, "an array of URIs such as ['note://1'], or true for the list of resources"],
  resourceList: [isFlag, 'true or false'],
}

const checkFilter = (filter: ListenFilter): void => {
  checkOptions(filter, Object.keys(MEMBERS), 'listen')
  for (const [name, [fits, wanted]] of Object.entries(MEMBERS)) {
    const value = filter[name as keyof ListenFilter]
    if (value !== undefined && !fits(value)) {
      throw new DefinitionError(`listen: ${name} must be ${wanted}, got ${show(value)}`)
    }
  }
}

/**
 * The filter that goes to the server.
 * @throws DefinitionError for what is none
 */
export const toWire = (filter: ListenFilter): WireFilter => {
  checkFilter(filter)
  const { tools, prompts, resources, resourceList } = filter
  const uris = Array.isArray(resources) ? [...new Set<string>(resources)] : []
  return {
    ...(tools && { toolsListChanged: true }),
    ...(prompts && { promptsListChanged: true }),
    ...((resources === true || resourceList) && { resourcesListChanged: true }),
    ...(uris.length > 0 && { resourceSubscriptions: uris }),
  }
}

const LISTS: ReadonlyMap<string, readonly [keyof WireFilter, Change]> = new Map([
  ['notifications/tools/list_changed', ['toolsListChanged', { kind: 'tools' }]],
  ['notifications/prompts/list_changed', ['promptsListChanged', { kind: 'prompts' }]],
  ['notifications/resources/list_changed', ['resourcesListChanged', { kind: 'resources' }]],
])

const UPDATED = 'notifications/resources/updated'

/** Whether a resource is another one, or a part of it. */
export const isWithin = (uri: string, whole: string): boolean =>
  uri === whole || uri.startsWith(whole.endsWith('/') ? whole : `${whole}/`)

/** The change that a notification tells of, where the filter lets it through. */
export const changeOf = ({ method, params }: Notification, filter: WireFilter): Change | undefined => {
  const list = LISTS.get(method)
  if (list) return filter[list[0]] ? list[1] : undefined
  const uri = method === UPDATED ? params?.['uri'] : undefined
  // 2025-11-25 Resources, Subscriptions: what is updated may be a part of what was subscribed to.
  return typeof uri === 'string' && filter.resourceSubscriptions?.some((watched) => isWithin(uri, watched))
    ? { kind: 'resource', uri }
    : undefined
}

const NO_PARAMS: Params = Object.freeze({})

/** The notifications that a filter lets through: what a server may have told while nobody heard it. */
export const noticesOf = (filter: WireFilter): readonly (readonly [method: string, params: Params])[] => [
  ...[...LISTS].flatMap(([method, [flag]]) => (filter[flag] ? [[method, NO_PARAMS] as const] : [])),
  ...(filter.resourceSubscriptions ?? []).map((uri) => [UPDATED, { uri }] as const),
]
