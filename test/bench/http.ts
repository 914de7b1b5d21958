import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runOrThrow } from '../../scripts/child.ts'
import {
  type BenchRevision,
  type Call,
  callHeaders,
  callText,
  checkAnswer,
  headersOf,
  initializedText,
  initializeText,
} from './messages.ts'
import { cpuMsOf, onCore, startServer } from './processes.ts'
import type { Measured, Subject } from './table.ts'

export const CONNECTIONS = 32
const SECONDS = 2
const WARM_UP_CALLS = 30_000
const WARM_UP_LOADS = 4

/** Sends one message, and resolves to its response; throws for a status that is no success. */
export const post = async (url: string, headers: Record<string, string>, body: string): Promise<Response> => {
  const response = await fetch(url, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`HTTP ${response.status}: ${(await response.text()).slice(0, 500)}`)
  return response
}

/** Opens a session. Resolves to the headers that its requests carry from then on. */
export const openSession = async (url: string, revision: BenchRevision): Promise<Record<string, string>> => {
  const opened = await post(url, headersOf(revision, 'initialize'), initializeText(revision))
  await opened.text()
  const id = opened.headers.get('mcp-session-id')
  if (id === null) throw new Error('the server opened no session')
  const headers = { ...headersOf(revision, 'notifications/initialized'), 'Mcp-Session-Id': id }
  await (await post(url, headers, initializedText)).text()
  return { 'Mcp-Session-Id': id }
}

const script = (call: Call, headers: Record<string, string>): string =>
  [
    'wrk.method = "POST"',
    `wrk.body = [==[${callText(call, 1)}]==]`,
    ...Object.entries(headers).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`),
  ].join('\n')

const TO_MS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000 }

const numberIn = (output: string, pattern: RegExp): number => {
  const [, found, unit] = pattern.exec(output) ?? []
  if (found === undefined) throw new Error(`wrk printed nothing like ${pattern}:\n${output}`)
  return Number(found) * (TO_MS[unit ?? ''] ?? 1)
}

const read = (output: string, cpuMs: number): Measured => {
  const errors = /Non-2xx or 3xx responses: \d+|Socket errors: .*[1-9].*/.exec(output)?.[0]
  if (errors !== undefined) throw new Error(`wrk met errors: ${errors}`)
  return {
    perSecond: numberIn(output, /^Requests\/sec:\s+([\d.]+)$/m),
    p99: numberIn(output, /^\s+99%\s+([\d.]+)(us|ms|s) *$/m),
    cpu: (cpuMs * 1000) / numberIn(output, /^\s+(\d+) requests in /m),
  }
}

/** Until its code is compiled, a server is slower; one that answers few calls a second is not waited for. */
const warmUp = async (load: () => Promise<Measured>): Promise<void> => {
  for (let calls = 0, loads = 0; calls < WARM_UP_CALLS && loads < WARM_UP_LOADS; loads += 1) {
    calls += ((await load())['perSecond'] ?? 0) * SECONDS
  }
}

/** What a server is asked over HTTP, under the load of wrk. */
export interface HttpLoad {
  readonly call: Call
  readonly session?: boolean
  readonly command: readonly string[]
}

/** A server under load over HTTP. It is started once, and has nothing to do while others are measured. */
export const overHttp = (name: string, { call, session, command }: HttpLoad): Subject => ({
  name,
  open: async () => {
    const { child, pid, url } = await startServer(command)
    const file = join(tmpdir(), `fluent-mcp-wrk-${pid}.lua`)
    const close = async (): Promise<void> => {
      await child.end()
      await rm(file, { force: true })
    }
    const load = async (): Promise<Measured> => {
      const wrk = ['wrk', '-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, '--timeout', '20s', '--latency', '-s', file, url]
      const before = cpuMsOf(pid)
      const output = await runOrThrow(...onCore('load', wrk), { timeoutMs: 60_000 })
      return read(output, cpuMsOf(pid) - before)
    }
    try {
      const headers = { ...callHeaders(call), ...(session && (await openSession(url, call.revision))) }
      await writeFile(file, script(call, headers))
      checkAnswer(call, await (await post(url, headers, callText(call, 1))).text())
      await warmUp(load)
      return { measure: load, close }
    } catch (error) {
      await close()
      throw error
    }
  },
})
