import { type Client, type Connection, createClient } from '../../src/client.ts'
import type { Logger } from '../../src/index.ts'
import { SAMPLE } from '../support/recording-client.ts'
import type { Ledger } from './ledger.ts'
import type { Life, Visit } from './life.ts'
import { openRoad, type Place, type Road } from './road.ts'
import type { Keeper } from './server.ts'
import { take } from './steps.ts'
import { after, CALL_MS, type Guest, judge, withoutHanging } from './visit.ts'
import { answerTo, askedOf } from './words.ts'

/** What every client of a run shares. */
export interface World {
  readonly place: Place
  readonly ledger: Ledger
  readonly keep: Keeper
  readonly logger: Logger
}

/** How often a client tries to come in, beyond once for each of its breaks. */
const TRIES = 3

const SOON = { attempts: 8, delayMs: 1, maxDelayMs: 20 }

/** Answers what it is asked, and says when that was meant for another. */
const clientOf = (name: string, ledger: Ledger): Client => {
  const answer = (question: string): string => {
    ledger.counts.asks += 1
    if (askedOf(question) !== name) ledger.wrong(`${name} was asked "${question}"`)
    return answerTo(question)
  }
  return createClient({ name, version: '1.0.0' })
    .elicitation(({ message }) => ({ action: 'accept', content: { words: answer(message) } }))
    .sampling(({ messages: [message] }) => {
      const [block] = message ? [message.content].flat() : []
      return { ...SAMPLE, content: { type: 'text', text: answer(block?.type === 'text' ? block.text : '') } }
    })
}

/** Comes in, as often as it takes. Undefined where its network has broken each time. */
const comeIn = async (
  client: Client,
  name: string,
  { revision, breaks, comesBack }: Life,
  road: Road,
  { ledger, keep, logger }: World,
): Promise<Connection | undefined> => {
  const options = {
    revisions: [revision],
    reconnect: comesBack && SOON,
    timeoutMs: CALL_MS,
    logger,
  } as const
  for (let attempt = 1; attempt <= breaks.length + TRIES; attempt += 1) {
    if (attempt > 1) ledger.counts.again += 1
    try {
      const connection = await withoutHanging(`${name} connects`, client.connect(road.target, options))
      keep('connection', connection)
      if (connection.protocolVersion !== revision) ledger.wrong(`${name} speaks ${connection.protocolVersion}`)
      return connection
    } catch (error) {
      judge({ name, ledger, isDisturbed: () => breaks.length > 0 } as Guest, 'connecting', error)
    }
  }
  if (breaks.length === 0) ledger.wrong(`${name} never came in`)
  return undefined
}

const doAll = async (guest: Guest, { steps, isTogether }: Visit): Promise<void> => {
  if (isTogether) {
    await Promise.all(steps.map((step) => take(guest, step)))
    return
  }
  for (const step of steps) await take(guest, step)
}

/** Does what the visit says, and ends it. */
const visit = async (guest: Guest, plan: Visit, road: Road): Promise<void> => {
  const { connection, name } = guest
  const done = doAll(guest, plan)
  if (plan.end !== 'closes') await Promise.race([done, after(plan.endsAfter)])
  if (plan.end === 'leaves') await withoutHanging(`${name} leaves`, connection.close())
  if (plan.end === 'vanishes') road.end()
  await done
  if (plan.end === 'closes') await withoutHanging(`${name} closes`, connection.close())
}

/** Lives a life to its end. Never rejects. */
export const live = async (name: string, life: Life, world: World): Promise<void> => {
  const { ledger, keep } = world
  const road = await openRoad(name, world.place, life)
  const client = clientOf(name, ledger)
  try {
    for (const [index, plan] of life.visits.entries()) {
      if (index > 0) ledger.counts.again += 1
      const connection = await comeIn(client, name, life, road, world)
      if (!connection) break
      const isDisturbed = (): boolean => life.breaks.length > 0 || plan.end !== 'closes'
      await visit({ name, connection, ledger, keep, isDisturbed }, plan, road)
      if (plan.end === 'vanishes') break
    }
  } catch (error) {
    ledger.wrong(`${name}: ${error}`)
  } finally {
    await road.close()
  }
}
