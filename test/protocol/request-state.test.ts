import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { DefinitionError } from '../../src/errors.ts'
import { type Binding, createSealer, type Opened, type Sealer } from '../../src/protocol/request-state.ts'
import type { JsonObject } from '../../src/wire/json.ts'
import { anyCharacter } from '../support/characters.ts'

const KEYS = ['a key of at least thirty-two bytes']

const CALL: Binding = {
  principal: 'alice',
  method: 'tools/call',
  target: 'book',
  arguments: { day: 'Monday', seats: 2 },
}

const PAYLOAD: JsonObject = { answers: { confirm: { action: 'accept', content: { ok: true } } } }

const payloadOf = async (sealer: Sealer, state: unknown, binding = CALL): Promise<JsonObject> => {
  const opened: Opened = await sealer.open(state, binding)
  assert.ok(opened.ok, opened.ok ? '' : opened.reason)
  return opened.payload
}

const reasonOf = async (sealer: Sealer, state: unknown, binding = CALL): Promise<string> => {
  const opened: Opened = await sealer.open(state, binding)
  assert.ok(!opened.ok, 'it was opened')
  return opened.reason
}

/** A sealer whose clock stands where the test sets it. */
const withClock = (ttlMs?: number) => {
  const clock = { now: 1_000_000 }
  return { clock, sealer: createSealer({ keys: KEYS, ttlMs, now: () => clock.now }) }
}

const binding = fc.record({
  principal: fc.option(fc.string({ unit: anyCharacter }), { nil: undefined }),
  method: fc.constantFrom('tools/call', 'prompts/get', 'resources/read'),
  target: fc.string({ unit: anyCharacter }),
  arguments: fc.jsonValue(),
})

const payload = fc.dictionary(fc.string({ unit: anyCharacter }), fc.jsonValue())

describe('2026-07-28 Multi Round-Trip Requests: requestState', () => {
  it('opens to any JSON that was sealed, for the call that it was sealed for', async () => {
    const sealer = createSealer()
    await fc.assert(
      fc.asyncProperty(payload, binding, async (collected, call) => {
        const state = await sealer.seal(collected as JsonObject, call)
        assert.match(state, /^[\w-]+$/)
        assert.deepEqual(await payloadOf(sealer, state, call), JSON.parse(JSON.stringify(collected)))
      }),
    )
  })

  it('opens in another process that has the same keys', async () => {
    const state = await createSealer({ keys: KEYS }).seal(PAYLOAD, CALL)
    assert.deepEqual(
      await payloadOf(createSealer({ keys: ['another key of thirty-two bytes or more', ...KEYS] }), state),
      PAYLOAD,
    )
  })

  it('opens more than once', async () => {
    const sealer = createSealer()
    const state = await sealer.seal(PAYLOAD, CALL)
    await payloadOf(sealer, state)
    await payloadOf(sealer, state)
  })

  it('tells the client nothing of what is in it', async () => {
    const state = await createSealer().seal(PAYLOAD, CALL)
    const bytes = Buffer.from(state, 'base64url').toString('latin1')
    for (const word of ['alice', 'book', 'confirm']) assert.ok(!bytes.includes(word))
  })

  it('does not depend on the order in which the arguments come', async () => {
    const sealer = createSealer()
    const state = await sealer.seal(PAYLOAD, CALL)
    assert.deepEqual(await payloadOf(sealer, state, { ...CALL, arguments: { seats: 2, day: 'Monday' } }), PAYLOAD)
  })

  it('keeps lone surrogates apart, in the state, the principal, the target and the arguments', async () => {
    const sealer = createSealer()
    const odd: Binding = { principal: '\ud800', method: 'tools/call', target: '\udfff', arguments: { a: '\ud801' } }
    const state = await sealer.seal({ '\ud802': '\ud803' }, odd)
    assert.deepEqual(await payloadOf(sealer, state, odd), { '\ud802': '\ud803' })
    assert.match(await reasonOf(sealer, state, { ...odd, principal: '\ud801' }), /principal/)
    assert.match(await reasonOf(sealer, state, { ...odd, target: '\ufffd' }), /another tool/)
    assert.match(await reasonOf(sealer, state, { ...odd, arguments: { a: '\ud802' } }), /arguments/)
  })
})

describe('a state is refused', () => {
  const others: readonly (readonly [what: string, change: Partial<Binding>, reason: string])[] = [
    ['of another principal', { principal: 'bob' }, 'it was sealed for another principal'],
    ['when the principal is missing', { principal: undefined }, 'it was sealed for another principal'],
    ['of another method', { method: 'prompts/get' }, 'it was sealed for another method'],
    ['of another target', { target: 'cancel' }, 'it was sealed for another tool, prompt or resource'],
    ['of other arguments', { arguments: { day: 'Monday', seats: 3 } }, 'it was sealed for other arguments'],
    ['when the arguments are missing', { arguments: undefined }, 'it was sealed for other arguments'],
  ]
  for (const [what, change, reason] of others) {
    it(what, async () => {
      const sealer = createSealer()
      const state = await sealer.seal(PAYLOAD, CALL)
      assert.equal(await reasonOf(sealer, state, { ...CALL, ...change }), reason)
    })
  }

  it('of a caller without a name, when one with a name comes', async () => {
    const sealer = createSealer()
    const state = await sealer.seal(PAYLOAD, { ...CALL, principal: undefined })
    assert.equal(await reasonOf(sealer, state, { ...CALL, principal: '' }), 'it was sealed for another principal')
  })

  const odd: readonly (readonly [what: string, state: unknown, reason: string])[] = [
    ['when it is undefined', undefined, 'it is not a string but undefined'],
    ['when it is null', null, 'it is not a string but null'],
    ['when it is a number', 7, 'it is not a string but number'],
    ['when it is an object', {}, 'it is not a string but object'],
    ['when it is empty', '', 'it is cut short: 0 bytes are left'],
    ['when it is padded', 'AQ==', 'it is not base64url'],
    ['when it is of the other alphabet', '+/+/', 'it is not base64url'],
    ['when it has bits that stand for nothing', 'AR', 'it is not base64url'],
    ['when it is no base64 at all', '{"answers":{}}', 'it is not base64url'],
    ['when it is too large', 'A'.repeat(65_537), 'it is too large: 65,537 bytes, and requestState.maxBytes is 65,536'],
    [
      'when it is of another version',
      `Ag${'A'.repeat(98)}`,
      'it has the format version 2, and this version of the library reads 1',
    ],
  ]
  for (const [what, state, reason] of odd) {
    it(what, async () => assert.equal(await reasonOf(createSealer(), state), reason))
  }

  it('when its key is foreign', async () => {
    const state = await createSealer().seal(PAYLOAD, CALL)
    assert.match(await reasonOf(createSealer(), state), /; set requestState\.keys to the same keys on every replica$/)
  })

  it('once its time is over, and not before', async () => {
    const { clock, sealer } = withClock()
    const state = await sealer.seal(PAYLOAD, CALL)
    clock.now += 600_000
    assert.deepEqual(await payloadOf(sealer, state), PAYLOAD)
    clock.now += 1
    assert.equal(
      await reasonOf(sealer, state),
      'it has expired: it was sealed 600,001 ms ago, and requestState.ttlMs is 600,000',
    )
  })

  it('after the time that was set', async () => {
    const { clock, sealer } = withClock(50)
    const state = await sealer.seal(PAYLOAD, CALL)
    clock.now += 51
    assert.match(await reasonOf(sealer, state), /^it has expired: .* requestState\.ttlMs is 50$/)
  })

  it('when it comes from more than a minute in the future', async () => {
    const { clock, sealer } = withClock()
    const state = await sealer.seal(PAYLOAD, CALL)
    clock.now -= 60_000
    assert.deepEqual(await payloadOf(sealer, state), PAYLOAD)
    clock.now -= 1
    assert.equal(
      await reasonOf(sealer, state),
      'it was sealed 60,001 ms in the future; set the clocks of the replicas by the same time',
    )
  })

  it('when anything is appended to it', async () => {
    const sealer = createSealer()
    const state = await sealer.seal(PAYLOAD, CALL)
    for (const end of ['A', 'AA', 'AAA', 'AAAA', '-TAMPERED', ' ', '=', '\n']) {
      assert.match(await reasonOf(sealer, state + end), /^it (is not base64url|has been changed)/)
    }
  })

  it('when it ends too early, wherever that is', async () => {
    const sealer = createSealer()
    const state = await sealer.seal(PAYLOAD, CALL)
    for (let length = 0; length < state.length; length++) {
      assert.match(await reasonOf(sealer, state.slice(0, length)), /cut short|not base64url/)
    }
  })

  it('when any one of its characters is another', async () => {
    const sealer = createSealer()
    const state = await sealer.seal(PAYLOAD, CALL)
    for (let index = 0; index < state.length; index++) {
      const character = state[index] === 'A' ? 'B' : 'A'
      await reasonOf(sealer, state.slice(0, index) + character + state.slice(index + 1))
    }
  })
})

describe('limits', () => {
  it('refuses to seal what is too large, and says how large it is', async () => {
    const sealer = createSealer({ keys: KEYS, maxBytes: 1_000 })
    await assert.rejects(
      sealer.seal({ text: 'x'.repeat(10_000) }, CALL),
      /^Error: The state of this call is 13,\d{3} bytes once it is sealed, and requestState\.maxBytes allows 1,000; keep less/,
    )
  })

  it('opens what is exactly as large as allowed', async () => {
    const state = await createSealer({ keys: KEYS }).seal(PAYLOAD, CALL)
    const [fits, tight] = [0, 1].map((less) => createSealer({ keys: KEYS, maxBytes: state.length - less }))
    assert.equal((await fits?.seal(PAYLOAD, CALL))?.length, state.length)
    assert.equal((await fits?.open(state, CALL))?.ok, true)
    await assert.rejects(async () => tight?.seal(PAYLOAD, CALL), /requestState\.maxBytes allows/)
    assert.equal((await tight?.open(state, CALL))?.ok, false)
  })

  it('takes 40,000 bytes by default', async () => {
    const sealer = createSealer()
    const collected = { text: 'x'.repeat(40_000) }
    assert.deepEqual(await payloadOf(sealer, await sealer.seal(collected, CALL)), collected)
  })

  const wrong: readonly (readonly [name: 'ttlMs' | 'maxBytes', value: unknown])[] = [
    ['ttlMs', 0],
    ['ttlMs', Number.POSITIVE_INFINITY],
    ['maxBytes', -1],
    ['maxBytes', '64k'],
  ]
  for (const [name, value] of wrong) {
    it(`refuses ${name} ${String(value)} when it is defined`, () => {
      assert.throws(
        () => createSealer({ [name]: value }),
        new DefinitionError(
          `requestState.${name} must be a whole number above 0, got ${typeof value === 'string' ? `"${value}"` : value}`,
        ),
      )
    })
  }

  it('refuses keys when they are defined', () => {
    assert.throws(() => createSealer({ keys: ['short'] }), DefinitionError)
  })
})
