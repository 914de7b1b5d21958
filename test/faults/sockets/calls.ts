import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import * as v from 'valibot'
import type { Connection } from '../../../src/client.ts'
import { ConnectionError } from '../../../src/client.ts'
import { type Context, createServer } from '../../../src/index.ts'
import type { Direction, Manner } from '../../support/proxy.ts'
import { divided, type Lane, outcomeOf, type Site, type SocketWay } from './ways.ts'

const LANES = 4

/** What the server does in a call. */
export type Work = 'report' | 'ask'

/** A server that counts how often it was called with each number. */
const counting = () => {
  const counts = new Map<string, number>()
  const running = new Set<string>()
  const work: Readonly<Record<Work, (ctx: Context) => Promise<unknown>>> = {
    report: (ctx) => ctx.progress(1),
    ask: (ctx) => ctx.elicit('Go on?', v.object({})),
  }
  const server = createServer({ name: 'counting', version: '1.0.0' }).tool(
    'run',
    v.object({ nonce: v.string(), does: v.picklist(['report', 'ask']) }),
    async ({ nonce, does }, ctx) => {
      running.add(nonce)
      try {
        await ctx.once('run', () => counts.set(nonce, (counts.get(nonce) ?? 0) + 1).size)
        await work[does](ctx)
        return nonce
      } finally {
        running.delete(nonce)
      }
    },
  )
  return { server, counts, running }
}

type Counting = ReturnType<typeof counting>

/** Makes calls over one network, and breaks it during every other of them. */
class Victim {
  readonly #way: SocketWay
  readonly #lane: Lane
  readonly #counts: Counting['counts']
  readonly #name: string
  readonly #does: Work
  #client: Connection
  #calls = 0
  /** How often the network has broken, and the call was answered all the same. */
  breaks = 0
  survived = 0

  constructor(way: SocketWay, lane: Lane, client: Connection, counts: Counting['counts'], name: string, does: Work) {
    this.#way = way
    this.#lane = lane
    this.#client = client
    this.#counts = counts
    this.#name = name
    this.#does = does
  }

  /** How many bytes a call takes in each direction. */
  async measure(): Promise<Readonly<Record<Direction, number>>> {
    const { passed } = this.#lane.proxy
    await this.#answered()
    const before = { up: passed('up'), down: passed('down') }
    await this.#answered()
    return { up: passed('up') - before.up, down: passed('down') - before.down }
  }

  async survive(direction: Direction, bytes: number, manner: Manner): Promise<void> {
    const broken = this.#lane.proxy.cutBehind(direction, bytes, manner)
    const { nonce, outcome } = await this.#call()
    const isBroken = broken.isOver()
    broken.cancel()
    const count = this.#counts.get(nonce) ?? 0
    const where = `${direction} ${bytes}: ${count} times, ${outcome}`
    if (outcome instanceof ConnectionError) assert.ok(count <= 1, where)
    else assert.deepEqual([outcome, count], [nonce, 1], where)
    if (isBroken) this.breaks += 1
    if (isBroken && typeof outcome === 'string') this.survived += 1
    if (isBroken && !this.#way.isRedialled) {
      await this.#client.close()
      this.#client = await this.#lane.connect()
    }
    await this.#answered()
  }

  async close(): Promise<void> {
    await this.#client.close()
  }

  // A break that comes behind an answer is one that the next call may run into.
  async #answered(attempts = 2): Promise<void> {
    const { nonce, outcome } = await this.#call()
    if (outcome instanceof ConnectionError && attempts > 1) return this.#answered(attempts - 1)
    assert.equal(outcome, nonce)
  }

  async #call() {
    this.#calls += 1
    const nonce = `${this.#name}${String(this.#calls).padStart(5, '0')}`
    const outcome = await outcomeOf(this.#client.callTool('run', { nonce, does: this.#does }))
    return { nonce, outcome }
  }
}

const victims = (way: SocketWay, site: Site, counts: Counting['counts'], does: Work): Promise<readonly Victim[]> =>
  Promise.all(
    ['a', 'b', 'c', 'd'].slice(0, LANES).map(async (name) => {
      const lane = await site.lane()
      return new Victim(way, lane, await lane.connect(), counts, name, does)
    }),
  )

const breakEverywhere = async (t: TestContext, way: SocketWay, direction: Direction, options: Required<Breaks>) => {
  const { work, step, manner } = options
  const { server, counts, running } = counting()
  const site = await way.serve(t, server, LANES + 1)
  const all = await victims(way, site, counts, work)
  try {
    const size = (await (all[0] as Victim).measure())[direction]
    await Promise.all(
      divided(Math.ceil((size + 1) / step), LANES).map(async (positions, index) => {
        for (const position of positions) await (all[index] as Victim).survive(direction, position * step, manner)
      }),
    )
    const breaks = all.reduce((sum, victim) => sum + victim.breaks, 0)
    const survived = all.reduce((sum, victim) => sum + victim.survived, 0)
    t.diagnostic(`${breaks} positions broke, ${survived} calls were answered all the same`)
    assert.ok(breaks >= (size - 8) / step, 'the network did not break where it was to')
  } finally {
    await Promise.all(all.map((victim) => victim.close()))
  }
  // It waits for everything that is in flight.
  await site.close()
  assert.equal(running.size, 0)
}

interface Breaks {
  readonly directions?: readonly Direction[]
  readonly manner?: Manner
  readonly work?: Work
  /** Behind each so-manieth byte only, where a call takes long. */
  readonly step?: number
}

/** A network breaks behind each byte of a call, in each of the directions. */
export const breakDuringCalls = (way: SocketWay, options: Breaks = {}): void => {
  const { directions = ['up', 'down'], work = 'report', step = 1, manner = 'reset' } = options
  const what = work === 'ask' ? 'a call that asks its client' : 'a call'
  for (const direction of directions) {
    test(`${way.name}, ${way.version}: a network that breaks by ${manner} behind each byte of ${what}, ${direction}: one answer or one error, never two runs`, (t) =>
      breakEverywhere(t, way, direction, { directions, work, step, manner }))
  }
}
