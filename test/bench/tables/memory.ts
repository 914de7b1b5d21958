import { measureBy } from '../processes.ts'
import { subject, type Table } from '../table.ts'
import { RATE } from './figures.ts'
import { probe } from './probe.ts'

const FLOOR = 'the JSON work alone'

export const memory: Table = {
  name: 'memory',
  title: 'Memory transport',
  about: 'Client and server in one process, 100 calls on their way at once. The floor parses, adds and serialises.',
  figures: RATE,
  subjects: [
    subject(FLOOR, () => measureBy('server', probe('memory.ts', 'floor'))),
    subject('fluent-mcp', () => measureBy('server', probe('memory.ts', 'ours'))),
    subject('official SDK v1, 2025-06-18', () => measureBy('server', probe('memory.ts', 'official'))),
  ],
  goals: [],
}
