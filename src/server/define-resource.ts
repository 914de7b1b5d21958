import { DefinitionError } from '../errors.ts'
import { show } from '../model/schema/problems.ts'
import type { CacheHint } from '../model/types.ts'
import { parseUriTemplate } from '../model/uri-template/index.ts'
import { isObject } from '../wire/json.ts'
import type { Context } from './context.ts'
import { readCompleters } from './define-prompt.ts'
import type { ResourceDefinition, Scope, TemplateDefinition } from './definition.ts'
import { checkOptions, listedExtras, OPTIONS, readArguments } from './options.ts'
import type { ResourceOptions } from './types.ts'

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/
// RFC 3986 §2: what never stands in a URI as it is.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const NOT_IN_URI = /[\u0000-\u0020\u007f-\u{10ffff}<>"\\^`{|}]/gu

const percentEncoded = (character: string): string => encodeURIComponent(character.replace(/\p{Surrogate}/u, '\ufffd'))

/** Throws for a URI that no client could send. */
export const checkUri = (uri: string): void => {
  if (typeof uri !== 'string' || !SCHEME.test(uri)) {
    const example = typeof uri === 'string' ? `docs://${uri}` : 'docs://welcome'
    throw new DefinitionError(`resource ${show(uri)}: a URI begins with its scheme, as in ${show(example)}`)
  }
}

const checkStaticUri = (uri: string): void => {
  const [character] = uri.match(NOT_IN_URI) ?? []
  if (character === undefined) return
  const encoded = uri.replace(NOT_IN_URI, percentEncoded)
  throw new DefinitionError(
    `resource ${show(uri)}: ${show(character)} cannot stand in a URI; percent-encode it, as in ${show(encoded)}`,
  )
}

const isTemplate = (uri: string): boolean => uri.includes('{') || uri.includes('}')

/** Throws for a cache hint that no client could use. */
export const checkCache = (cache: CacheHint | undefined, where: string): void => {
  if (cache === undefined) return
  if (!isObject(cache as unknown)) throw new DefinitionError(`${where}: cache must be an object, got ${show(cache)}`)
  checkOptions(cache, ['ttlMs', 'scope'], `${where}, cache`)
  const { ttlMs = 0, scope = 'private' } = cache
  if (!Number.isSafeInteger(ttlMs) || ttlMs < 0) {
    throw new DefinitionError(`${where}, cache: ttlMs is a whole number of milliseconds from 0, got ${show(ttlMs)}`)
  }
  if (scope !== 'public' && scope !== 'private') {
    throw new DefinitionError(`${where}, cache: scope is 'public' or 'private', got ${show(scope)}`)
  }
}

type AnyOptions = ResourceOptions<Readonly<Record<string, unknown>>, Context>

const common = ({ name, title, description, mimeType, ...options }: AnyOptions, uri: string) => ({
  name: name ?? uri,
  ...(title !== undefined && { title }),
  ...(description !== undefined && { description }),
  ...(mimeType !== undefined && { mimeType }),
  ...listedExtras(options, `resource "${uri}"`),
})

const readOptions = (uri: string, rest: readonly unknown[], kind: 'resource' | 'template') => {
  const where = `resource "${uri}"`
  const { options, handler } = readArguments(rest, where)
  checkOptions(options, OPTIONS[kind], where)
  checkCache((options as AnyOptions).cache, where)
  return { options: options as AnyOptions, handler }
}

const defineStatic = (uri: string, rest: readonly unknown[], scope: Scope): ResourceDefinition => {
  checkStaticUri(uri)
  const { options, handler } = readOptions(uri, rest, 'resource')
  const { size, watch, cache, enabled } = options
  return Object.freeze({
    kind: 'resource',
    listing: Object.freeze({ uri, ...common(options, uri), ...(size !== undefined && { size }) }),
    handler,
    scope,
    watch,
    cache,
    enabled,
  })
}

const checkAllowUnsafe = (allowed: unknown, names: readonly string[], where: string): true | readonly string[] => {
  if (allowed === undefined) return []
  if (allowed === true) return true
  const odd = Array.isArray(allowed) ? allowed.find((name) => !names.includes(name)) : allowed
  if (odd === undefined) return allowed as readonly string[]
  throw new DefinitionError(
    `${where}, allowUnsafe: pass true, or an array of variables of the template, which has ${names.join(', ')}; got ${show(odd)}`,
  )
}

const defineTemplate = (uri: string, rest: readonly unknown[], scope: Scope): TemplateDefinition => {
  const template = parseUriTemplate(uri)
  const { options, handler } = readOptions(uri, rest, 'template')
  const { list, complete, watch, cache, enabled, allowUnsafe } = options
  const names = template.variables.map(({ name }) => name)
  return Object.freeze({
    kind: 'template',
    template,
    listing: Object.freeze({ uriTemplate: uri, ...common(options, uri) }),
    handler,
    scope,
    watch,
    list,
    completers: readCompleters(complete, names, `resource "${uri}"`),
    cache,
    enabled,
    allowUnsafe: checkAllowUnsafe(allowUnsafe, names, `resource "${uri}"`),
  })
}

/**
 * A resource, or a template where the URI has braces, from the arguments of `.resource(…)`.
 * @throws DefinitionError
 */
export const defineResource = (
  uri: string,
  rest: readonly unknown[],
  scope: Scope,
): ResourceDefinition | TemplateDefinition => {
  checkUri(uri)
  return isTemplate(uri) ? defineTemplate(uri, rest, scope) : defineStatic(uri, rest, scope)
}
