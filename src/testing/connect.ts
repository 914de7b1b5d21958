import type { Client } from '../client/client.ts'
import type { Connection } from '../client/connection.ts'
import type { ConnectOptions } from '../client/types.ts'
import { createClient } from '../client.ts'
import { type ProtocolVersion, REVISIONS } from '../protocol/index.ts'
import type { AnyServer, BindOptions, Runtime } from '../server/faces.ts'
import { inMemory } from '../transport/in-memory.ts'
import { type RecordedMessage, recordWire } from './record.ts'

/** Every revision, oldest first. */
export const ALL_REVISIONS: readonly ProtocolVersion[] = REVISIONS.map(({ version }) => version as ProtocolVersion)

/** How a server is to be tested. */
export interface TestOptions {
  /** The revision that is spoken; the newest by default. */
  readonly revision?: ProtocolVersion
  /** Who calls; by default a client that answers nothing. */
  readonly client?: Client
  /** Of the server's runtime. */
  readonly bind?: BindOptions
  /** Of the connection. */
  readonly connect?: ConnectOptions
}

/** What a test works with. */
export interface TestConnection<S> extends AsyncDisposable {
  readonly client: Connection<S>
  /** The server's side, such as for `notify` and `replace`. */
  readonly runtime: Runtime
  /** What has passed between them, in order. */
  readonly messages: readonly RecordedMessage[]
  readonly summary: () => readonly string[]
  /** Closes both sides. */
  readonly close: () => Promise<void>
}

/** A server that can be bound. */
interface Bindable extends AnyServer {
  bind(options?: BindOptions): Runtime
}

/**
 * Connects to a server within this process, in memory: a runtime of its own, which ends with the connection.
 *
 * @example
 * await using test = await testServer(server, { revision: '2025-06-18' })
 * assert.equal(await test.client.tools.add({ a: 1, b: 2 }), 3)
 */
export const testServer = async <S extends Bindable>(
  server: S,
  options: TestOptions = {},
): Promise<TestConnection<S>> => {
  const { revision, client = createClient(), bind, connect } = options
  const runtime = server.bind(bind)
  const { transport, messages, summary } = recordWire(inMemory(runtime))
  try {
    const connection = await client.connect<S>(transport, { ...connect, ...(revision && { revisions: [revision] }) })
    const close = async (): Promise<void> => {
      await connection.close()
      await runtime.close()
    }
    return { client: connection, runtime, messages, summary, close, [Symbol.asyncDispose]: close }
  } catch (error) {
    await runtime.close()
    throw error
  }
}

/**
 * Runs a test on every revision.
 * @param revisions which; all by default
 */
export const onEveryRevision = async <S extends Bindable>(
  server: S,
  test: (connection: TestConnection<S>, revision: ProtocolVersion) => unknown,
  {
    revisions = ALL_REVISIONS,
    ...options
  }: Omit<TestOptions, 'revision'> & { readonly revisions?: readonly ProtocolVersion[] } = {},
): Promise<void> => {
  for (const revision of revisions) {
    const connection = await testServer(server, { ...options, revision })
    try {
      await test(connection, revision)
    } catch (error) {
      throw new Error(`on revision ${revision}: ${error instanceof Error ? error.message : error}`, { cause: error })
    } finally {
      await connection.close()
    }
  }
}
