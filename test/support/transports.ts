import type { Transport } from '../../src/index.ts'
import { Inbox } from './connection.ts'
import type { Reply } from './messages.ts'

/** The client's side of a transport, in the hands of a test. */
export interface Caller {
  readonly transport: Transport
  readonly inbox: Inbox
  /** What was said of what is no message. */
  readonly problems: readonly string[]
  /** How often the other side has said that it has nothing more to say. */
  readonly ends: { count: number }
  /** Settles when it is over, with what broke it. */
  readonly closed: Promise<Error | undefined>
  readonly send: (...messages: readonly unknown[]) => void
  readonly next: () => Promise<Reply>
}

/** Starts a transport as a client does, and keeps what comes. */
export const callerOn = async (transport: Transport): Promise<Caller> => {
  const inbox = new Inbox()
  const problems: string[] = []
  const ends = { count: 0 }
  let close: (error: Error | undefined) => void = () => undefined
  const closed = new Promise<Error | undefined>((resolve) => {
    close = resolve
  })
  await transport.start({
    message: (text) => inbox.add(JSON.parse(text)),
    malformed: (reason) => void problems.push(reason),
    ended: () => {
      ends.count += 1
    },
    closed: (error) => close(error),
  })
  const send: Caller['send'] = (...messages) => {
    for (const message of messages) void transport.send(JSON.stringify(message))
  }
  return { transport, inbox, problems, ends, closed, send, next: () => inbox.next() }
}
