import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer, type SampleParams } from '../../../src/index.ts'
import { clientOf, errorTextOf, type Loose, returned } from '../../support/answering.ts'
import { VERSIONS, type Version } from '../../support/messages.ts'

const text = (words: string) => ({ type: 'text', text: words }) as const
const PARIS = { role: 'assistant', content: text('Paris'), model: 'm', stopReason: 'endTurn' } as const
const CAPITAL = { role: 'user', content: text('The capital of France?') } as const

const BASE: SampleParams = { messages: [CAPITAL], maxTokens: 100 }

const TOOLS: SampleParams['tools'] = [{ name: 'look', description: 'Looks', inputSchema: { type: 'object' } }]

const NEVER = () => assert.fail('the client was asked')

/** Samples with parameters, and gives what the client was asked and what came of it. */
const sample = async (
  version: Version,
  params: SampleParams,
  { capabilities, answer = PARIS }: { capabilities?: object; answer?: unknown } = {},
) => {
  const server = createServer({ name: 'test', version: '1.0.0' }).tool('sample', (_, ctx) => ctx.sample(params))
  const client = await clientOf(server, version, { ...(capabilities && { capabilities }) })
  return client.call('tools/call', { name: 'sample' }, answer === undefined ? NEVER : () => answer)
}

const refused = async (version: Version, params: SampleParams, capabilities?: object): Promise<Loose> => {
  const talk = await sample(version, params, { ...(capabilities && { capabilities }) })
  assert.deepEqual(talk.asked, [])
  return talk
}

describe('Sampling, Creating Messages', () => {
  it('exists in every revision, and is asked with all that is known of it', async () => {
    const params: SampleParams = {
      ...BASE,
      systemPrompt: 'Be brief.',
      temperature: 0.1,
      stopSequences: ['.'],
      metadata: { a: [1] },
      modelPreferences: { hints: [{ name: 'claude' }], costPriority: 0, speedPriority: 0.5, intelligencePriority: 1 },
    }
    for (const version of VERSIONS) {
      const talk = await sample(version, params)
      assert.deepEqual(
        talk.asked.map(({ method, params: asked }) => ({ method, params: asked })),
        [{ method: 'sampling/createMessage', params }],
      )
      assert.deepEqual(returned(talk), PARIS)
    }
  })

  it('the message that comes back is checked', async () => {
    const misfits = [
      [{ ...PARIS, role: 'system' }, '"role" must be assistant or user'],
      [{ ...PARIS, content: null }, '"content" must be content with a "type", or an array of that'],
      [{ ...PARIS, content: 'Paris' }, '"content" must be content with a "type", or an array of that'],
      [{ ...PARIS, content: [text('Paris'), {}] }, '"content" must be content with a "type", or an array of that'],
      [{ role: 'assistant', content: text('Paris') }, '"model" must be the name of the model'],
      [null, '"role" must be assistant or user'],
    ] as const
    for (const [answer, problem] of misfits) {
      const talk = await sample('2025-11-25', BASE, { answer })
      assert.equal(errorTextOf(talk), `The client's answer does not fit (sampling): ${problem}`)
    }
  })
})

describe('2025-11-25 Sampling, Tools in Sampling', () => {
  const calls = [
    { type: 'tool_use', id: '1', name: 'look', input: {} },
    { type: 'tool_use', id: '2', name: 'look', input: {} },
  ] as const
  const results = calls.map(({ id }) => ({ type: 'tool_result', toolUseId: id, content: [text('Seen')] }) as const)

  it('tools, tool choice, and messages of several contents go out as they are, and come back', async () => {
    const params: SampleParams = {
      ...BASE,
      messages: [CAPITAL, { role: 'assistant', content: calls }, { role: 'user', content: results }],
      tools: TOOLS,
      toolChoice: { mode: 'required' },
    }
    for (const version of ['2025-11-25', '2026-07-28'] as const) {
      const answer = { ...PARIS, content: calls, stopReason: 'toolUse' }
      const talk = await sample(version, params, { answer })
      assert.deepEqual(talk.asked[0]?.params, params)
      assert.deepEqual(returned(talk), answer)
    }
  })

  it('need the capability sampling.tools', async () => {
    for (const params of [
      { ...BASE, tools: TOOLS },
      { ...BASE, toolChoice: { mode: 'auto' } },
    ] as const) {
      const talk = await refused('2025-11-25', params, { sampling: {} })
      assert.match(errorTextOf(talk), /has not declared \{"sampling":\{"tools":\{\}\}\}$/)
      const { error } = (await refused('2026-07-28', params, { sampling: {} })).reply
      assert.equal(error.code, -32021)
      assert.deepEqual(error.data, { requiredCapabilities: { sampling: { tools: {} } } })
    }
  })

  it('do not exist before', async () => {
    for (const version of ['2024-11-05', '2025-03-26', '2025-06-18'] as const) {
      for (const params of [
        { ...BASE, tools: TOOLS },
        { ...BASE, toolChoice: { mode: 'none' } },
      ] as const) {
        const talk = await refused(version, params)
        assert.equal(errorTextOf(talk), `sample: Revision ${version} has no sampling with tools`)
      }
      const talk = await refused(version, { ...BASE, messages: [{ role: 'user', content: results }] })
      assert.equal(errorTextOf(talk), `sample: Revision ${version} has no sampling with "tool_result"`)
    }
  })

  it('before, each content of a message is a message', async () => {
    const content = [text('One'), text('Two')]
    for (const version of ['2024-11-05', '2025-03-26', '2025-06-18'] as const) {
      const talk = await sample(version, { ...BASE, messages: [CAPITAL, { role: 'user', content }] })
      assert.deepEqual(talk.asked[0]?.params.messages, [
        CAPITAL,
        { role: 'user', content: text('One') },
        { role: 'user', content: text('Two') },
      ])
    }
  })

  it('sound: from 2025-03-26', async () => {
    const sound = { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' } as const
    const params: SampleParams = { ...BASE, messages: [{ role: 'user', content: sound }] }
    assert.equal(
      errorTextOf(await refused('2024-11-05', params)),
      'sample: Revision 2024-11-05 has no sampling with "audio"',
    )
    assert.deepEqual(returned(await sample('2025-03-26', params)), PARIS)
  })
})

describe('Sampling, Capabilities', () => {
  it('2025-11-25: includeContext needs sampling.context, unless it is "none"; before, there was no such capability', async () => {
    for (const version of VERSIONS) {
      const talk = await sample(version, { ...BASE, includeContext: 'none' }, { capabilities: { sampling: {} } })
      assert.equal(talk.asked[0]?.params.includeContext, 'none')
    }
    for (const version of ['2024-11-05', '2025-03-26', '2025-06-18'] as const) {
      const talk = await sample(version, { ...BASE, includeContext: 'allServers' }, { capabilities: { sampling: {} } })
      assert.equal(talk.asked[0]?.params.includeContext, 'allServers')
    }
    const needed = await refused('2025-11-25', { ...BASE, includeContext: 'thisServer' }, { sampling: { tools: {} } })
    assert.match(errorTextOf(needed), /has not declared \{"sampling":\{"context":\{\}\}\}$/)
    for (const version of ['2025-11-25', '2026-07-28'] as const) {
      const talk = await sample(version, { ...BASE, includeContext: 'thisServer' })
      assert.equal(talk.asked[0]?.params.includeContext, 'thisServer')
    }
  })
})
