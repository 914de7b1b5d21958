import { DefinitionError, ErrorCode, McpError } from '../../errors.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import { didYouMean } from '../../model/nearest.ts'
import { unsafeVariable } from '../../model/uri-template/index.ts'
import type { Params } from '../../wire/message.ts'
import { toContents } from '../contents.ts'
import { Context } from '../context.ts'
import { type Handler, labelOf, type ResourceDefinition, type Scope, type TemplateDefinition } from '../definition.ts'
import type { Generation } from '../generation.ts'
import type { Incoming } from '../incoming.ts'
import { scoped } from '../layers.ts'
import { normalised, type Plan, type Planned } from '../plan.ts'
import { isThenable } from '../results.ts'
import type { ReadableContents } from '../types.ts'
import { guarded, invalidParams, isEnabled, openNames, stringParam } from './guards.ts'

/** The resource behind a URI, and the arguments that the URI gives its handler. */
interface Found {
  readonly uri: string
  readonly entry: ResourceDefinition | TemplateDefinition
  readonly run: Handler
  readonly args: Readonly<Record<string, unknown>>
}

// How many resources may be read for one another; more than this go in a circle.
const MAX_DEPTH = 16

/** What a read gives, before a revision shapes it. */
interface ReadResult extends ReadableContents {
  readonly ttlMs: number
  readonly cacheScope: 'public' | 'private'
}

const NO_ARGUMENTS = Object.freeze({})

const isSafe = ({ allowUnsafe }: TemplateDefinition, args: Readonly<Record<string, unknown>>): boolean =>
  allowUnsafe === true || unsafeVariable(args as never, allowUnsafe) === undefined

const findTemplate = (templates: readonly Planned<TemplateDefinition>[], uri: string): Found | undefined => {
  for (const { entry, run } of templates) {
    const args = entry.template.match(uri)
    // A match with unsafe values ends the search: a laxer template further on must not get them.
    if (args) return isSafe(entry, args) ? { uri, entry, run, args } : undefined
  }
  return undefined
}

/** A URI means a resource at just this URI, then one that `URL` writes alike, then the first template that matches. */
const find = ({ resources, resourcesByUrl, templates }: Plan, uri: string): Found | undefined => {
  const exact = resources.get(uri) ?? resourcesByUrl.get(normalised(uri))
  return exact ? { ...exact, uri, args: NO_ARGUMENTS } : findTemplate(templates, uri)
}

/** That there is no resource at a URI. */
export const notFound = ({ resources }: Plan, uri: string): McpError => {
  const others = openNames(resources).filter((name) => name !== uri)
  return new McpError(ErrorCode.ResourceNotFound, `Resource not found: ${uri}.${didYouMean(uri, others)}`, { uri })
}

const read = (
  generation: Generation,
  incoming: Incoming,
  { uri, entry, run, args }: Found,
  depth: number,
): MaybePromise<ReadResult> => {
  const convert = (value: unknown): ReadResult => {
    const contents = toContents(value, uri, entry.listing.mimeType, labelOf(entry))
    if (!contents) throw notFound(generation.plan, uri)
    const { ttlMs = 0, scope = 'private' } = entry.cache ?? {}
    return { contents, ttlMs, cacheScope: scope }
  }
  const value = run(args, new Context(incoming, generation.hostOf(entry.scope), depth))
  return isThenable(value) ? Promise.resolve(value).then(convert) : convert(value)
}

/** The definition of the resource behind a URI. */
export const findResource = (plan: Plan, uri: string): Found['entry'] | undefined => find(plan, uri)?.entry

/** Whether there is a resource at a URI for this caller. What replaces `resources/read` has resources of its own. */
export const hasResource = (plan: Plan, incoming: Incoming, uri: string): MaybePromise<boolean> => {
  const entry = findResource(plan, uri)
  if (!entry) return plan.methods.has('resources/read')
  return entry.enabled === undefined || isEnabled(entry, incoming.surroundings.auth)
}

/** 2026-07-28 §Reading Resources. */
export const readResource = (
  generation: Generation,
  incoming: Incoming,
  params: Params | undefined,
): MaybePromise<object> => {
  const uri = stringParam(params, 'uri', 'resources/read')
  const found = find(generation.plan, uri)
  if (!found) throw notFound(generation.plan, uri)
  return guarded(
    found.entry,
    incoming,
    () => notFound(generation.plan, uri),
    () => scoped(found.entry.scope, incoming, params, () => read(generation, incoming, found, 0)),
  )
}

/**
 * Reads for a handler, as the same caller. A URI is first looked for in the server that the handler comes from.
 * Interceptors hear nothing of it: they wrap messages, and this is none.
 *
 * @throws McpError when there is no such resource
 */
export const readWithin = async (
  generation: Generation,
  incoming: Incoming,
  { publicUri }: Scope,
  uri: string,
  depth: number,
): Promise<ReadableContents> => {
  if (typeof uri !== 'string') throw invalidParams('readResource: the URI must be a string')
  if (depth > MAX_DEPTH) {
    throw new DefinitionError(`readResource: ${MAX_DEPTH} resources read one another; ${uri} may be reading itself`)
  }
  const { plan } = generation
  const found = find(plan, publicUri(uri)) ?? find(plan, uri)
  const unknown = (): McpError => notFound(plan, uri)
  if (!found) throw unknown()
  const { contents } = await guarded(found.entry, incoming, unknown, () => read(generation, incoming, found, depth))
  return { contents }
}
