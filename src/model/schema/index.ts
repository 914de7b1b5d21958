export type { Direction } from './carriable.ts'
export { type Checked, type CompiledSchema, compileSchema } from './compile.ts'
export { argumentAt, type HeaderParameter, headerParameters } from './header-parameters.ts'
export { jsonSchema } from './json-schema.ts'
export { looksLikeBareSchema, notASchema } from './mistaken.ts'
export { objectSchema, wrapSchema } from './object-schema.ts'
export { type PromptArgument, promptArguments } from './prompt-arguments.ts'
export {
  type InferInput,
  type InferOutput,
  isSchema,
  type Schema,
  type StandardIssue,
  type StandardJsonSchema,
  type StandardJsonSchemaOptions,
  type StandardProperties,
  type StandardResult,
} from './standard.ts'
