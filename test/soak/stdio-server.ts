import { appendFileSync } from 'node:fs'
import { serverUnderLoad } from './server.ts'

// stdio-server.ts <file> <breaks>: a server over pipes that says in the file what it runs. Where there are breaks, it is
// killed after so many runs, as long as it takes to have been killed once for each of them.

const [, , file = '', breaks = '[]'] = process.argv

const say = (text: string): void => appendFileSync(file, `${text}\n`)

const chances: readonly number[] = JSON.parse(breaks)

/** One that is to break breaks in each process anew: by chance, and so never for ever. */
const left = chances[Math.floor(Math.random() * (chances.length * 2))]

if (left !== undefined) setTimeout(() => process.kill(process.pid, 'SIGKILL'), left % 400).unref()

const event =
  (name: string) =>
  (client: string, serial: number): void =>
    say(`${name} ${client} ${serial}`)

const tally = { begun: event('begun'), suspended: event('suspended'), done: event('done'), wrong: say }

await serverUnderLoad(tally, { handlers: 0, watches: 0 }, () => undefined).stdio({
  logger: { ...console, info: () => undefined, debug: () => undefined },
})
process.exit()
