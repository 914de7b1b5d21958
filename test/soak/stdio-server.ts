import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { serverUnderLoad } from './server.ts'

// stdio-server.ts <file> <breaks>: a server over pipes that says in the file what it runs. The processes of one client are
// killed one after the other, after as many milliseconds as the breaks say; those that come later live.

const [, , file = '', breaks = '[]'] = process.argv

const say = (text: string): void => appendFileSync(file, `${text}\n`)

const before = existsSync(file) ? readFileSync(file, 'utf8').match(/^began$/gm) : null

const after: number | undefined = JSON.parse(breaks)[before?.length ?? 0]

say('began')

const die = (): void => {
  say('breaks')
  process.kill(process.pid, 'SIGKILL')
}

// A process takes far longer to begin than a connection of a network.
if (after !== undefined) setTimeout(die, after % 200).unref()

const event =
  (name: string) =>
  (client: string, serial: number): void =>
    say(`${name} ${client} ${serial}`)

const tally = { begun: event('begun'), suspended: event('suspended'), done: event('done'), wrong: say }

const logger = { ...console, info: () => undefined, debug: () => undefined }

await serverUnderLoad(tally, { handlers: 0, watches: 0 }, () => undefined).stdio({ logger })
process.exit()
