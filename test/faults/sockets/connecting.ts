import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Connection, ConnectionError } from '../../../src/client.ts'
import { createServer } from '../../../src/index.ts'
import type { Direction } from '../../support/proxy.ts'
import { divided, type Lane, outcomeOf, type SocketWay } from './ways.ts'

const LANES = 4

const server = createServer({ name: 'reached', version: '1.0.0' }).tool('reach', () => 'reached')

const connected = async (lane: Lane): Promise<Connection | undefined> => {
  try {
    return await lane.connect({ reconnect: false })
  } catch (error) {
    if (error instanceof ConnectionError) return undefined
    throw error
  }
}

/** Connects, calls and leaves. @returns whether there was a connection */
const visit = async (lane: Lane): Promise<boolean> => {
  const connection = await connected(lane)
  if (!connection) return false
  try {
    const outcome = await outcomeOf(connection.callTool('reach'))
    assert.ok(outcome instanceof ConnectionError || outcome === 'reached', String(outcome))
  } finally {
    await connection.close()
  }
  return true
}

const measure = async (lane: Lane): Promise<Readonly<Record<Direction, number>>> => {
  const { passed } = lane.proxy
  const connection = await lane.connect()
  const size = { up: passed('up'), down: passed('down') }
  await connection.close()
  return size
}

const breakEverywhere = async (t: TestContext, way: SocketWay, direction: Direction, step: number): Promise<void> => {
  // Each lane has one at a time. Those that nobody has come to know must make room.
  const site = await way.serve(t, server, LANES)
  const lanes = await Promise.all(Array.from({ length: LANES }, () => site.lane()))
  const size = (await measure(lanes[0] as Lane))[direction]
  let broken = 0
  let reached = 0
  await Promise.all(
    divided(Math.ceil((size + 1) / step), LANES).map(async (positions, index) => {
      const lane = lanes[index] as Lane
      for (const position of positions) {
        const plan = lane.proxy.cutBehind(direction, position * step)
        if (await visit(lane)) reached += 1
        if (plan.isOver()) broken += 1
        plan.cancel()
      }
    }),
  )
  t.diagnostic(`${broken} positions broke, ${reached} were connected all the same`)
  assert.ok(broken >= (size - 8) / step, 'the network did not break where it was to')
  for (const lane of lanes) assert.equal(await visit(lane), true)
  await site.close()
}

/**
 * A network is reset behind each byte of what opens a conversation, in each of the directions.
 * @param step behind each so-manieth instead, where a conversation takes long to open
 */
export const resetWhileConnecting = (way: SocketWay, step = 1): void => {
  for (const direction of ['up', 'down'] as const) {
    test(`${way.name}, ${way.version}: a network that is reset behind each byte ${direction} while connecting: a connection or a named error, and room for the next`, (t) =>
      breakEverywhere(t, way, direction, step))
  }
}
