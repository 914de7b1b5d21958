import { elapsed } from '../../peer/elapsed.ts'
import type { EventStore, StoredEvent } from '../../server/faces.ts'

/** How much an event store in memory keeps; what is oldest gives way. */
export interface MemoryLimits {
  /** Events of one stream; 1,000 by default. */
  readonly streamEvents?: number
  /** Events of all streams; 100,000 by default. */
  readonly events?: number
  /** Bytes of all events, with two for each character; 64 MiB by default. */
  readonly bytes?: number
  /** Milliseconds since an event was kept; 300,000 by default. */
  readonly ageMs?: number
}

/** An event where it stands: in its stream, and among all. */
interface Entry {
  readonly stream: string
  readonly siblings: Set<Entry>
  readonly event: StoredEvent
  readonly bytes: number
  readonly since: number
}

/** Keeps events in memory, within bounds. */
export class MemoryEventStore implements EventStore {
  readonly #limits: Required<MemoryLimits>
  /** All events, oldest first. */
  readonly #entries = new Set<Entry>()
  readonly #streams = new Map<string, Set<Entry>>()
  #bytes = 0

  constructor({
    streamEvents = 1_000,
    events = 100_000,
    bytes = 64 * 1024 * 1024,
    ageMs = 300_000,
  }: MemoryLimits = {}) {
    this.#limits = { streamEvents, events, bytes, ageMs }
  }

  append(stream: string, event: StoredEvent): void {
    const siblings = this.#streams.get(stream) ?? new Set()
    const entry = { stream, siblings, event, bytes: 2 * event.data.length, since: elapsed() }
    this.#streams.set(stream, siblings.add(entry))
    this.#entries.add(entry)
    this.#bytes += entry.bytes
    const [oldest] = siblings
    if (siblings.size > this.#limits.streamEvents) this.#drop(oldest as Entry)
    this.#makeRoom()
  }

  read(stream: string, after: number): readonly StoredEvent[] {
    this.#makeRoom()
    return [...(this.#streams.get(stream) ?? [])].map(({ event }) => event).filter(({ number }) => number > after)
  }

  remove(stream: string): void {
    for (const entry of this.#streams.get(stream) ?? []) this.#drop(entry)
  }

  #makeRoom(): void {
    const { events, bytes, ageMs } = this.#limits
    const oldest = elapsed() - ageMs
    for (const entry of this.#entries) {
      if (this.#entries.size <= events && this.#bytes <= bytes && entry.since >= oldest) break
      this.#drop(entry)
    }
  }

  #drop(entry: Entry): void {
    const { stream, siblings, bytes } = entry
    siblings.delete(entry)
    if (siblings.size === 0) this.#streams.delete(stream)
    this.#entries.delete(entry)
    this.#bytes -= bytes
  }
}
