import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Connection } from '../../../src/server/connection.ts'
import { unknownIn } from '../../protocol/known.ts'
import { RESULTS } from '../../protocol/members.ts'
import { type Connected, connect } from '../../support/connection.ts'
import { envelope, isStateless, type Reply, VERSIONS, type Version } from '../../support/messages.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { asJson } from '../inputs.ts'
import { checkMessages } from '../invariants.ts'
import { anyMessage, anyMessages, anyRequest, GOOD, server } from '../messages.ts'

interface Input {
  /** What the connection is opened with, if it is. */
  readonly version: Version | undefined
  readonly requests: readonly { readonly id: string | number; readonly method: string; readonly params: object }[]
  /** What comes between, and may be anything. */
  readonly others: readonly unknown[]
}

const inputs = fc.record<Input>({
  version: fc.constantFrom(...VERSIONS, undefined),
  requests: fc.uniqueArray(anyRequest, { selector: ({ id }) => `${typeof id}${id}`, maxLength: 8 }),
  others: fc.array(fc.oneof(anyMessage, anyMessages), { maxLength: 4 }),
})

const keyOf = ({ id }: { readonly id?: unknown }): string => JSON.stringify(id)

const all = ({ inbox, next }: Connected): Promise<readonly Reply[]> =>
  Promise.all(Array.from({ length: inbox.size }, next))

const openedWith = async (version: Version | undefined): Promise<Connected> => {
  const connected = connect(server)
  if (version !== undefined && !isStateless(version)) await connected.open(version)
  return connected
}

/** Lets everything end, as a transport does whose client has said all it had to say. */
export const settle = async ({ runtime, connection }: Pick<Connected, 'runtime' | 'connection'>): Promise<void> => {
  connection.inputEnded()
  runtime.endSubscriptions()
  await connection.drained()
}

/** A parsed message in: every request gets exactly one answer, which its revision knows, and the connection goes on. */
export const connection = (receive = Connection.prototype.receive): Fuzzer =>
  fuzzer<Input>({
    name: 'connection',
    runs: 300,
    inputs,
    open: () => ({
      check: async ({ version, requests, others }) => {
        const sent = requests.map((one) =>
          asJson(version === '2026-07-28' ? { ...one, params: { ...one.params, _meta: envelope() } } : one),
        )
        const asked = await openedWith(version)
        for (const one of sent) receive.call(asked.connection, one)
        await settle(asked)
        const messages = await all(asked)
        for (const message of messages) checkMessages(message)
        const answers = messages.filter((message) => !('method' in message))
        assert.deepEqual(answers.map(keyOf).sort(), (sent as Reply[]).map(keyOf).sort())
        if (version === '2026-07-28') {
          for (const answer of answers) {
            const method = requests.find((one) => keyOf(one) === keyOf(answer))?.method as string
            const isDescribed = method in RESULTS && answer.result?.resultType !== 'input_required'
            if (isDescribed) assert.deepEqual(unknownIn(version, method, answer), [], method)
          }
        }
        await asked.runtime.close(0)

        const busy = await openedWith(version)
        for (const one of [...others, GOOD]) receive.call(busy.connection, asJson(one))
        await settle(busy)
        const replies = (await all(busy)).flat()
        checkMessages(replies)
        assert.ok(
          replies.some(({ id, result }) => id === GOOD.id && result),
          'a good request gets no result any more',
        )
        await busy.runtime.calls.idle()
        assert.equal(busy.runtime.listeners.size, 0)
        await busy.runtime.close(0)
      },
    }),
  })
