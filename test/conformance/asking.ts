import * as v from 'valibot'
import { createServer, jsonSchema, user } from '../../src/index.ts'

const Name = v.object({ name: v.string() })
const Color = v.object({ color: v.string() })
const Confirmation = v.object({ ok: v.boolean() })
const CAPITAL = {
  messages: [{ role: 'user', content: { type: 'text', text: 'What is the capital of France?' } }],
  maxTokens: 100,
} as const

const contentOf = (answer: { readonly action: string; readonly content?: unknown }): string =>
  JSON.stringify(answer.action === 'accept' ? answer.content : null)

const said = (content: unknown): string =>
  typeof content === 'object' && content !== null && 'text' in content ? String(content.text) : JSON.stringify(content)

/** The part of the server under test that asks the client, and that tells it of changes. */
export const asking = createServer({ name: 'asking', version: '1.0.0' })
  .tool(
    'test_sampling',
    { description: 'Has the client complete a prompt', input: v.object({ prompt: v.string() }) },
    async ({ prompt }, ctx) => {
      const { content } = await ctx.sample({
        messages: [{ role: 'user', content: { type: 'text', text: prompt } }],
        maxTokens: 100,
      })
      return `LLM response: ${said(content)}`
    },
  )
  .tool(
    'test_elicitation',
    { description: 'Asks the user for a name and an address', input: v.object({ message: v.string() }) },
    async ({ message }, ctx) => {
      const answer = await ctx.elicit(message, v.object({ username: v.string(), email: v.string() }))
      return `User response: action=${answer.action}, content=${contentOf(answer)}`
    },
  )
  .tool('test_elicitation_sep1034_defaults', { description: 'Asks with a default of each type' }, async (_, ctx) => {
    const answer = await ctx.elicit(
      'Please confirm these values',
      v.object({
        name: v.optional(v.string(), 'John Doe'),
        age: v.optional(v.pipe(v.number(), v.integer()), 30),
        score: v.optional(v.number(), 95.5),
        status: v.optional(v.picklist(['active', 'inactive', 'pending']), 'active'),
        verified: v.optional(v.boolean(), true),
      }),
    )
    return `Elicitation completed: action=${answer.action}, content=${contentOf(answer)}`
  })
  .tool('test_elicitation_sep1330_enums', { description: 'Asks for a choice of each kind' }, async (_, ctx) => {
    const titled = [1, 2, 3].map((number) => ({ const: `value${number}`, title: `Option ${number}` }))
    const answer = await ctx.elicit(
      'Please choose',
      jsonSchema({
        type: 'object',
        properties: {
          untitledSingle: { type: 'string', enum: ['option1', 'option2', 'option3'] },
          titledSingle: { type: 'string', oneOf: titled },
          legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
          untitledMulti: { type: 'array', items: { type: 'string', enum: ['option1', 'option2', 'option3'] } },
          titledMulti: { type: 'array', items: { anyOf: titled } },
        },
      }),
    )
    return `Elicitation completed: action=${answer.action}, content=${contentOf(answer)}`
  })
  .tool('test_input_required_result_elicitation', { description: 'Asks for a name' }, async (_, ctx) => {
    const answer = await ctx.elicit('What is your name?', Name, { key: 'user_name' })
    return answer.action === 'accept' ? `Hello, ${answer.content.name}!` : 'Hello!'
  })
  .tool('test_input_required_result_sampling', { description: 'Asks the model for a capital' }, async (_, ctx) => {
    const { content } = await ctx.sample(CAPITAL, { key: 'capital_question' })
    return said(content)
  })
  .tool('test_input_required_result_list_roots', { description: 'Asks for the roots' }, async (_, ctx) => {
    const roots = await ctx.roots({ key: 'client_roots' })
    return `Roots: ${roots.map(({ uri }) => uri).join(', ')}`
  })
  .tool('test_input_required_result_request_state', { description: 'Asks for a confirmation' }, async (_, ctx) => {
    const answer = await ctx.elicit('Please confirm', Confirmation, { key: 'confirm' })
    return `state-ok: ${answer.action}`
  })
  .tool('test_input_required_result_multiple_inputs', { description: 'Asks three things at once' }, async (_, ctx) => {
    const [answer, sample, roots] = await Promise.all([
      ctx.elicit('What is your name?', Name, { key: 'user_name' }),
      ctx.sample(CAPITAL, { key: 'capital_question' }),
      ctx.roots({ key: 'client_roots' }),
    ])
    return `${contentOf(answer)} ${said(sample.content)} ${roots.length}`
  })
  .tool('test_input_required_result_multi_round', { description: 'Asks twice in a row' }, async (_, ctx) => {
    const first = await ctx.elicit('Step 1: what is your name?', Name, { key: 'step1' })
    const second = await ctx.elicit('Step 2: what is your favorite color?', Color, { key: 'step2' })
    return `${contentOf(first)} ${contentOf(second)}`
  })
  .tool('test_input_required_result_tampered_state', { description: 'Asks with a sealed state' }, async (_, ctx) => {
    const answer = await ctx.elicit('Please confirm', Confirmation, { key: 'confirm' })
    return `The state was as it left: ${answer.action}`
  })
  .tool(
    'test_input_required_result_capabilities',
    { description: 'Asks only what the client can answer' },
    async (_, ctx) => {
      const { elicitation } = ctx.client.capabilities
      if (elicitation) return contentOf(await ctx.elicit('What is your name?', Name, { key: 'user_name' }))
      return said((await ctx.sample(CAPITAL, { key: 'capital_question' })).content)
    },
  )
  .tool('test_reconnection', { description: 'Lets the client come back for the result' }, (_, ctx) => {
    ctx.http?.release({ retryMs: 100 })
    return 'The client came back for this.'
  })
  .tool('test_trigger_tool_change', { description: 'Says that the tools have changed' }, (_, ctx) => {
    ctx.notify.toolsChanged()
    return 'Told everyone who listens.'
  })
  .tool('test_trigger_prompt_change', { description: 'Says that the prompts have changed' }, (_, ctx) => {
    ctx.notify.promptsChanged()
    return 'Told everyone who listens.'
  })
  .prompt('test_input_required_result_prompt', { description: 'Asks for a context first' }, async (_, ctx) => {
    const answer = await ctx.elicit('What is the context?', v.object({ context: v.string() }), { key: 'user_context' })
    return user(`Context: ${contentOf(answer)}`)
  })
