import {
  type Client,
  type Connection,
  createClient,
  type ElicitationAnswer,
  type ElicitationAsk,
  type ListenFilter,
  type LogMessage,
  type Subscription,
} from '../../src/client.ts'
import type { Logger } from '../../src/index.ts'
import type { Root, SampleParams } from '../../src/model/types.ts'
import { Inbox } from './connection.ts'

/** A client that answers everything, and keeps what it was asked and told. */
export interface RecordingClient {
  readonly client: Client
  /** What it answers; a test may change it. */
  elicited: ElicitationAnswer
  roots: readonly Root[]
  readonly asked: Inbox<ElicitationAsk>
  readonly sampled: Inbox<SampleParams>
  readonly logged: Inbox<LogMessage>
}

/** What its model says. */
export const SAMPLE = { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'atlas' } as const

/** What goes wrong is shown; what is ordinary is not. */
export const calmLogger: Logger = { ...console, debug: () => undefined }

/** Makes a client that has all capabilities. */
export const recordingClient = (): RecordingClient => {
  const recording: RecordingClient = {
    client: createClient({ name: 'interop', version: '1.0.0' })
      .elicitation((ask) => {
        recording.asked.add(ask)
        return recording.elicited
      })
      .sampling((params) => {
        recording.sampled.add(params)
        return SAMPLE
      })
      .roots(() => recording.roots)
      .logging((message) => recording.logged.add(message)),
    elicited: { action: 'accept', content: { name: 'Ada' } },
    roots: [{ uri: 'file:///work', name: 'work' }],
    asked: new Inbox(),
    sampled: new Inbox(),
    logged: new Inbox(),
  }
  return recording
}

/** Listens while `work` is done. */
export const whileListening = async <T>(
  connection: Connection,
  filter: ListenFilter,
  work: (changes: Subscription) => Promise<T>,
): Promise<T> => {
  const changes = connection.listen(filter)
  try {
    return await work(changes)
  } finally {
    await changes.close()
  }
}
