import { spawn } from 'node:child_process'
import { type BenchRevision, type Call, callText, checkAnswer, openingTexts } from '../messages.ts'
import { printRate, WARM_UP_CALLS } from './counted.ts'

// Load for stdio: starts the server that the command names, checks one answer, warms up and measures.

/** How many calls are written at once, and how many may be under way. */
const MODES = { pipelined: { batch: 100, window: 2_000 }, sequential: { batch: 1, window: 1 } } as const

const [revision = '', mode = '', command = '', ...args] = process.argv.slice(2)
if (mode !== 'pipelined' && mode !== 'sequential') throw new Error(`unknown mode ${mode}`)
const call: Call = { revision: revision as BenchRevision, method: 'tools/call' }

const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
process.on('exit', () => child.kill('SIGKILL'))
child.on('error', (error) => {
  throw new Error(`${command} could not be started: ${error.message}`)
})
child.on('exit', (code) => {
  throw new Error(`the server ended with code ${code}`)
})

/** Resolves to the next line; used before the load only. */
const nextLine = (): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    const read = (part: Buffer): void => {
      text += part.toString()
      if (!text.endsWith('\n')) return
      child.stdout.off('data', read)
      resolve(text.trimEnd())
    }
    child.stdout.on('data', read)
  })

const opening = openingTexts(call.revision)
if (opening.length > 0) {
  child.stdin.write(opening.map((line) => `${line}\n`).join(''))
  await nextLine()
}
child.stdin.write(`${callText(call, 0)}\n`)
checkAnswer(call, await nextLine())

/** Built once: enough batches that no id is used again while it is under way. */
const batchesOf = ({ batch, window }: (typeof MODES)['pipelined' | 'sequential']): readonly Buffer[] =>
  Array.from({ length: (2 * window) / batch }, (_, index) => {
    const ids = Array.from({ length: batch }, (_, position) => 1 + index * batch + position)
    return Buffer.from(ids.map((id) => `${callText(call, id)}\n`).join(''))
  })

const NEWLINE = 10
const ERROR = Buffer.from('"error":')
const IS_ERROR = Buffer.from('"isError":true')

let sent = 0
let answered = 0
let hear = (): void => undefined

child.stdout.on('data', (part: Buffer) => {
  if (part.includes(ERROR) || part.includes(IS_ERROR))
    throw new Error(`an error came back: ${part.toString().slice(0, 500)}`)
  for (let at = part.indexOf(NEWLINE); at !== -1; at = part.indexOf(NEWLINE, at + 1)) answered += 1
  hear()
})

/** Keeps the window full. Resolves when `until` calls have been answered; with none, goes on for ever. */
const load = (shape: (typeof MODES)['pipelined' | 'sequential'], until = Number.POSITIVE_INFINITY): Promise<void> =>
  new Promise((resolve) => {
    const batches = batchesOf(shape)
    hear = () => {
      while (sent < until && sent - answered + shape.batch <= shape.window) {
        child.stdin.write(batches[(sent / shape.batch) % batches.length] ?? '')
        sent += shape.batch
      }
      if (answered >= until) resolve()
    }
    hear()
  })

await load(MODES.pipelined, WARM_UP_CALLS)
void load(MODES[mode])
await printRate(child.pid as number, () => answered)
