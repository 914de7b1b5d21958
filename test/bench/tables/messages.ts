import { post } from '../http.ts'
import { headersOf, requestText } from '../messages.ts'
import { cpuMsOf, forgetPeak, peakOf, residentOf, type Started, startServer } from '../processes.ts'
import type { Measured, Subject, Table } from '../table.ts'
import { rowsOf } from '../targets/rows.mjs'
import { serverCommand } from './servers.ts'

const MB = 1024 * 1024
const SIZES = { '1 KB': 1024, '100 KB': 100 * 1024, '1 MB': MB, '10 MB': 10 * MB } as const
/** So much is sent in one measurement of processor time: the clock is no finer. */
const BYTES = 20 * MB
const REPEATS = 200

type Size = keyof typeof SIZES
type Direction = 'in' | 'out'

/** A call whose request is of a size, or whose answer is: that holds the rows twice, once as a text. */
const callOf = (size: Size, direction: Direction): { readonly name: string; readonly text: string } => {
  const rows = Math.round(SIZES[size] / (direction === 'in' ? 52 : 118))
  const name = direction === 'in' ? 'take' : 'give'
  const args = direction === 'in' ? { rows: rowsOf(rows) } : { count: rows }
  return { name, text: requestText('2026-07-28', 1, 'tools/call', { name, arguments: args }) }
}

const headersFor = (name: string): Record<string, string> => headersOf('2026-07-28', 'tools/call', name)

const send = async (url: string, name: string, text: string): Promise<string> =>
  (await post(url, headersFor(name), text)).text()

const cpuOf = async ({ pid, url }: Started, name: string, text: string, repeats: number): Promise<number> => {
  const before = cpuMsOf(pid)
  for (let count = 0; count < repeats; count += 1) await send(url, name, text)
  return (cpuMsOf(pid) - before) / repeats
}

/** What parsing a message and writing it again takes, in milliseconds of processor time. */
const jsonOf = (text: string, repeats: number): number => {
  const { user, system } = process.cpuUsage()
  for (let count = 0; count < repeats; count += 1) JSON.stringify(JSON.parse(text))
  const after = process.cpuUsage()
  return (after.user - user + after.system - system) / 1000 / repeats
}

/** How much more memory than before one message takes while it is answered. */
const memoryOf = async ({ pid, url }: Started, name: string, text: string): Promise<number> => {
  await (await fetch(new URL('/memory', url))).text()
  forgetPeak(pid)
  const before = residentOf(pid)
  await send(url, name, text)
  return peakOf(pid) - before
}

const check = (direction: Direction, size: Size, message: string): void => {
  const isRight = direction === 'in' ? message.length < 1024 : Math.abs(message.length / SIZES[size] - 1) < 0.3
  if (!isRight || message.includes('"isError":true')) throw new Error(`${direction}: ${message.slice(0, 500)}`)
}

const message = (size: Size, direction: Direction): Subject => ({
  name: `${size} ${direction}`,
  open: async () => {
    const { name, text } = callOf(size, direction)
    const [ours, floor] = [
      await startServer(serverCommand('ours', 'messages')),
      await startServer(serverCommand('floor', 'http')),
    ]
    const repeats = Math.max(3, Math.min(REPEATS, Math.round(BYTES / SIZES[size])))
    const answer = await send(ours.url, name, text)
    check(direction, size, answer)
    const same = direction === 'in' ? text : answer
    const measure = async (): Promise<Measured> => {
      const memory = await memoryOf(ours, name, text)
      const bare = await cpuOf(floor, name, text, repeats)
      const time = await cpuOf(ours, name, text, repeats)
      const json = jsonOf(same, repeats)
      return { json, bare, time, times: time / json, perMB: time / (same.length / MB), memory: memory / same.length }
    }
    await measure()
    return { measure, close: () => Promise.all([ours.child.end(), floor.child.end()]) }
  },
})

const subjects = (['in', 'out'] as const).flatMap((direction) =>
  (Object.keys(SIZES) as Size[]).map((size) => message(size, direction)),
)

const goalsOf = (direction: Direction): Table['goals'] => [
  {
    what: `10 MB ${direction}, to parsing and serialising it`,
    of: `10 MB ${direction}`,
    figure: 'times',
    atMost: 1.5,
    unit: '×',
  },
  { what: `10 MB ${direction}, memory to its size`, of: `10 MB ${direction}`, figure: 'memory', atMost: 6, unit: '×' },
  {
    what: `10 MB ${direction}, time for each MB to that at 1 MB`,
    of: `10 MB ${direction}`,
    figure: 'perMB',
    over: `1 MB ${direction}`,
    atMost: 1.5,
    unit: '×',
  },
]

export const messages: Table = {
  name: 'messages',
  title: 'Messages of 1 KB to 10 MB',
  about:
    'HTTP, limits raised, an array of small objects in the arguments, or in the result, where it stands twice: as a text, too. Processor time of the server, everything from socket to socket, against `JSON.stringify(JSON.parse(…))` of the same message, and against bare `node:http` with the same JSON work. Memory is the peak of one message over what was resident before.',
  figures: [
    { key: 'json', heading: 'JSON alone, ms', digits: 2 },
    { key: 'bare', heading: 'bare `node:http`, ms', digits: 2 },
    { key: 'time', heading: 'fluent-mcp, ms', digits: 2 },
    { key: 'times', heading: 'to JSON, ×', digits: 2 },
    { key: 'perMB', heading: 'ms/MB', digits: 1 },
    { key: 'memory', heading: 'memory, × its size', digits: 1 },
  ],
  subjects,
  goals: [...goalsOf('in'), ...goalsOf('out')],
}
