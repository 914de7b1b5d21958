/**
 * Standard Schema V1 and Standard JSON Schema V1, as far as this library reads them. Declared here so that every
 * library that follows them fits by structure alone: valibot, zod, ArkType and others.
 */
export interface Schema<Input = unknown, Output = Input> {
  readonly '~standard': StandardProperties<Input, Output>
}

/** What a schema says of itself. */
export interface StandardProperties<Input = unknown, Output = Input> {
  readonly version: 1
  readonly vendor: string
  readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
  /** Never there at run time: it only carries the two types. */
  readonly types?: { readonly input: Input; readonly output: Output } | undefined
  readonly jsonSchema?: StandardJsonSchema | undefined
}

/** Writes a schema down as JSON Schema. Each throws for what it cannot write. */
export interface StandardJsonSchema {
  readonly input: (options: StandardJsonSchemaOptions) => Readonly<Record<string, unknown>>
  readonly output: (options: StandardJsonSchemaOptions) => Readonly<Record<string, unknown>>
}

/** `target` is a dialect, such as `draft-2020-12`; `libraryOptions` mean something to one library only. */
export interface StandardJsonSchemaOptions {
  readonly target: string
  readonly libraryOptions?: Record<string, unknown> | undefined
}

/** A validated value, or what is wrong with it. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** One thing that is wrong, and where. */
export interface StandardIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The type that a schema takes. */
export type InferInput<S extends Schema> = NonNullable<S['~standard']['types']>['input']

/** The type that a schema gives. */
export type InferOutput<S extends Schema> = NonNullable<S['~standard']['types']>['output']

/** Whether a value is a schema: an object or a function with `~standard`, as Standard Schema V1 wants it. */
export const isSchema = (value: unknown): value is Schema => {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const standard = (value as Partial<Schema>)['~standard']
  return typeof standard === 'object' && standard?.version === 1 && typeof standard.validate === 'function'
}
