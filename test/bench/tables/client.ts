import { measureBy, onCore, startServer } from '../processes.ts'
import { type Goal, type Subject, subject, type Table } from '../table.ts'
import { RATE } from './figures.ts'
import { probe } from './probe.ts'
import { serverCommand } from './servers.ts'

const OURS = 'fluent-mcp'
const OFFICIAL = 'official SDK v2'

/** A client of a server over HTTP, which stays the same for all rounds. */
const overHttp = (name: string, client: string, atOnce: number): Subject => ({
  name,
  open: async () => {
    const { child, url } = await startServer(serverCommand('ours', 'http'))
    return {
      measure: () => measureBy('load', probe('client.ts', client, JSON.stringify({ url, atOnce }))),
      close: () => child.end(),
    }
  },
})

/** A client that starts its server. */
const overStdio = (name: string, client: string, atOnce: number): Subject => {
  const command = onCore('server', serverCommand('ours', 'stdio')).flat()
  return subject(name, () => measureBy('load', probe('client.ts', client, JSON.stringify({ command, atOnce }))))
}

const SEQUENTIAL = 1
const CONCURRENT = 32

const table = (
  name: string,
  title: string,
  floor: string,
  open: (name: string, client: string, atOnce: number) => Subject,
  atOnce: number,
  goal: Pick<Goal, 'over' | 'atLeast' | 'unit'>,
): Table => ({
  name,
  title,
  about:
    atOnce === SEQUENTIAL
      ? 'Clients of one and the same server, fluent-mcp’s own: each call waits for the answer to the one before. Processor time is that of the client.'
      : `Clients of one and the same server: ${atOnce} calls are on their way at once. Processor time is that of the client.`,
  figures: RATE,
  subjects: [open(floor, 'raw', atOnce), open(OURS, 'ours', atOnce), open(OFFICIAL, 'official', atOnce)],
  goals: [{ what: title, of: OURS, figure: 'perSecond', ...goal }],
})

const RAW_HTTP = 'a bare `node:http` client'
const RAW_PIPE = 'a bare pipe'

const toRaw = (over: string) => ({ over, atLeast: 80, unit: '%' }) as const
const toOfficial = (atLeast: number) => ({ over: OFFICIAL, atLeast, unit: '×' }) as const

export const client: readonly Table[] = [
  table('client-http', 'client over HTTP, sequential', RAW_HTTP, overHttp, SEQUENTIAL, toRaw(RAW_HTTP)),
  table('client-http-32', 'client over HTTP, 32 at once', RAW_HTTP, overHttp, CONCURRENT, toOfficial(5)),
  table('client-stdio', 'client over stdio, sequential', RAW_PIPE, overStdio, SEQUENTIAL, toRaw(RAW_PIPE)),
  table('client-stdio-32', 'client over stdio, 32 at once', RAW_PIPE, overStdio, CONCURRENT, toOfficial(3)),
]
