import assert from 'node:assert/strict'
import type { FetchHandler } from '../../src/index.ts'
import { readEvents } from './events.ts'

export const STATEFUL = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] as const
export const STATELESS = ['2026-07-28'] as const
export const VERSIONS = [...STATEFUL, ...STATELESS] as const

export type Version = (typeof VERSIONS)[number]
export type Params = Readonly<Record<string, unknown>>

/** A JSON-RPC response as it came, loosely typed: tests assert what is in it. */
export interface Reply {
  readonly jsonrpc: '2.0'
  readonly id?: string | number | null
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into what came
  readonly result?: any
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into what came
  readonly error?: any
}

export const isStateless = (version: Version): boolean => version === '2026-07-28'

/** What a client of 2026-07-28 puts into `_meta` of every request. */
export const envelope = (meta: Params = {}): Params => ({
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
  ...meta,
})

/** A request as a client of a revision sends it. */
export const request = (version: Version, id: string | number, method: string, params: Params = {}) => ({
  jsonrpc: '2.0' as const,
  id,
  method,
  params: isStateless(version) ? { ...params, _meta: envelope(params['_meta'] as Params) } : params,
})

export const initializeParams = (protocolVersion: string): Params => ({
  protocolVersion,
  capabilities: {},
  clientInfo: { name: 'test', version: '1.0.0' },
})

const MIRRORED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
}

/** The headers that a client of a revision sends along. */
export const headersOf = (version: Version, method: string, params: Params = {}): Record<string, string> => {
  const common = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  if (!isStateless(version)) {
    return method === 'initialize' ? common : { ...common, 'mcp-protocol-version': version }
  }
  const mirrored = params[MIRRORED[method] ?? '']
  return {
    ...common,
    'mcp-protocol-version': version,
    'mcp-method': method,
    ...(typeof mirrored === 'string' && { 'mcp-name': mirrored }),
  }
}

export const URL_OF_TESTS = 'http://localhost/mcp'

/** A POST as a client of a revision makes it. */
export const post = (
  version: Version,
  method: string,
  params: Params = {},
  headers: Record<string, string> = {},
): Request =>
  new Request(URL_OF_TESTS, {
    method: 'POST',
    headers: { ...headersOf(version, method, params), ...headers },
    body: JSON.stringify(request(version, 1, method, params)),
  })

/** The messages in a response: one JSON object, an array, or the events of a stream. */
export const messagesOf = async (response: Response): Promise<readonly Reply[]> => {
  const text = await response.text()
  if (!response.headers.get('content-type')?.startsWith('text/event-stream')) {
    const value: Reply | Reply[] = JSON.parse(text)
    return Array.isArray(value) ? value : [value]
  }
  return readEvents(text)
    .filter(({ data }) => data !== '')
    .map(({ data }) => JSON.parse(data))
}

/** Asks a server over HTTP, and gives the one reply. */
export const ask = async (
  server: { readonly fetch: FetchHandler },
  version: Version,
  method: string,
  params: Params = {},
  headers: Record<string, string> = {},
): Promise<Reply> => {
  const messages = await messagesOf(await server.fetch(post(version, method, params, headers)))
  const reply = messages.at(-1)
  assert.ok(reply)
  return reply
}

/** The same, for what must succeed. */
export const resultOf = async (...args: Parameters<typeof ask>) => {
  const reply = await ask(...args)
  assert.equal(reply.error, undefined, JSON.stringify(reply.error))
  return reply.result
}

/** A logger that keeps what it is told. */
export const keepingLogger = () => {
  const lines: { readonly level: string; readonly message: string; readonly details: readonly unknown[] }[] = []
  const at =
    (level: string) =>
    (message: string, ...details: unknown[]): void => {
      lines.push({ level, message, details })
    }
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
