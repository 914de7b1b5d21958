import type { NodeRequest } from '../../server/faces.ts'

const DEFAULT_PATH = '/mcp'

const AUTHORITY = /^https?:\/\/[^/?#]*/i

/** The target of a request without the scheme and host that a client may write before it (RFC 9112 §3.2.2). */
export const withoutAuthority = (url: string): string => {
  if (url.startsWith('/')) return url
  const target = url.replace(AUTHORITY, '')
  return target.startsWith('/') ? target : `/${target}`
}

/** The path of a URL as a client wrote it, without query, and without the slash at its end. */
export const pathOf = (url: string): string => {
  const target = withoutAuthority(url)
  const end = target.search(/[?#]/)
  const path = end === -1 ? target : target.slice(0, end)
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Whether a URL is the endpoint's own. */
export const isEndpoint = (path = DEFAULT_PATH, url: string): boolean =>
  // Nearly always it is written as the path is, and need not be taken apart.
  path === '*' || url === path || pathOf(url) === pathOf(path)

/** The same for a request that a host may have taken a prefix from: it is the endpoint's own at its mount root. */
export const isMountedEndpoint = (path: string | undefined, request: NodeRequest): boolean => {
  const { url = '/', originalUrl = url, baseUrl = '' } = request
  if (path !== undefined) return isEndpoint(path, originalUrl)
  return baseUrl === '' ? isEndpoint(undefined, url) : pathOf(url) === '/'
}

/** The path under which an endpoint can be reached when nothing mounts it. */
export const endpointPath = (path: string | undefined): string =>
  path === undefined || path === '*' ? DEFAULT_PATH : path
