import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answers, accept, errorTextOf, inRounds, type Loose, returned, type Talk } from '../support/answering.ts'
import { type Params, VERSIONS, type Version } from '../support/messages.ts'
import { type Channel, TRANSPORTS } from './asking-channels.ts'

/** A question: where it begins, what it is called where it does not exist, and how a client answers it. */
interface Ask {
  readonly from: Version
  readonly what: string
  readonly title: (what: string) => string
  readonly answer: (what: string) => Params
  /** What the handler has of the answer. */
  readonly value: (what: string) => unknown
}

const sampled = (what: string) => ({
  role: 'assistant',
  content: { type: 'text', text: `to ${what}` },
  model: 'model',
})

const ROOTS = [{ uri: 'file:///work' }]

const ASKS: Readonly<Record<string, Ask>> = {
  elicit: {
    from: '2025-06-18',
    what: 'elicitation',
    title: (what) => what,
    answer: (what) => accept({ text: `to ${what}` }),
    value: (what) => accept({ text: `to ${what}` }),
  },
  elicitUrl: {
    from: '2025-11-25',
    what: 'URL elicitation',
    title: (what) => what,
    answer: () => ({ action: 'decline' }),
    value: () => ({ action: 'decline' }),
  },
  sample: { from: '2024-11-05', what: '', title: () => 'sampling', answer: sampled, value: sampled },
  roots: {
    from: '2024-11-05',
    what: '',
    title: () => 'roots',
    answer: () => ({ roots: ROOTS }),
    value: () => ROOTS,
  },
}

/** What a question says of itself. */
const wordsOf = ({ message, messages }: Loose): string => message ?? messages?.[0].content.text ?? ''

/** A client that answers truly. */
const answering =
  ({ answer }: Ask): Answers =>
  ({ params }) =>
    answer(wordsOf(params))

const VERSION = '2026-07-28'

const EFFECT = { effect: 1 }

/** What each handler gives in the end. */
const SHAPES: Readonly<Record<string, (value: Ask['value']) => unknown>> = {
  'in-a-row': (value) => [value('One?'), value('Two?')],
  'at-once': (value) => [value('One?'), value('Two?')],
  'after-once': (value) => [EFFECT, value('One?'), EFFECT],
}

const call = (which: string, name: string): readonly [method: string, params: Params] => [
  'tools/call',
  { name, arguments: { which } },
]

const outcomeOf = ({ reply }: Pick<Talk, 'reply'>): Loose => returned({ reply, asked: [], notifications: [] })

for (const [transport, { versions, hasWayBack, open }] of Object.entries(TRANSPORTS)) {
  for (const version of versions) {
    test(`asking over ${transport}, revision ${version}: the same result, or the refusal that says why`, async (t) => {
      const channel = await open(t, version)
      for (const [which, ask] of Object.entries(ASKS)) {
        for (const [name, expected] of Object.entries(SHAPES)) {
          await t.test(`${which} ${name}`, async () => {
            const talk = await channel.call(...call(which, name), answering(ask))
            if (version < ask.from) {
              assert.equal(errorTextOf(talk), `${name}: Revision ${version} has no ${ask.what}`)
            } else if (hasWayBack) assert.deepEqual(returned(talk), expected(ask.value))
            else {
              const why = 'tools/call came without a session, in which an answer could come back'
              assert.equal(errorTextOf(talk), `${name}: The client cannot be asked (${ask.title('One?')}): ${why}`)
            }
          })
        }
      }

      if (!hasWayBack) return

      await t.test('prompts and resources ask as tools do', async () => {
        const { answer, value } = ASKS['sample'] as Ask
        const answers: Answers = ({ params }) => answer(wordsOf(params))
        const prompt = await channel.call('prompts/get', { name: 'in-a-row', arguments: { which: 'sample' } }, answers)
        assert.deepEqual(JSON.parse(prompt.reply.result.messages[0].content.text), [value('One?'), value('Two?')])
        const resource = await channel.call('resources/read', { uri: 'ask://sample' }, answers)
        assert.deepEqual(JSON.parse(resource.reply.result.contents[0].text), [value('One?'), value('Two?')])
      })

      await t.test('catching what a question throws changes nothing', async () => {
        const talk = await channel.call(...call('roots', 'catching'), answering(ASKS['roots'] as Ask))
        assert.deepEqual(returned(talk), [ROOTS])
      })
    })
  }
}

for (const [transport, { refuses, open }] of Object.entries(TRANSPORTS)) {
  if (refuses === undefined) continue
  const { version, error } = refuses
  test(`asking over ${transport}, revision ${version}, which it does not carry, is refused by name`, async (t) => {
    const channel = await open(t, version)
    for (const which of Object.keys(ASKS)) {
      for (const name of Object.keys(SHAPES)) {
        assert.deepEqual((await channel.call(...call(which, name))).reply.error, error)
      }
    }
  })
}

test('every revision is asked over every kind of transport, or refused by name', () => {
  const kinds = {
    stdio: ['stdio'],
    'Streamable HTTP': ['HTTP', 'HTTP with a session'],
    'HTTP with SSE': ['HTTP with SSE'],
    WebSocket: ['WebSocket'],
    memory: ['a transport in memory'],
  }
  for (const [kind, names] of Object.entries(kinds)) {
    const channels = names.map((name) => TRANSPORTS[name])
    const covered = channels.flatMap((channel) => [
      ...(channel?.versions ?? []),
      ...(channel?.refuses ? [channel.refuses.version] : []),
    ])
    assert.deepEqual(covered.sort(), [...VERSIONS], kind)
  }
})

/** What a client may do to a round. */
type Mischief = (round: Channel['round']) => Channel['round']

const MISCHIEF: Readonly<Record<string, Mischief>> = {
  'loses each reply once': (round) => async (method, params) => {
    await round(method, params)
    return round(method, params)
  },
  'replays each requestState, and gets the same again': (round) => async (method, params) => {
    const reply = await round(method, params)
    if (params['requestState'] === undefined) return reply
    const again = await round(method, params)
    const [first, second] = [reply, again].map(({ result }) => result.inputRequests ?? result.content)
    assert.deepEqual(first, second)
    return again
  },
  'comes once without its answers': (round) => async (method, params) => {
    const { inputResponses, ...rest } = params
    if (inputResponses === undefined) return round(method, params)
    const { result } = await round(method, rest)
    return round(method, { ...params, requestState: result.requestState })
  },
}

const rounded = Object.entries(TRANSPORTS).filter(([, { versions }]) => versions.includes(VERSION))

for (const [transport, { open }] of rounded) {
  test(`2026-07-28 Multi Round-Trip Requests over ${transport}`, async (t) => {
    const { round } = await open(t, VERSION)
    const ask = ASKS['elicit'] as Ask

    for (const [what, make] of Object.entries(MISCHIEF)) {
      await t.test(`a client that ${what}`, async () => {
        const mischievous = make(round)
        for (const [name, expected] of Object.entries(SHAPES)) {
          const [method, params] = call('elicit', name)
          const talk = await inRounds((given) => mischievous(method, given), params, answering(ask))
          assert.deepEqual(outcomeOf(talk), expected(ask.value))
        }
      })
    }

    await t.test('a client that answers one question after the other, in whatever order', async () => {
      const [method, params] = call('elicit', 'at-once')
      const { reply, asked } = await inRounds(
        (given) => round(method, given),
        params,
        ({ params: { message } }, index) => (index === 0 ? undefined : ask.answer(message)),
      )
      assert.deepEqual(
        asked.map(({ key }) => key),
        ['first', 'second', 'first'],
      )
      assert.deepEqual(outcomeOf({ reply }), [ask.value('One?'), ask.value('Two?')])
    })

    await t.test('a question that is worded anew each time never settles, and is named', async () => {
      const [method, params] = call('elicit', 'rewording')
      const { reply, rounds } = await inRounds(
        (given) => round(method, given),
        params,
        () => accept({ text: '' }),
      )
      assert.match(reply.error.message, /^10 rounds in a row .*: "Version 0\.\d+\?" never settles$/)
      assert.equal(rounds, 11)
    })

    await t.test('a state with any byte changed is refused, always with the same words', async () => {
      const [method, params] = call('roots', 'in-a-row')
      const { requestState } = (await round(method, params)).result
      const bytes = Buffer.from(requestState, 'base64url')
      for (let index = 0; index < bytes.length; index++) {
        const changed = Buffer.from(bytes)
        changed[index] = (bytes[index] as number) ^ 1
        const { error } = await round(method, { ...params, requestState: changed.toString('base64url') })
        assert.deepEqual(error, { code: -32602, message: 'Invalid or expired requestState' }, `byte ${index}`)
      }
    })
  })
}
