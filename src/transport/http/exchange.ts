import type { Surroundings } from '../../server/incoming.ts'

/**
 * What came of reading a body. `malformed`: it is not UTF-8. `lost`: it broke off. `taken`: the host has read it, and
 * passed nothing on.
 */
export type Body = { readonly text: string } | 'too large' | 'malformed' | 'lost' | 'taken'

/** A response that is written in pieces. */
export interface EventStream {
  /** @returns a promise when the reader is slow: it settles when there is room again, or when it has gone */
  write(text: string): Promise<void> | undefined
  /** Writes the last piece, however slow the reader is. */
  end(text: string): void
  /** Breaks it off: its reader is given up. */
  abort(): void
}

/** One HTTP request and its response, as the endpoint sees them, whatever carries them. */
export interface Exchange extends Surroundings {
  readonly method: string
  /** By lower-case name; repeated headers joined with a comma. `host` also where HTTP/2 or the URL has it. */
  header(name: string): string | undefined
  /** Whether the connection came in on a loopback address; undefined where nobody can tell. */
  readonly onLoopback: boolean | undefined
  /** What the host has parsed already; undefined where the body is still to be read. */
  readonly parsedBody: unknown
  /** Reads the body, at most `limit` bytes of it. */
  readBody(limit: number, done: (body: Body) => void): void
  /** Answers at once. The headers are the exchange's own from here on. */
  respond(status: number, headers: Record<string, string>, body?: string): void
  /** Begins a response in pieces. `tooSlow` is called when its reader does not keep up, and the stream is closed. */
  stream(headers: Record<string, string>, tooSlow: () => void): EventStream
  /** Calls back when the client goes away before the response has ended, or has gone already. */
  onDisconnect(listener: () => void): void
}

/** How many characters may wait for a slow reader; the next piece closes its stream. */
export const MAX_UNREAD = 4 * 1024 * 1024
