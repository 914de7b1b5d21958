/** The revisions that are measured: the stateless one, and a stateful one without a session. */
export const revisions = ['2026-07-28', '2025-06-18'] as const

export type BenchRevision = (typeof revisions)[number]

const client = { name: 'bench', version: '1.0.0' }

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': client,
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** One `tools/call` that adds 2 and 3. */
export const callText = (revision: BenchRevision, id: number): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name: 'add',
      arguments: { a: 2, b: 3 },
      ...(revision === '2026-07-28' && { _meta: envelope }),
    },
  })

/** The lines that open a stdio conversation: none on the stateless revision. */
export const openingLines = (revision: BenchRevision): readonly string[] =>
  revision === '2026-07-28'
    ? []
    : [
        JSON.stringify({
          jsonrpc: '2.0',
          id: 'open',
          method: 'initialize',
          params: { protocolVersion: revision, capabilities: {}, clientInfo: client },
        }),
        JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }),
      ]

/** The HTTP headers of the call. */
export const callHeaders = (revision: BenchRevision): Readonly<Record<string, string>> => ({
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
  'MCP-Protocol-Version': revision,
  ...(revision === '2026-07-28' && { 'Mcp-Method': 'tools/call', 'Mcp-Name': 'add' }),
})

/** Throws unless the text is the right answer to the call, as JSON or as one event of a stream. */
export const checkAnswer = (text: string): void => {
  const json = /^data: ?(.*)$/m.exec(text)?.[1] ?? text
  let answer: { result?: { content?: { text?: unknown }[]; isError?: boolean } }
  try {
    answer = JSON.parse(json)
  } catch {
    throw new Error(`the answer is not JSON: ${text.slice(0, 500)}`)
  }
  if (answer.result?.content?.[0]?.text !== '5' || answer.result.isError === true) {
    throw new Error(`2 + 3 was answered with ${text.slice(0, 500)}`)
  }
}
