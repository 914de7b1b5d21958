import { type Client, type Connection, McpError } from '../../src/client.ts'
import type { Loose } from './answering.ts'
import { isStateless, keepingLogger, type Version } from './messages.ts'
import { scripted, speaking } from './scripted-server.ts'

/** What a client answered: a result, or the error of the server's question, or of the call that asked it. */
export type Answered =
  | { readonly result: Loose }
  | { readonly error: { readonly code: number; readonly message: string } }

/** What a server asks. */
export interface Question {
  readonly method: string
  readonly params?: unknown
}

const inRounds = async (connection: Connection): Promise<Answered> => {
  try {
    return { result: (await connection.callTool('asking')).structuredContent }
  } catch (error) {
    if (!(error instanceof McpError)) throw error
    return { error: { code: error.code, message: error.message } }
  }
}

/** Asks a client as a server of a revision does: by a request, or in a round of a call. */
export const askClient = async (client: Client, version: Version, question: Question): Promise<Answered> => {
  const server = scripted(
    speaking(version, {
      'tools/call': ({ params }: Loose) =>
        params.inputResponses
          ? { content: [], structuredContent: params.inputResponses.key }
          : { resultType: 'input_required', inputRequests: { key: question } },
    }),
  )
  const connection = await client.connect(server.runtime, { revisions: [version], logger: keepingLogger() })
  try {
    if (isStateless(version)) return await inRounds(connection)
    server.say({ id: 'question', ...question })
    const { result, error } = await server.next()
    return error ? { error: { code: error.code, message: error.message } } : { result }
  } finally {
    await connection.close()
  }
}
