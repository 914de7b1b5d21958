import { DefinitionError } from '../errors.ts'
import { objectSchema } from '../model/schema/index.ts'
import { show } from '../model/schema/problems.ts'
import type { Implementation, ServerCapabilities } from '../model/types.ts'
import type { Params } from '../wire/message.ts'
import {
  type Definition,
  type EntryDefinition,
  type Handler,
  labelOf,
  type MethodDefinition,
  type PromptDefinition,
  type ResourceDefinition,
  type TemplateDefinition,
  type ToolDefinition,
} from './definition.ts'
import { compose } from './layers.ts'
import { validated } from './validated.ts'

/** An entry with its layers, validation and handler made one. */
export interface Planned<Entry extends EntryDefinition> {
  readonly entry: Entry
  readonly run: Handler
}

/** A tool, with what is known of its results beforehand. */
export interface PlannedTool extends Planned<ToolDefinition> {
  /** Whether the values of its output schema are not objects. */
  readonly wrapped: boolean
}

/** A template, with its layers around its list too. */
export interface PlannedTemplate extends Planned<TemplateDefinition> {
  readonly list: Handler | undefined
  readonly completers: Completions
}

/** A prompt, with its layers around its completions too. */
export interface PlannedPrompt extends Planned<PromptDefinition> {
  readonly completers: Completions
}

/** What suggests values of an argument, by its name: `(value, ctx) => values`. */
export type Completions = ReadonlyMap<string, Handler>

/** A definition, compiled once: all that requests look up. */
export interface Plan {
  readonly definition: Definition
  readonly info: Implementation
  /** Those of the definition, and those that were offered before it. */
  readonly capabilities: ServerCapabilities
  readonly tools: ReadonlyMap<string, PlannedTool>
  readonly resources: ReadonlyMap<string, Planned<ResourceDefinition>>
  /** The same resources by their URI as `URL` writes it: `https://a` is `https://a/`. */
  readonly resourcesByUrl: ReadonlyMap<string, Planned<ResourceDefinition>>
  readonly templates: readonly PlannedTemplate[]
  readonly prompts: ReadonlyMap<string, PlannedPrompt>
  readonly methods: ReadonlyMap<string, Planned<MethodDefinition>>
}

const planTool = (entry: ToolDefinition): PlannedTool => ({
  entry,
  run: compose(entry.scope.layers, validated(entry.input, entry.handler)),
  wrapped: entry.output !== undefined && objectSchema(entry.output.json) === undefined,
})

const givingList =
  (give: Handler, where: string): Handler =>
  async (args, context) => {
    const list = await give(args, context)
    if (Array.isArray(list)) return list
    throw new TypeError(`${where} must return an array, got ${show(list)}`)
  }

const layeredCompletions = (entry: PromptDefinition | TemplateDefinition): Completions => {
  const layered = ([name, completer]: [string, unknown]): [string, Handler] => {
    const where = `${labelOf(entry)}, complete: "${name}"`
    return [name, compose(entry.scope.layers, givingList(completer as Handler, where))]
  }
  return new Map([...entry.completers].map(layered))
}

const planPrompt = (entry: PromptDefinition): PlannedPrompt => ({
  entry,
  run: compose(entry.scope.layers, validated(entry.input, entry.handler)),
  completers: layeredCompletions(entry),
})

const planTemplate = (entry: TemplateDefinition): PlannedTemplate => {
  const { list, scope, handler } = entry
  return {
    entry,
    run: compose(scope.layers, handler),
    list:
      list &&
      compose(
        scope.layers,
        givingList((_args, context) => list(context), `${labelOf(entry)}: list`),
      ),
    completers: layeredCompletions(entry),
  }
}

// `_meta` belongs to the protocol, and no schema of parameters knows it.
const withoutMeta =
  (handler: Handler): Handler =>
  (params, context) => {
    const { _meta, ...own } = params as Params
    return handler(own, context)
  }

// Without a schema, a vendor method sees its parameters as they came.
const planMethod = (entry: MethodDefinition): Planned<MethodDefinition> => ({
  entry,
  run: compose(entry.scope.layers, entry.params ? withoutMeta(validated(entry.params, entry.handler)) : entry.handler),
})

const planResource = (entry: ResourceDefinition): Planned<ResourceDefinition> => ({
  entry,
  run: compose(entry.scope.layers, entry.handler),
})

const ofKind = <Kind extends EntryDefinition['kind']>(definition: Definition, kind: Kind) =>
  [...definition.entries.values()].filter(
    (entry): entry is Extract<EntryDefinition, { kind: Kind }> => entry.kind === kind,
  )

/** How `URL` writes a URI, where it can. */
export const normalised = (uri: string): string => (URL.canParse(uri) ? new URL(uri).href : uri)

const capabilitiesOf = (
  plan: Pick<Plan, 'tools' | 'resources' | 'templates' | 'prompts' | 'methods'>,
  offered: ServerCapabilities,
): ServerCapabilities => {
  const { tools, resources, templates, prompts, methods } = plan
  const completes =
    methods.has('completion/complete') ||
    [...templates, ...prompts.values()].some(({ completers }) => completers.size > 0)
  return Object.freeze({
    ...offered,
    logging: {},
    ...(completes && { completions: {} }),
    ...((prompts.size > 0 || methods.has('prompts/list')) && { prompts: { listChanged: true } }),
    ...((resources.size > 0 || templates.length > 0 || methods.has('resources/list')) && {
      resources: { subscribe: true, listChanged: true },
    }),
    ...((tools.size > 0 || methods.has('tools/list')) && { tools: { listChanged: true } }),
  })
}

/**
 * Compiles a definition.
 *
 * @param offered what clients were told of the definition that it replaces. It stays: what has become empty is listed as
 *   empty, and is not suddenly an unknown method
 * @throws DefinitionError when there is nothing in it
 */
export const makePlan = (definition: Definition, offered: ServerCapabilities = {}): Plan => {
  if (definition.entries.size === 0) {
    throw new DefinitionError(
      `server "${definition.info.name}" is empty. A server is immutable: a statement server.tool(…) whose result is ` +
        'dropped does nothing; chain the calls, or keep what they return',
    )
  }
  const { instructions, ...info } = definition.info
  const resources = ofKind(definition, 'resource').map((entry) => [entry.listing.uri, planResource(entry)] as const)
  const entries = {
    tools: new Map(ofKind(definition, 'tool').map((entry) => [entry.listing.name, planTool(entry)])),
    resources: new Map(resources),
    resourcesByUrl: new Map(resources.map(([uri, planned]) => [normalised(uri), planned])),
    templates: ofKind(definition, 'template').map(planTemplate),
    prompts: new Map(ofKind(definition, 'prompt').map((entry) => [entry.listing.name, planPrompt(entry)])),
    methods: new Map(ofKind(definition, 'method').map((entry) => [entry.name, planMethod(entry)])),
  }
  return { definition, info, capabilities: capabilitiesOf(entries, offered), ...entries }
}
