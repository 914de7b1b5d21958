import type { TestContext } from 'node:test'

/** The clocks stand still until the test ticks `t.mock.timers`, all of them together. */
export const mockClocks = (
  t: TestContext,
  apis: readonly ('setTimeout' | 'Date')[] = ['setTimeout', 'Date'],
  now = 0,
): void => {
  t.mock.timers.enable({ apis: [...apis], now })
  t.mock.method(performance, 'now', () => Date.now())
}

/** Clocks of which one can be set. */
export interface Clocks {
  /** Lets time pass, on all of them. */
  readonly tick: (milliseconds: number) => void
  /** Sets the time of day, while no time passes. */
  readonly set: (milliseconds: number) => void
}

export const DAY = 86_400_000

/** Both ways in which the time of day is wrong by a day until somebody sets it. */
export const JUMPS: readonly (readonly [name: string, milliseconds: number])[] = [
  ['a day forward', DAY],
  ['a day back', -DAY],
]

/** The clocks stand still until the test moves them, and the time of day can be set. */
export const settableClocks = (t: TestContext): Clocks => {
  // The mocked `Date` of Node would take the timers along.
  let passed = 0
  let wall = 1_000 * DAY
  t.mock.timers.enable({ apis: ['setTimeout'] })
  t.mock.method(performance, 'now', () => passed)
  t.mock.method(Date, 'now', () => wall)
  return {
    tick: (milliseconds) => {
      passed += milliseconds
      wall += milliseconds
      t.mock.timers.tick(milliseconds)
    },
    set: (milliseconds) => {
      wall += milliseconds
    },
  }
}
