import type { Figure } from '../table.ts'

/** What a load measures: calls per second, and the processor time of the server for each. */
export const RATE: readonly Figure[] = [
  { key: 'perSecond', heading: 'calls/s', digits: 0, divided: true },
  { key: 'cpu', heading: 'CPU, µs/call', digits: 1, divided: true },
]

export const RATE_OVER_HTTP: readonly Figure[] = [...RATE, { key: 'p99', heading: 'p99, ms', digits: 2, divided: true }]
