import type { Implementation } from '../model/types.ts'

/**
 * The members that a revision knows of one type. A member that is absent is left out on the wire.
 * `true` takes the value as it is; a name says of which type it (or each item of it) is.
 */
export type Shape = Readonly<Record<string, true | string>>

/** The types of a revision, by name. Content blocks stand under their `type`. */
export type Shapes = Readonly<Record<string, Shape>>

/** How a revision is carried over Streamable HTTP. */
export interface HttpRules {
  /** Whether `MCP-Protocol-Version` (and what mirrors the body) is part of the revision, and must be there. */
  readonly versionHeader: 'unknown' | 'optional' | 'required'
  /** The parameter that `Mcp-Name` mirrors, by method; undefined where no header mirrors the body. */
  readonly mirroredParameter: Readonly<Record<string, string>> | undefined
  /** Whether a client that goes away has cancelled its request. */
  readonly disconnectCancels: boolean
  /**
   * Whether an event stream begins with an event that has an id and no data, and may be closed so that its client comes
   * back for the rest.
   */
  readonly polling: boolean
  /** Whether it is carried over HTTP with SSE as well, the transport of 2024-11-05. */
  readonly sse: boolean
}

/** What of elicitation a revision has. */
export interface ElicitationRules {
  /** Defaults of strings, numbers and enums; booleans have had them from the beginning. */
  readonly defaults: boolean
  /** Titles of choices as `oneOf`; before, `enumNames`. */
  readonly titledEnums: boolean
  /** Choices of several values. */
  readonly multiSelect: boolean
  /** Whether a client can be sent to a URL. `id`: with an id, by which its end is told. */
  readonly url: 'none' | 'plain' | 'id'
}

/** What a server may ask of a client. */
export interface AskRules {
  /** Undefined where there is no elicitation. */
  readonly elicitation: ElicitationRules | undefined
  /** Whether sampling knows tools, and declares what it supports of context. */
  readonly samplingTools: boolean
}

/** One revision of the protocol, as data. A method that its tables lack does not exist. */
export interface Revision {
  readonly version: string
  /** `stateful`: `initialize` opens a connection. `stateless`: each request carries an envelope in `_meta`. */
  readonly conversation: 'stateful' | 'stateless'
  /** What a client may request. */
  readonly requests: ReadonlySet<string>
  /** What a client may notify. */
  readonly notifications: ReadonlySet<string>
  /** Whether JSON-RPC batches exist. */
  readonly batches: boolean
  /** What stands for the id of an error that answers no readable request: `null`, or nothing. */
  readonly missingId: null | undefined
  readonly resourceNotFound: number
  /** What `structuredContent` may be. */
  readonly structuredContent: 'none' | 'object' | 'any'
  readonly shapes: Shapes
  readonly asks: AskRules
  /** The requests whose result may be questions instead (Multi Round-Trip Requests). */
  readonly rounds: ReadonlySet<string>
  /** The requests that are answered by a stream of notifications, whatever else is answered how. */
  readonly streams: ReadonlySet<string>
  /** What every result carries besides its own members; undefined where nothing is added. */
  readonly stamp: ((method: string, result: object, server: Implementation) => object) | undefined
  readonly http: HttpRules
}

/** A revision as the difference from the one before. Shapes are merged member by member. */
export interface Changes extends Partial<Omit<Revision, 'requests' | 'notifications' | 'shapes' | 'http' | 'asks'>> {
  readonly version: string
  readonly requests?: { readonly added?: readonly string[]; readonly removed?: readonly string[] }
  readonly notifications?: { readonly added?: readonly string[]; readonly removed?: readonly string[] }
  readonly shapes?: Shapes
  readonly http?: Partial<HttpRules>
  readonly asks?: Partial<AskRules>
}

const change = (
  before: ReadonlySet<string>,
  { added = [], removed = [] }: { added?: readonly string[]; removed?: readonly string[] } = {},
): ReadonlySet<string> => new Set([...before, ...added].filter((name) => !removed.includes(name)))

/** A type as a table without prototype, so that a member named `constructor` is as unknown as any other. */
export const shape = (members: Shape): Shape => Object.freeze(Object.assign(Object.create(null), members))

const mergeShapes = (before: Shapes, added: Shapes = {}): Shapes => {
  const merged: Record<string, Shape> = Object.assign(Object.create(null), before)
  for (const [name, members] of Object.entries(added)) merged[name] = shape({ ...before[name], ...members })
  return Object.freeze(merged)
}

/** The next revision: the one before, and what has changed. */
export const revise = (before: Revision, changes: Changes): Revision =>
  Object.freeze({
    ...before,
    ...changes,
    requests: change(before.requests, changes.requests),
    notifications: change(before.notifications, changes.notifications),
    shapes: mergeShapes(before.shapes, changes.shapes),
    http: { ...before.http, ...changes.http },
    asks: { ...before.asks, ...changes.asks },
  })

/** The first revision: there is nothing before it. */
export const firstRevision = (revision: Revision): Revision =>
  Object.freeze({ ...revision, shapes: mergeShapes({}, revision.shapes) })
