/** What the server tells of the calls that it runs. */
export interface Tally {
  /** A run of a handler has begun. */
  readonly begun: (client: string, serial: number) => void
  /** It has ended to ask the client, and will be run again. */
  readonly suspended: (client: string, serial: number) => void
  /** It has done what it was called for. */
  readonly done: (client: string, serial: number) => void
  /** Something came that must not have come. */
  readonly wrong: (problem: string) => void
}

/** One call, as both sides know it. */
interface Entry {
  readonly client: string
  readonly what: string
  begun: number
  suspended: number
  done: number
  outcome: 'answered' | 'failed' | undefined
}

/** What was counted in a run. */
export interface Counts {
  calls: number
  answered: number
  failed: number
  runs: number
  executions: number
  asks: number
  progress: number
  changes: number
  gaps: number
  breaks: number
  connections: number
  again: number
}

const NOTHING: Counts = {
  calls: 0,
  answered: 0,
  failed: 0,
  runs: 0,
  executions: 0,
  asks: 0,
  progress: 0,
  changes: 0,
  gaps: 0,
  breaks: 0,
  connections: 0,
  again: 0,
}

/** What was asked, run and answered. Each call has a number of its own. */
export class Ledger implements Tally {
  readonly counts: Counts = { ...NOTHING }
  /** What does not hold, as sentences. */
  readonly problems: string[] = []
  readonly #entries = new Map<number, Entry>()
  #serial = 0

  /** Enters a call. @returns its number */
  call(client: string, what: string): number {
    this.#serial += 1
    this.counts.calls += 1
    this.#entries.set(this.#serial, { client, what, begun: 0, suspended: 0, done: 0, outcome: undefined })
    return this.#serial
  }

  readonly begun = (client: string, serial: number): void => {
    const entry = this.#entryOf(client, serial)
    if (!entry) return
    entry.begun += 1
    this.counts.runs += 1
  }

  readonly suspended = (client: string, serial: number): void => {
    const entry = this.#entryOf(client, serial)
    if (entry) entry.suspended += 1
  }

  readonly done = (client: string, serial: number): void => {
    const entry = this.#entryOf(client, serial)
    if (!entry) return
    entry.done += 1
    this.counts.executions += 1
  }

  readonly wrong = (problem: string): void => {
    this.problems.push(problem)
  }

  settled(serial: number, outcome: 'answered' | 'failed'): void {
    const entry = this.#entries.get(serial)
    if (!entry) return this.wrong(`the call ${serial} has come to an end, and was never made`)
    if (entry.outcome) this.wrong(`${entry.client}: the call ${serial} (${entry.what}) was settled twice`)
    entry.outcome = outcome
    this.counts[outcome] += 1
  }

  /** Looks at every call, and forgets them. */
  close(): void {
    for (const [serial, entry] of this.#entries) {
      const name = `${entry.client}: the call ${serial} (${entry.what})`
      const { begun, suspended, done, outcome } = entry
      const facts = `begun ${begun}, suspended ${suspended}, done ${done}, ${outcome}`
      if (outcome === undefined) this.wrong(`${name} was never settled: ${facts}`)
      if (begun - suspended > 1 || done > 1) this.wrong(`${name} was executed more than once: ${facts}`)
      if (outcome === 'answered' && done !== 1) this.wrong(`${name} was answered, not executed once: ${facts}`)
    }
    this.#entries.clear()
  }

  #entryOf(client: string, serial: number): Entry | undefined {
    const entry = this.#entries.get(serial)
    if (entry?.client === client) return entry
    this.wrong(`the server runs the call ${serial} of ${client}, which ${entry?.client ?? 'nobody'} has made`)
    return undefined
  }
}
