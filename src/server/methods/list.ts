import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { Resource } from '../../model/types.ts'
import { decodeBase64Url, encodeBase64Url } from '../../wire/base64.ts'
import type { Params } from '../../wire/message.ts'
import { Context } from '../context.ts'
import type { EntryDefinition, TemplateDefinition } from '../definition.ts'
import type { Generation } from '../generation.ts'
import type { Incoming } from '../incoming.ts'
import type { Plan, Planned, PlannedTemplate } from '../plan.ts'
import type { ListedResource } from '../types.ts'
import { invalidParams, visible } from './guards.ts'

type Listed = Exclude<EntryDefinition, { kind: 'method' }>

/** One of the four lists. */
interface List {
  /** The member of the result that holds the items. */
  readonly member: 'tools' | 'resources' | 'resourceTemplates' | 'prompts'
  readonly entries: (plan: Plan) => readonly Planned<Listed>[]
  /** Templates that name resources of their own. */
  readonly listing: (plan: Plan) => readonly PlannedTemplate[]
}

const none = (): readonly PlannedTemplate[] => []

const LISTS = {
  'tools/list': { member: 'tools', entries: ({ tools }) => [...tools.values()], listing: none },
  'resources/list': {
    member: 'resources',
    entries: ({ resources }) => [...resources.values()],
    listing: ({ templates }) => templates.filter((template) => template.list),
  },
  'resources/templates/list': { member: 'resourceTemplates', entries: ({ templates }) => templates, listing: none },
  'prompts/list': { member: 'prompts', entries: ({ prompts }) => [...prompts.values()], listing: none },
} as const satisfies Record<string, List>

/** The methods that list. */
export type ListMethod = keyof typeof LISTS

const listed = (entry: TemplateDefinition, item: string | ListedResource): Resource => {
  const { mimeType, annotations, icons } = entry.listing
  const defaults = { ...(mimeType && { mimeType }), ...(annotations && { annotations }), ...(icons && { icons }) }
  const { meta, ...own } = typeof item === 'string' ? { uri: item, meta: undefined } : { ...item }
  if (typeof own.uri !== 'string')
    throw new TypeError(`resource "${entry.listing.uriTemplate}", list: an item needs a "uri"`)
  const uri = entry.scope.publicUri(own.uri)
  return { name: own.uri, ...defaults, ...own, uri, ...(meta && { _meta: meta }) }
}

const listResources = async (
  generation: Generation,
  incoming: Incoming,
  templates: readonly PlannedTemplate[],
): Promise<readonly Resource[]> => {
  const shown = await visible(templates, incoming)
  const lists = await Promise.all(
    shown.map(async ({ entry, list }) => {
      const items = await list?.(undefined, new Context(incoming, generation.hostOf(entry.scope)))
      // A layer that answers in place of the list has nothing to show.
      return Array.isArray(items) ? items.map((item: string | ListedResource) => listed(entry, item)) : []
    }),
  )
  return lists.flat()
}

// A cursor is the position of the next item; the name of the list keeps it from being used for another.
const cursorOf = (member: string, offset: number): string => encodeBase64Url(`${member}:${offset}`)

const badCursor = (method: string) =>
  invalidParams(`${method}: this cursor is none of this list; begin again without one`)

const offsetOf = (method: string, member: string, cursor: unknown): number => {
  if (cursor === undefined || cursor === null) return 0
  const text = typeof cursor === 'string' ? decodeBase64Url(cursor) : undefined
  const offset = text?.startsWith(`${member}:`) ? Number(text.slice(member.length + 1)) : 0
  if (Number.isSafeInteger(offset) && offset > 0) return offset
  throw badCursor(method)
}

const page = (
  { runtime }: Generation,
  member: string,
  items: readonly object[],
  offset: number,
  isPrivate: boolean,
): object => {
  const { pageSize, cache } = runtime.settings
  const end = offset + pageSize
  return {
    [member]: items.slice(offset, end),
    ...(end < items.length && { nextCursor: cursorOf(member, end) }),
    ttlMs: cache.ttlMs,
    cacheScope: isPrivate ? 'private' : cache.scope,
  }
}

const listings = (entries: readonly Planned<Listed>[]): readonly object[] => entries.map(({ entry }) => entry.listing)

/** 2026-07-28 Pagination and Caching: a page of a list. What depends on the caller is `private` by itself. */
export const list =
  (method: ListMethod) =>
  (generation: Generation, incoming: Incoming, params: Params | undefined): MaybePromise<object> => {
    const { member, entries, listing }: List = LISTS[method]
    const { plan } = generation
    const all = entries(plan)
    const templates = listing(plan)
    const offset = offsetOf(method, member, params?.['cursor'])
    if (templates.length === 0 && all.every(({ entry }) => entry.enabled === undefined)) {
      if (offset > 0 && offset >= all.length) throw badCursor(method)
      return generation.remembered(`${method} ${offset}`, () => page(generation, member, listings(all), offset, false))
    }
    return Promise.all([visible(all, incoming), listResources(generation, incoming, templates)]).then(
      ([shown, resources]) => page(generation, member, [...listings(shown), ...resources], offset, true),
    )
  }
