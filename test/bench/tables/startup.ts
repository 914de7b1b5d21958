import { spawn } from 'node:child_process'
import { callText, checkAnswer } from '../messages.ts'
import { cpuMsOf, measureBy, onCore } from '../processes.ts'
import { type Measured, subject, type Table } from '../table.ts'
import { probe } from './probe.ts'
import { STATELESS, serverCommand } from './servers.ts'

const BARE = 'bare Node script'
const OURS = 'fluent-mcp'
/** One start varies by more than what is to be measured. */
const STARTS = 7

const start = (command: readonly string[]): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const [program, args] = onCore('server', command)
    const began = performance.now()
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    child.on('error', reject)
    child.stdin.end(`${callText(STATELESS, 1)}\n`)
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      if (!text.endsWith('\n')) return
      const elapsed = performance.now() - began
      const cpu = cpuMsOf(child.pid as number)
      checkAnswer(STATELESS, text.trimEnd())
      child.on('close', () => resolve({ elapsed, cpu }))
      child.kill('SIGKILL')
    })
  })

/** The fastest of several: whatever else the machine does only ever adds. */
const fastest = async (measure: () => Promise<Measured>): Promise<Measured> => {
  const all: Measured[] = []
  for (let count = 0; count < STARTS; count += 1) all.push(await measure())
  const least = (key: string): number => Math.min(...all.map((one) => one[key] ?? Number.NaN))
  return Object.fromEntries(Object.keys(all[0] ?? {}).map((key) => [key, least(key)]))
}

export const startup: Table = {
  name: 'startup',
  title: 'Start-up to the first answer over stdio',
  about: `From the start of the process to its first answer, the call waiting on stdin. Each figure is the best of ${STARTS} starts.`,
  figures: [
    { key: 'elapsed', heading: 'ms', digits: 0, divided: true },
    { key: 'cpu', heading: 'CPU, ms', digits: 0, divided: true },
  ],
  subjects: [
    subject(BARE, () => fastest(() => start(serverCommand('floor', 'stdio')))),
    subject(OURS, () => fastest(() => start(serverCommand('ours', 'stdio')))),
    subject('official SDK v2', () => fastest(() => start(serverCommand('official-v2', 'stdio')))),
  ],
  goals: [
    { what: 'start-up over a bare script', of: OURS, figure: 'elapsed', less: BARE, atMost: 30, unit: 'ms' },
    { what: 'the same, processor time', of: OURS, figure: 'cpu', less: BARE, atMost: 30, unit: 'ms' },
  ],
}

const importOf = (name: string, specifier: string) =>
  subject(name, () => fastest(() => measureBy('server', probe('import.mjs', specifier))))

export const importing: Table = {
  name: 'import',
  title: 'Import of the root entry',
  about: `In a fresh process, behind an import of nothing. Each figure is the best of ${STARTS} processes.`,
  figures: [
    { key: 'elapsed', heading: 'ms', digits: 1 },
    { key: 'cpu', heading: 'CPU, ms', digits: 1 },
    { key: 'resident', heading: 'resident, MB', digits: 1 },
    { key: 'heap', heading: 'heap, MB', digits: 1 },
  ],
  subjects: [
    importOf(OURS, '../../../dist/index.js'),
    importOf('of that: valibot', 'valibot'),
    importOf('official SDK v2', '@modelcontextprotocol/server'),
    importOf('official SDK v1', '@modelcontextprotocol/sdk/server/mcp.js'),
  ],
  goals: [
    { what: 'import of the root entry', of: OURS, figure: 'elapsed', atMost: 15, unit: 'ms' },
    { what: 'the same, processor time', of: OURS, figure: 'cpu', atMost: 15, unit: 'ms' },
    { what: 'the same, resident memory', of: OURS, figure: 'resident', atMost: 8, unit: 'MB' },
  ],
}
