/** The revisions that are measured: the stateless one, and stateful ones, with a session or without. */
export type BenchRevision = '2026-07-28' | '2025-11-25' | '2025-06-18'

/** What is asked of a server. */
export interface Call {
  readonly revision: BenchRevision
  readonly method: 'tools/call' | 'tools/list'
  /** How many tools are to be listed. */
  readonly tools?: number
}

const client = { name: 'bench', version: '1.0.0' }

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': client,
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** A request, in the envelope where the revision has one. */
export const requestText = (revision: BenchRevision, id: number, method: string, params: object = {}): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method,
    params: { ...params, ...(revision === '2026-07-28' && { _meta: envelope }) },
  })

/** The call: the list, or one that adds 2 and 3. */
export const callText = ({ revision, method }: Call, id: number): string =>
  requestText(revision, id, method, method === 'tools/call' ? { name: 'add', arguments: { a: 2, b: 3 } } : {})

export const initializeText = (revision: BenchRevision): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id: 'open',
    method: 'initialize',
    params: { protocolVersion: revision, capabilities: {}, clientInfo: client },
  })

export const initializedText = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })

/** The texts that open a conversation over a pipe, of which the first is answered: none on the stateless revision. */
export const openingTexts = (revision: BenchRevision): readonly string[] =>
  revision === '2026-07-28' ? [] : [initializeText(revision), initializedText]

/** The HTTP headers of a request. */
export const headersOf = (revision: BenchRevision, method: string, name?: string): Record<string, string> => ({
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
  'MCP-Protocol-Version': revision,
  ...(revision === '2026-07-28' && { 'Mcp-Method': method, ...(name !== undefined && { 'Mcp-Name': name }) }),
})

export const callHeaders = ({ revision, method }: Call): Record<string, string> =>
  headersOf(revision, method, method === 'tools/call' ? 'add' : undefined)

interface Answer {
  readonly result?: {
    readonly content?: readonly { readonly text?: unknown }[]
    readonly isError?: boolean
    readonly tools?: readonly unknown[]
  }
}

const parse = (text: string): Answer => {
  const json = /^data: ?(.+)$/m.exec(text)?.[1] ?? text
  try {
    return JSON.parse(json)
  } catch {
    throw new Error(`the answer is not JSON: ${text.slice(0, 500)}`)
  }
}

/** Throws unless the text is the right answer to the call, as JSON or as one event of a stream. */
export const checkAnswer = ({ method, tools }: Call, text: string): void => {
  const { result } = parse(text)
  const isRight =
    method === 'tools/list'
      ? result?.tools?.length === tools
      : result?.content?.[0]?.text === '5' && result.isError !== true
  if (!isRight) throw new Error(`${method} was answered with ${text.slice(0, 500)}`)
}
