import { CapabilityError, DefinitionError } from '../../errors.ts'
import { type ElicitationSchema, elicitationSchema } from '../../model/elicitation.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import { isSchema, notASchema, type Schema } from '../../model/schema/index.ts'
import { show } from '../../model/schema/problems.ts'
import type {
  ElicitAnswer,
  Root,
  SampleParams,
  SampleResult,
  SamplingContent,
  SamplingMessage,
} from '../../model/types.ts'
import type { Revision } from '../../protocol/revision.ts'
import { isObject, type JsonObject } from '../../wire/json.ts'
import type { Answer, Question } from './question.ts'
import { checkSampleParams, isContent } from './sample-params.ts'

const wrong = (problems: string): { readonly ok: false; readonly problems: string } => ({ ok: false, problems })

const ACTIONS = new Set<unknown>(['accept', 'decline', 'cancel'])

// Compiled once per schema, however often it is asked with.
const compiled = new WeakMap<Schema, ElicitationSchema>()

const compile = (schema: Schema): ElicitationSchema => {
  if (!isSchema(schema)) throw notASchema(schema, 'ctx.elicit')
  const known = compiled.get(schema) ?? elicitationSchema(schema, 'ctx.elicit')
  compiled.set(schema, known)
  return known
}

const checkMessage = (message: unknown, where: string): void => {
  if (typeof message !== 'string')
    throw new DefinitionError(`${where}: the message must be a string, got ${show(message)}`)
}

const unknownTo = (revision: Revision, what: string, needs: object): CapabilityError =>
  new CapabilityError(`Revision ${revision.version} has no ${what}`, needs)

const FORM = { elicitation: { form: {} } }
const URL_MODE = { elicitation: { url: {} } }

/** 2025-06-18 Elicitation: a form for the user. */
export const formQuestion = (revision: Revision, message: string, schema: Schema): Question<ElicitAnswer<unknown>> => {
  checkMessage(message, 'ctx.elicit')
  const rules = revision.asks.elicitation
  if (!rules) throw unknownTo(revision, 'elicitation', FORM)
  const form = compile(schema)
  const requested = form.requested(rules)
  if (!requested.ok)
    throw new CapabilityError(`Revision ${revision.version} cannot ask this: ${requested.problem}`, FORM)
  const read = (answer: unknown): MaybePromise<Answer<ElicitAnswer<unknown>>> => {
    if (!isObject(answer) || !ACTIONS.has(answer['action'])) return wrong('"action" must be accept, decline or cancel')
    if (answer['action'] !== 'accept') return { ok: true, value: { action: answer['action'] as 'decline' | 'cancel' } }
    const accept = (checked: Answer<unknown>): Answer<ElicitAnswer<unknown>> =>
      checked.ok ? { ok: true, value: { action: 'accept', content: checked.value } } : checked
    const checked = form.validate(answer['content'])
    return checked instanceof Promise ? checked.then(accept) : accept(checked)
  }
  return {
    method: 'elicitation/create',
    params: { message, requestedSchema: requested.schema },
    title: message,
    needs: FORM,
    read,
  }
}

/** 2025-11-25 §URL Mode: sends the user to a page. The answer says that the user agreed, not that it is done. */
export const urlQuestion = (
  revision: Revision,
  message: string,
  url: string,
  elicitationId: string,
): Question<{ readonly action: 'accept' | 'decline' | 'cancel' }> => {
  checkMessage(message, 'ctx.elicitUrl')
  const mode = revision.asks.elicitation?.url ?? 'none'
  if (mode === 'none') throw unknownTo(revision, 'URL elicitation', URL_MODE)
  if (!URL.canParse(url)) throw new TypeError(`ctx.elicitUrl: the URL must be absolute, got ${show(url)}`)
  return {
    method: 'elicitation/create',
    params: { mode: 'url', message, url, ...(mode === 'id' && { elicitationId }) },
    title: message,
    needs: URL_MODE,
    read: (answer) =>
      isObject(answer) && ACTIONS.has(answer['action'])
        ? { ok: true, value: { action: answer['action'] as 'accept' } }
        : wrong('"action" must be accept, decline or cancel'),
  }
}

const samplingNeeds = ({ tools, toolChoice, includeContext = 'none' }: SampleParams, revision: Revision) => ({
  sampling: {
    ...((tools || toolChoice) && { tools: {} }),
    ...(includeContext !== 'none' && revision.asks.samplingTools && { context: {} }),
  },
})

// Before tools, a message held one content.
const oneByOne = ({ content, ...message }: SamplingMessage): readonly SamplingMessage[] =>
  [content].flat().map((one) => ({ ...message, content: one }))

/** The messages as a revision without tools says them. */
const withoutTools = (revision: Revision, messages: readonly SamplingMessage[]): readonly SamplingMessage[] => {
  const single = messages.flatMap(oneByOne)
  const types = single.map(({ content }) => (content as SamplingContent).type)
  const unknown = types.find((type) => !(`content/${type}` in revision.shapes))
  if (unknown === undefined) return single
  throw unknownTo(revision, `sampling with ${show(unknown)}`, { sampling: {} })
}

const readSample = (answer: unknown): Answer<SampleResult> => {
  const { role, content, model } = isObject(answer) ? answer : {}
  if (role !== 'assistant' && role !== 'user') return wrong('"role" must be assistant or user')
  if (!isContent(content)) return wrong('"content" must be content with a "type", or an array of that')
  if (typeof model !== 'string') return wrong('"model" must be the name of the model')
  return { ok: true, value: answer as SampleResult }
}

/** Sampling: a completion by the client's model. */
export const sampleQuestion = (revision: Revision, params: SampleParams): Question<SampleResult> => {
  checkSampleParams(params)
  const needs = samplingNeeds(params, revision)
  const { samplingTools } = revision.asks
  if ('tools' in needs.sampling && !samplingTools) throw unknownTo(revision, 'sampling with tools', needs)
  const messages = samplingTools ? params.messages : withoutTools(revision, params.messages)
  return {
    method: 'sampling/createMessage',
    // Checked above; what else stands in it is for the client, which may refuse it.
    params: { ...params, messages } as unknown as JsonObject,
    title: 'sampling',
    needs,
    read: readSample,
  }
}

/** Roots: the folders that the client lets the server work in. */
export const rootsQuestion = (): Question<readonly Root[]> => ({
  method: 'roots/list',
  params: {},
  title: 'roots',
  needs: { roots: {} },
  read: (answer) =>
    isObject(answer) &&
    Array.isArray(answer['roots']) &&
    answer['roots'].every((root) => isObject(root) && typeof root['uri'] === 'string')
      ? { ok: true, value: answer['roots'] as readonly Root[] }
      : wrong('"roots" must be an array of objects with a "uri"'),
})
