import type { SseSettings } from '../../server/settings.ts'
import { endpointPath, pathOf } from '../http/mount.ts'

const DEFAULT_PATH = '/sse'
const DEFAULT_MESSAGE_PATH = '/messages'

/** What a request asks for: the stream, or to take in a message. */
export type SseAddress =
  | { readonly kind: 'stream' /** Where the client of that stream posts to. */; readonly messagesAt: string }
  | { readonly kind: 'messages' }

/** The address of Streamable HTTP. */
interface Endpoint {
  readonly path: string | undefined
  readonly publicUrl: URL | undefined
}

/** What a host tells of the URL of a request. */
export interface Asked {
  readonly url?: string | undefined
  readonly originalUrl?: string
}

const pathIn = (url: string): string => {
  const path = pathOf(url)
  return path === '/' ? '' : path
}

/** What stands before the end of a path; undefined when it ends otherwise. */
const before = (path: string, end: string): string | undefined =>
  path.endsWith(end) ? path.slice(0, path.length - end.length) : undefined

/** What a proxy adds to the beginning of a path: `publicUrl` leads to the endpoint. @param prefix what a host adds */
const proxyPrefix = ({ publicUrl, path }: Endpoint, prefix: string): string => {
  const rest = publicUrl && before(pathIn(publicUrl.pathname), pathIn(endpointPath(path)))
  return rest === undefined ? '' : (before(rest, prefix) ?? rest)
}

/**
 * Which of the two addresses of HTTP with SSE a request is for; undefined for neither. One that was chosen is compared
 * with the original URL, the default one with what a host has left of it.
 */
export const sseAddress = (
  { path, messagePath }: SseSettings,
  endpoint: Endpoint,
  { url = '/', originalUrl = url }: Asked,
): SseAddress | undefined => {
  const [original, left] = [pathIn(originalUrl), pathIn(url)]
  const isAt = (chosen: string | undefined, standard: string): boolean =>
    chosen === undefined ? left === standard : original === pathIn(chosen)
  if (isAt(messagePath, DEFAULT_MESSAGE_PATH)) return { kind: 'messages' }
  if (!isAt(path, DEFAULT_PATH)) return undefined
  // No name of a host may come of slashes at its beginning.
  const prefix = (before(original, left) ?? '').replace(/^\/+/, '/')
  const own = messagePath ?? `${prefix}${DEFAULT_MESSAGE_PATH}`
  return { kind: 'stream', messagesAt: `${proxyPrefix(endpoint, prefix)}${own}` }
}
