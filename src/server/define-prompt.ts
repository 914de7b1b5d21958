import { DefinitionError } from '../errors.ts'
import { didYouMean } from '../model/nearest.ts'
import { compileSchema, type PromptArgument, promptArguments } from '../model/schema/index.ts'
import { show } from '../model/schema/problems.ts'
import type { Prompt } from '../model/types.ts'
import type { Context } from './context.ts'
import { describe } from './define-tool.ts'
import type { Completers, PromptDefinition, Scope } from './definition.ts'
import { asSchema, checkOptions, listedExtras, OPTIONS, readArguments } from './options.ts'
import type { Completer, PromptOptions } from './types.ts'

/** Throws for a name that nobody could ask for. */
export const checkPromptName = (name: string): void => {
  if (typeof name === 'string' && name.trim() !== '') return
  throw new DefinitionError(`prompt ${show(name)}: a prompt needs a name, a string that is not empty`)
}

const startsWith = (choice: string, value: string): boolean => choice.toLowerCase().startsWith(value.toLowerCase())

const completeChoices =
  (choices: readonly string[]): Completer<Context> =>
  (value) =>
    choices.filter((choice) => startsWith(choice, value))

/** Completers by name, for names that exist. */
export const readCompleters = (
  given: Readonly<Record<string, unknown>> | undefined,
  names: readonly string[],
  where: string,
): Map<string, Completer<Context>> => {
  const completers = new Map<string, Completer<Context>>()
  for (const [name, completer] of Object.entries(given ?? {})) {
    if (!names.includes(name)) {
      const known = names.length > 0 ? `it has ${names.join(', ')}` : 'it has none'
      throw new DefinitionError(
        `${where}, complete: there is no "${name}" to complete; ${known}.${didYouMean(name, names)}`,
      )
    }
    if (typeof completer !== 'function') {
      throw new DefinitionError(`${where}, complete: "${name}" must be a function (value, ctx) => string[]`)
    }
    completers.set(name, completer as Completer<Context>)
  }
  return completers
}

const allCompleters = (
  known: readonly PromptArgument[],
  given: Readonly<Record<string, unknown>> | undefined,
  where: string,
): Completers => {
  const completers = readCompleters(
    given,
    known.map(({ name }) => name),
    where,
  )
  for (const { name, choices } of known) {
    if (choices && !completers.has(name)) completers.set(name, completeChoices(choices))
  }
  return completers
}

const listArguments = (known: readonly PromptArgument[]): Pick<Prompt, 'arguments'> =>
  known.length > 0 ? { arguments: known.map(({ choices, ...argument }) => argument) } : {}

/**
 * A prompt from the arguments of `.prompt(…)`.
 * @throws DefinitionError
 */
export const definePrompt = (name: string, rest: readonly unknown[], scope: Scope): PromptDefinition => {
  checkPromptName(name)
  const where = `prompt "${name}"`
  const { options: given, handler } = readArguments(rest, where)
  checkOptions(given, OPTIONS.prompt, where)
  const options = given as PromptOptions<unknown, Context>
  const schema = asSchema(options.input, `${where}, input`)
  const input = schema && compileSchema(schema, 'input', `${where}, input`)
  const known = input ? promptArguments(input.json, where) : []
  const { enabled } = options
  return Object.freeze({
    kind: 'prompt',
    listing: Object.freeze({
      name,
      ...describe(options, input?.json),
      ...listArguments(known),
      ...listedExtras(options, where),
    }),
    input,
    arguments: known,
    completers: allCompleters(known, options.complete as Readonly<Record<string, unknown>> | undefined, where),
    handler,
    scope,
    enabled,
  })
}
