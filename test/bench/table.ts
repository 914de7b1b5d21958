/** One column of a table: what is measured of every subject. */
export interface Figure {
  /** The member that holds it in what a subject measures. */
  readonly key: string
  readonly heading: string
  readonly digits: number
  /** Whether each subject is also divided by the first one, round by round. */
  readonly divided?: boolean
}

/** What one measurement of a subject gave, by the keys of the figures. */
export type Measured = Readonly<Record<string, number>>

/** A subject that is ready: started, its answer checked, warmed up. */
export interface Ready {
  measure(): Promise<Measured>
  close(): Promise<unknown>
}

/** One row of a table. */
export interface Subject {
  readonly name: string
  readonly open: () => Promise<Ready>
  /** Whether it is measured with `--peers` only, since it has to be installed first. */
  readonly isPeer?: boolean
}

/** What a figure has to be: the median over the rounds. */
export interface Goal {
  readonly what: string
  /** The name of a subject. */
  readonly of: string
  readonly figure: string
  /** The subject that it is divided by, or that is taken from it, in each round. */
  readonly over?: string
  readonly less?: string
  readonly atLeast?: number
  readonly atMost?: number
  readonly unit: '%' | '×' | 'ms' | 'MB' | 'KB'
}

/** One table: its subjects take turns, so that a slow moment of the machine meets all of them. */
export interface Table {
  /** What `npm run bench -- name` calls it. */
  readonly name: string
  readonly title: string
  /** One or two sentences: what is measured, and how. */
  readonly about: string
  readonly figures: readonly Figure[]
  /** The first is what the others are divided by. */
  readonly subjects: readonly Subject[]
  readonly goals: readonly Goal[]
}

/** All measurements of a table, by subject: one for each round. */
export type Results = ReadonlyMap<string, readonly Measured[]>

/** A subject that needs nothing to be started before: each measurement starts what it needs. */
export const subject = (name: string, measure: () => Promise<Measured>): Subject => ({
  name,
  open: async () => ({ measure, close: async () => undefined }),
})
