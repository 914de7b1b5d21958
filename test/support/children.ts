import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import type { TransportReceiver } from '../../src/index.ts'
import { type ChildTransport, type SpawnOptions, spawnTransport } from '../../src/transport/spawn/spawn.ts'

// Children of tests: what they do stands in the test, as a function that runs in a process of its own. They tell the test what
// happens over a socket, which also tells when they are gone.

/** What a behaviour finds in its process. */
export interface Inside {
  /** Tells the test something. Settles when it has left. */
  readonly say: (text: string) => Promise<void>
  /** Writes a line to stdout. */
  readonly out: (text: string) => void
  /** Calls back for each line of stdin. */
  readonly onLine: (listener: (line: string) => void) => void
  /** Calls back for each line that the test says. */
  readonly onWord: (listener: (word: string) => void) => void
  /** Starts another process with the stdout and stderr of this one. */
  readonly beget: (behaviour: Behaviour, name: string) => void
}

/** Must be self-contained: it is handed over as text. */
export type Behaviour = (inside: Inside) => void

// Runs in the child. It stays alive until it is told otherwise, since its socket is open.
const live = (behaviour: Behaviour, source: string): void => {
  const { connect } = require('node:net') as typeof import('node:net')
  const { spawn } = require('node:child_process') as typeof import('node:child_process')
  const { createInterface } = require('node:readline') as typeof import('node:readline')
  const [, port, name] = process.argv
  const socket = connect(Number(port), '127.0.0.1')
  const inside: Inside = {
    say: (text) => new Promise((resolve) => socket.write(`${text}\n`, () => resolve())),
    out: (text) => void process.stdout.write(`${text}\n`),
    onLine: (listener) => void createInterface(process.stdin).on('line', listener),
    onWord: (listener) => void createInterface(socket).on('line', listener),
    beget: (other, otherName) => {
      const args = ['-e', `const live = ${source}; live(${other}, String(live))`, String(port), otherName]
      spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] }).unref()
    },
  }
  socket.write(`${name}\n`, () => behaviour(inside))
}

/** Things in the order in which they came, each of which is taken once. */
export class Queue<Item> {
  readonly #items: Item[] = []
  readonly #takers: ((item: Item) => void)[] = []

  get size(): number {
    return this.#items.length
  }

  readonly add = (item: Item): void => {
    const taker = this.#takers.shift()
    if (taker) taker(item)
    else this.#items.push(item)
  }

  next(): Promise<Item> {
    return this.#items.length > 0
      ? Promise.resolve(this.#items.shift() as Item)
      : new Promise((resolve) => this.#takers.push(resolve))
  }
}

/** A process that has called, as the test sees it. */
export interface Caller {
  /** What it says, one at a time. */
  readonly said: Queue<string>
  /** Says a line to it. */
  readonly tell: (word: string) => void
  /** Settles when it has ended. */
  readonly gone: Promise<unknown>
}

const callerOn = (socket: Socket, named: (name: string, caller: Caller) => void): void => {
  const said = new Queue<string>()
  const caller: Caller = {
    said,
    tell: (word) => void socket.write(`${word}\n`),
    gone: new Promise((resolve) => socket.on('close', resolve)),
  }
  let rest = ''
  let isNamed = false
  socket.on('error', () => undefined)
  socket.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n')
    rest = lines.pop() as string
    for (const line of lines) {
      if (isNamed) said.add(line)
      else named(line, caller)
      isNamed = true
    }
  })
}

/** Where the children of a test call. */
export const beacon = async (t: TestContext) => {
  const callers = new Map<string, Queue<Caller>>()
  const sockets = new Set<Socket>()
  const queue = (name: string): Queue<Caller> => {
    const known = callers.get(name) ?? new Queue<Caller>()
    callers.set(name, known)
    return known
  }
  const server = createServer((socket) => {
    sockets.add(socket)
    callerOn(socket, (name, caller) => queue(name).add(caller))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    /** The process of that name, once it has called. */
    caller: (name: string): Promise<Caller> => queue(name).next(),
    /** What starts a process of that name. */
    command: (behaviour: Behaviour, name = 'server') => ({
      command: process.execPath,
      args: ['-e', `const live = ${live}; live(${behaviour}, String(live))`, String(port), name],
    }),
  }
}

/** A receiver that keeps what it hears. */
export const listening = (message: TransportReceiver['message'] = () => undefined) => {
  const heard: string[] = []
  const texts = new Queue<string>()
  const problems = new Queue<string>()
  let close!: (error: Error | undefined) => void
  const closed = new Promise<Error | undefined>((resolve) => {
    close = resolve
  })
  const receiver: TransportReceiver = {
    message: (text) => {
      heard.push(text)
      texts.add(text)
      return message(text)
    },
    malformed: (reason) => {
      heard.push(`malformed: ${reason}`)
      problems.add(reason)
    },
    ended: () => void heard.push('ended'),
    closed: (error) => {
      heard.push('closed')
      close(error)
    },
  }
  return { receiver, heard, texts, problems, closed }
}

/** A child that was started over a transport. It is ended with its test at the latest. */
export interface Server extends Omit<ReturnType<typeof listening>, 'receiver'> {
  readonly transport: ChildTransport
  /** The server itself. */
  readonly caller: Caller
  /** What it has begot, once it has called. */
  readonly other: (name: string) => Promise<Caller>
}

/**
 * Starts a child that behaves in a way.
 * @param early what is sent before
 */
export const serverThat = async (
  t: TestContext,
  behaviour: Behaviour,
  options: Partial<SpawnOptions> = {},
  message?: TransportReceiver['message'],
  early: readonly string[] = [],
): Promise<Server> => {
  const { command, caller } = await beacon(t)
  const transport = spawnTransport({ ...command(behaviour), ...options })
  const { receiver, ...rest } = listening(message)
  t.after(() => transport.close(new Error('the test is over')))
  for (const text of early) void transport.send(text)
  await transport.start(receiver)
  return { ...rest, transport, caller: await caller('server'), other: caller }
}
