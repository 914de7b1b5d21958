import type { UriTemplateMatch } from './capture.ts'

const TRAVERSAL = /(?:^|[\\/])\.\.(?:[\\/]|$)/
const ABSOLUTE = /^(?:[\\/]|[A-Za-z]:)/

const isUnsafe = (text: string): boolean => text.includes('\0') || ABSOLUTE.test(text) || TRAVERSAL.test(text)

// A handler may join a list to a path, and ["", "etc"] becomes "/etc".
const textsOf = (value: UriTemplateMatch): readonly string[] => {
  if (typeof value === 'string') return [value]
  const members: readonly string[] = Array.isArray(value) ? value : Object.entries(value).flat()
  return [...members, members.join('/')]
}

/**
 * Names the first variable whose value could lead a file system astray: a `..` segment between `/` or `\`, an absolute
 * path (a leading `/` or `\`, or a drive such as `C:`), or NUL. Looks at values as a template matched them, decoded;
 * at every member of a list or an associative array, and at the path that they would form. Undefined
 * when all are safe.
 *
 * @param allow names of variables that are not checked
 */
export const unsafeVariable = (
  values: Readonly<Record<string, UriTemplateMatch | undefined>>,
  allow: readonly string[] = [],
): string | undefined => {
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && !allow.includes(name) && textsOf(value).some(isUnsafe)) return name
  }
  return undefined
}
