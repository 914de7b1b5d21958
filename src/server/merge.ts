import { DefinitionError } from '../errors.ts'
import { show } from '../model/schema/problems.ts'
import { parseUriTemplate } from '../model/uri-template/index.ts'
import { checkPromptName } from './define-prompt.ts'
import { checkToolName } from './define-tool.ts'
import type { Definition, EntryDefinition, Scope } from './definition.ts'

const PREFIX = /^[A-Za-z0-9_.-]+$/
const SCHEME = /^([^:]+:)(\/\/)?/

/** `scheme://rest` as `scheme://prefix/rest`, `scheme:rest` as `scheme:prefix/rest`. */
const prefixUri = (uri: string, prefix: string): string =>
  uri.replace(SCHEME, (_, scheme: string, slashes = '') => `${scheme}${slashes}${prefix}/`)

const rename = (entry: EntryDefinition, prefix: string): EntryDefinition => {
  switch (entry.kind) {
    case 'tool': {
      const name = `${prefix}_${entry.listing.name}`
      checkToolName(name)
      return { ...entry, listing: { ...entry.listing, name } }
    }
    case 'prompt': {
      const name = `${prefix}_${entry.listing.name}`
      checkPromptName(name)
      return { ...entry, listing: { ...entry.listing, name } }
    }
    case 'resource':
      return { ...entry, listing: { ...entry.listing, uri: prefixUri(entry.listing.uri, prefix) } }
    case 'template': {
      const uriTemplate = prefixUri(entry.listing.uriTemplate, prefix)
      return {
        ...entry,
        template: parseUriTemplate(uriTemplate),
        listing: { ...entry.listing, uriTemplate },
      }
    }
    case 'method':
      return entry
  }
}

const within = (outer: Scope, inner: Scope, other: Definition, prefix: string | undefined): Scope => ({
  layers: [...outer.layers, ...inner.layers],
  lifespans: [...outer.lifespans, ...inner.lifespans],
  interceptors: [...other.interceptors, ...inner.interceptors],
  publicUri: prefix === undefined ? inner.publicUri : (uri) => prefixUri(inner.publicUri(uri), prefix),
})

/** The entries of another server as they stand in this one: renamed, and inside of what this chain has said so far. */
export const mergedEntries = (host: Definition, other: Definition, prefix: string | undefined): EntryDefinition[] => {
  if (prefix !== undefined && !PREFIX.test(prefix)) {
    throw new DefinitionError(`merge: a prefix is made of the characters A-Z a-z 0-9 _ - and ., got ${show(prefix)}`)
  }
  return [...other.entries.values()].map((entry) => {
    const renamed = prefix === undefined ? entry : rename(entry, prefix)
    return Object.freeze({ ...renamed, scope: within(host.scope, entry.scope, other, prefix) })
  })
}
