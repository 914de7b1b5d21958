import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Binding, createSealer, type Sealer } from '../../../src/protocol/request-state.ts'
import type { JsonObject } from '../../../src/wire/json.ts'
import { anyCharacter } from '../../support/characters.ts'
import { ask, keepingLogger } from '../../support/messages.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { anyJson, asJson, nearlyText } from '../inputs.ts'
import { server } from '../messages.ts'

interface Input {
  readonly payload: JsonObject
  readonly binding: Binding
  readonly other: Binding
  /** Where a character is changed, in 65536ths, and what into. */
  readonly at: number
  readonly character: string
  readonly anything: unknown
}

const ALPHABET = [
  ...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
  '=',
  '+',
  '/',
  ' ',
  'é',
  '\0',
  '',
]

const text = fc.string({ unit: anyCharacter, maxLength: 12 })

const binding = fc.record<Binding>({
  principal: fc.option(fc.oneof(fc.constantFrom('alice', 'bob'), text), { nil: undefined }),
  method: fc.constantFrom('tools/call', 'prompts/get', 'resources/read'),
  target: fc.oneof(fc.constantFrom('book', 'cancel'), text),
  arguments: fc.oneof(fc.constant(null), anyJson.map(asJson)),
})

const encoded = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString('base64url'))

const inputs = fc.record<Input>({
  payload: fc
    .dictionary(text, fc.jsonValue(), { noNullPrototype: true })
    .map((payload) => asJson(payload) as JsonObject),
  binding,
  other: binding,
  at: fc.nat({ max: 0xffff }),
  character: fc.constantFrom(...ALPHABET),
  anything: fc.oneof(nearlyText(encoded, ['AQ', 'Ag', '=', '-', '_']), fc.anything()),
})

const KEYS = ['a key of at least thirty-two bytes']

const keyOf = (one: Binding): string => JSON.stringify(one)

const REFUSED = { code: -32602, message: 'Invalid or expired requestState' }

/** A state opens where it was sealed for, and nothing else opens anywhere; why, the client is never told. */
export const requestState = (create: (options: { keys: readonly string[] }) => Sealer = createSealer): Fuzzer =>
  fuzzer<Input>({
    name: 'request-state',
    runs: 300,
    inputs,
    open: () => {
      const sealer = create({ keys: KEYS })
      const runtime = server.bind({ logger: keepingLogger(), requestState: { keys: KEYS } })
      const checkAnswer = async (state: unknown, call: Binding): Promise<void> => {
        const given = { name: 'now', arguments: call.arguments, requestState: state }
        const { error } = await ask(runtime, '2026-07-28', 'tools/call', given)
        assert.deepEqual(error, REFUSED)
      }
      const checkRefused = async (state: unknown, call: Binding): Promise<void> => {
        const opened = await sealer.open(state, call)
        assert.ok(!opened.ok, `it was opened: ${fc.stringify(state)}`)
        assert.ok(opened.reason.length > 0 && opened.reason.length < 300)
      }
      return {
        check: async ({ payload, binding: call, other, at, character, anything }) => {
          const state = await sealer.seal(payload, call)
          assert.match(state, /^[\w-]+$/)
          const opened = await sealer.open(state, asJson(call) as Binding)
          assert.deepEqual(opened, { ok: true, payload })
          if (keyOf(other) !== keyOf(call)) await checkRefused(state, other)
          const index = Math.floor((at / 0x1_0000) * state.length)
          if (state[index] !== character) {
            await checkRefused(state.slice(0, index) + character + state.slice(index + 1), call)
          }
          await checkRefused(state.slice(0, index), call)
          await checkRefused(anything, call)
          await checkAnswer(state.slice(0, index), call)
          if (typeof anything === 'string') await checkAnswer(anything, call)
        },
        close: () => runtime.close(),
      }
    },
  })
