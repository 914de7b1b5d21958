import { ErrorCode, McpError } from '../../errors.ts'
import { didYouMean } from '../../model/nearest.ts'
import { unsafeVariable } from '../../model/uri-template/index.ts'
import type { Params } from '../../wire/message.ts'
import { toContents } from '../contents.ts'
import { Context, type Incoming } from '../context.ts'
import type { Handler, ResourceDefinition, TemplateDefinition } from '../definition.ts'
import { normalised, type Plan, type Planned } from '../plan.ts'
import { isThenable } from '../results.ts'
import type { ServerRuntime } from '../runtime.ts'
import type { MaybePromise } from '../types.ts'
import { guarded, openNames, stringParam } from './guards.ts'

/** The resource behind a URI, and the arguments that the URI gives its handler. */
interface Found {
  readonly entry: ResourceDefinition | TemplateDefinition
  readonly run: Handler
  readonly args: Readonly<Record<string, unknown>>
}

const NO_ARGUMENTS = Object.freeze({})

const isSafe = ({ allowUnsafe }: TemplateDefinition, args: Readonly<Record<string, unknown>>): boolean =>
  allowUnsafe === true || unsafeVariable(args as never, allowUnsafe) === undefined

const findTemplate = (templates: readonly Planned<TemplateDefinition>[], uri: string): Found | undefined => {
  for (const { entry, run } of templates) {
    const args = entry.template.match(uri)
    // A match with unsafe values ends the search: a laxer template further on must not get them.
    if (args) return isSafe(entry, args) ? { entry, run, args } : undefined
  }
  return undefined
}

/** A URI means a resource at just this URI, then one that `URL` writes alike, then the first template that matches. */
const find = ({ resources, resourcesByUrl, templates }: Plan, uri: string): Found | undefined => {
  const exact = resources.get(uri) ?? resourcesByUrl.get(normalised(uri))
  return exact ? { ...exact, args: NO_ARGUMENTS } : findTemplate(templates, uri)
}

const notFound = ({ resources }: Plan, uri: string): McpError =>
  new McpError(ErrorCode.ResourceNotFound, `Resource not found: ${uri}.${didYouMean(uri, openNames(resources))}`, {
    uri,
  })

const read = (
  runtime: ServerRuntime,
  incoming: Incoming,
  uri: string,
  { entry, run, args }: Found,
): MaybePromise<object> => {
  const convert = (value: unknown): object => {
    const contents = toContents(value, uri, entry.listing.mimeType)
    if (!contents) throw notFound(runtime.plan, uri)
    const { ttlMs = 0, scope = 'private' } = entry.cache ?? {}
    return { contents, ttlMs, cacheScope: scope }
  }
  const value = run(args, new Context(incoming, runtime.hostOf(entry.scope)))
  return isThenable(value) ? Promise.resolve(value).then(convert) : convert(value)
}

/** 2026-07-28 §Reading Resources. */
export const readResource = (
  runtime: ServerRuntime,
  incoming: Incoming,
  params: Params | undefined,
): MaybePromise<object> => {
  const uri = stringParam(params, 'uri', 'resources/read')
  const found = find(runtime.plan, uri)
  if (!found) throw notFound(runtime.plan, uri)
  return guarded(
    found.entry,
    incoming,
    () => notFound(runtime.plan, uri),
    () => runtime.scoped(found.entry.scope, incoming, params, () => read(runtime, incoming, uri, found)),
  )
}
