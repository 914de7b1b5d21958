import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { after, before, describe } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { CommandTarget, Connection, ConnectOptions } from '../../src/client.ts'
import { type ChildServer, startListening } from '../support/child-server.ts'
import { type RecordingClient, recordingClient } from '../support/recording-client.ts'

const DIST = dirname(fileURLToPath(import.meta.resolve('@modelcontextprotocol/server-everything/dist/index.js')))
const MAIN = join(DIST, 'index.js')

/** What the server tells a model about itself. */
export const INSTRUCTIONS = readFileSync(join(DIST, 'docs', 'instructions.md'), 'utf8')

interface Way {
  readonly name: string
  readonly mode: 'stdio' | 'streamableHttp' | 'sse'
  /** What it writes to stderr once it listens, and the path of its address. */
  readonly listens?: { readonly isReady: RegExp; readonly path: string }
  readonly options?: ConnectOptions
}

const HTTP = { isReady: /listening on port/, path: '/mcp' }

const WAYS: readonly Way[] = [
  { name: 'stdio', mode: 'stdio' },
  { name: 'Streamable HTTP', mode: 'streamableHttp', listens: HTTP },
  { name: 'Streamable HTTP by fetch', mode: 'streamableHttp', listens: HTTP, options: { fetch: globalThis.fetch } },
  { name: 'HTTP with SSE', mode: 'sse', listens: { isReady: /running on port/, path: '/sse' } },
]

/** A connection to server-everything, and what its client has heard. */
export interface Driven {
  readonly connection: Connection
  readonly recording: RecordingClient
}

const drive = ({ mode, listens, options }: Way, define: (driven: () => Driven) => void): void => {
  let child: ChildServer | undefined
  let driven: Driven | undefined

  before(async () => {
    const recording = recordingClient()
    child = listens && (await startListening([MAIN, mode], listens.isReady))
    const target: string | CommandTarget =
      child && listens
        ? `http://127.0.0.1:${child.port}${listens.path}`
        : { command: process.execPath, args: [MAIN, mode] }
    driven = { connection: await recording.client.connect(target, options), recording }
  })

  after(async () => {
    await driven?.connection.close()
    await child?.end()
  })

  define(() => driven as Driven)
}

/** Defines tests over each transport that the server has, on one connection for all of them. */
export const overEveryTransport = (define: (driven: () => Driven) => void): void => {
  for (const way of WAYS) describe(`server-everything over ${way.name}`, () => drive(way, define))
}
