import { start, waitForOutput } from '../../../scripts/child.ts'
import { openSession } from '../http.ts'
import { helperCommand, onCore, type Started, startServer } from '../processes.ts'
import { type Measured, type Subject, subject, type Table } from '../table.ts'
import { serverCommand } from './servers.ts'

const KB = 1024
const MANY = 1000
const TIMEOUT_MS = 60_000

const ask = async ({ url }: Started, path: string): Promise<Measured> => (await fetch(new URL(path, url))).json()

const readers = async ({ url }: Started, count: number): Promise<{ end(): Promise<void> }> => {
  const child = start(...onCore('load', helperCommand('load/listeners.ts', url, String(count))))
  await waitForOutput(child, /^ready$/m, TIMEOUT_MS)
  return child
}

const serve = (name: string): Promise<Started> =>
  startServer(name === 'floor' ? serverCommand('floor', 'streams') : serverCommand('ours', 'http'))

/** Listeners that stay for all rounds. */
const notified = (name: string, server: string, count: number): Subject => ({
  name,
  open: async () => {
    const started = await serve(server)
    const reading = await readers(started, count)
    const close = async (): Promise<void> => {
      await reading.end()
      await started.child.end()
    }
    return { measure: () => ask(started, '/notify'), close }
  },
})

const eachOf = (before: Measured, after: Measured): Measured => {
  const share = (key: string): number => ((after[key] ?? Number.NaN) - (before[key] ?? Number.NaN)) / MANY / KB
  return { heap: share('heapUsed'), resident: share('rss') }
}

/** What each of many streams adds to a server that has had so many before: how large the heap is made counts once. */
const streamMemory = async (server: string): Promise<Measured> => {
  const started = await serve(server)
  await (await readers(started, MANY)).end()
  const first = await readers(started, 1)
  const before = await ask(started, '/memory')
  const reading = await readers(started, MANY)
  const after = await ask(started, '/memory')
  await Promise.all([first.end(), reading.end()])
  await started.child.end()
  return eachOf(before, after)
}

const sessionMemory = async (): Promise<Measured> => {
  const started = await serve('ours')
  const open = async (count: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) await openSession(started.url, '2025-06-18')
  }
  await open(100)
  const before = await ask(started, '/memory')
  await open(MANY)
  const after = await ask(started, '/memory')
  await started.child.end()
  return eachOf(before, after)
}

const SOCKETS = '1,000 bare socket writes'
const LISTENERS = '1,000 listeners'
const SESSION = 'idle session'
const STREAM = 'idle listen stream'

export const listeners: readonly Table[] = [
  {
    name: 'notify',
    title: 'One notification to many listeners',
    about:
      'Processor time of the server for one `notify.toolsChanged()`, until all is handed to the system: event streams over HTTP, 2026-07-28.',
    figures: [{ key: 'microseconds', heading: 'CPU, µs', digits: 0, divided: true }],
    subjects: [
      notified(SOCKETS, 'floor', MANY),
      notified('1 listener', 'ours', 1),
      notified('100 listeners', 'ours', 100),
      notified(LISTENERS, 'ours', MANY),
    ],
    goals: [
      {
        what: 'notification to 1,000 listeners',
        of: LISTENERS,
        figure: 'microseconds',
        over: SOCKETS,
        atMost: 3,
        unit: '×',
      },
    ],
  },
  {
    name: 'idle',
    title: 'Memory of what is idle',
    about: `What each of ${MANY} adds, the garbage collected before and after. Of a stream over bare \`node:http\`, the connection alone.`,
    figures: [
      { key: 'heap', heading: 'heap, KB each', digits: 1 },
      { key: 'resident', heading: 'resident, KB each', digits: 1 },
    ],
    subjects: [
      subject(SESSION, sessionMemory),
      subject(STREAM, () => streamMemory('ours')),
      subject('the same, bare `node:http`', () => streamMemory('floor')),
    ],
    goals: [
      { what: 'idle session, heap', of: SESSION, figure: 'heap', atMost: 4, unit: 'KB' },
      { what: 'idle listen stream, resident', of: STREAM, figure: 'resident', atMost: 20, unit: 'KB' },
    ],
  },
]
