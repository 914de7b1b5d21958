import { spawn } from 'node:child_process'
import { Agent, request } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { type Call, callHeaders, callText, checkAnswer } from '../messages.ts'
import { clientLibrary } from './library.ts'

// Calls of one client: how many a second, and the processor time of each. The server is a process of its own.

const [, , name = '', json = ''] = process.argv

/** A URL, or the command of a server that speaks stdio; and how many calls are on their way at once. */
const { url, command, atOnce }: { url?: string; command?: readonly string[]; atOnce: number } = JSON.parse(json)

// Enough for seconds, most of them with code that has been optimised: over a pipe, calls at once take microseconds.
const [WARM_UP, MEASURED] = url === undefined && atOnce > 1 ? [20_000, 40_000] : [4_000, 8_000]

const CALL: Call = { revision: '2026-07-28', method: 'tools/call' }
const INFO = { name: 'bench', version: '1.0.0' }
const ARGUMENTS = { a: 2, b: 3 }

/** Makes one call, and throws for a wrong answer. */
type Once = () => Promise<void>

const check = (sum: string | undefined): void => {
  if (sum !== '5') throw new Error(`2 and 3 were added to ${sum}`)
}

/** Bare `node:http`: a request, its body, JSON both ways. */
const rawHttp = (address: string): Once => {
  const agent = new Agent({ keepAlive: true })
  const headers = callHeaders(CALL)
  let id = 0
  return () =>
    new Promise((resolve, reject) => {
      const body = callText(CALL, ++id)
      const options = { agent, method: 'POST', headers: { ...headers, 'Content-Length': Buffer.byteLength(body) } }
      const sent = request(address, options, (response) => {
        const chunks: Uint8Array[] = []
        response.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        response.on('end', () => {
          checkAnswer(CALL, Buffer.concat(chunks).toString())
          resolve()
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
}

/** A bare pipe: a line for each call, and JSON both ways. */
const rawStdio = ([file = '', ...args]: readonly string[]): Once => {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const waiting = new Map<number, () => void>()
  let rest = ''
  let id = 0
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      const { id: answered, result } = JSON.parse(line)
      check(result.content[0].text)
      waiting.get(answered)?.()
      waiting.delete(answered)
    }
  })
  return () =>
    new Promise((resolve) => {
      id += 1
      waiting.set(id, resolve)
      child.stdin.write(`${callText(CALL, id)}\n`)
    })
}

const ours = async (): Promise<Once> => {
  const [file = '', ...args] = command ?? []
  const client = await clientLibrary.createClient(INFO).connect(url ?? { command: file, args })
  return async () => check((await client.callTool('add', ARGUMENTS)).text)
}

const official = async (): Promise<Once> => {
  const client = new Client(INFO, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  const [file = '', ...args] = command ?? []
  await client.connect(
    url === undefined
      ? new StdioClientTransport({ command: file, args })
      : new StreamableHTTPClientTransport(new URL(url)),
  )
  return async () => {
    const [first] = (await client.callTool({ name: 'add', arguments: ARGUMENTS })).content
    check(first?.type === 'text' ? first.text : undefined)
  }
}

const SUBJECTS: Readonly<Record<string, () => Once | Promise<Once>>> = {
  raw: () => (url === undefined ? rawStdio(command ?? []) : rawHttp(url)),
  ours,
  official,
}

const open = SUBJECTS[name]
if (!open) throw new Error(`there is no client "${name}"`)
const once = await open()

const run = async (count: number): Promise<void> => {
  let left = count
  const turn = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await once()
    }
  }
  await Promise.all(Array.from({ length: atOnce }, turn))
}

await run(WARM_UP)
const [cpuBefore, started] = [process.cpuUsage(), performance.now()]
await run(MEASURED)
const seconds = (performance.now() - started) / 1000
const { user, system } = process.cpuUsage(cpuBefore)
console.log(JSON.stringify({ perSecond: MEASURED / seconds, cpu: (user + system) / MEASURED }))
// A bare pipe has nothing to close it with.
process.exit(0)
