/** A tool in the type of a server. Raw schema types are kept, and inferred late: it is what keeps long chains cheap. */
export interface ToolEntry<Name, Input, Output, Returned> {
  readonly kind: 'tool'
  readonly name: Name
  readonly input: Input
  readonly output: Output
  readonly returned: Returned
}

/** A resource in the type of a server. */
export interface ResourceEntry<Uri> {
  readonly kind: 'resource'
  readonly uri: Uri
}

/** A prompt in the type of a server. */
export interface PromptEntry<Name, Input> {
  readonly kind: 'prompt'
  readonly name: Name
  readonly input: Input
}

/** A vendor method in the type of a server. */
export interface MethodEntry<Name, Params, Output> {
  readonly kind: 'method'
  readonly name: Name
  readonly input: Params
  readonly output: Output
}

type PrefixedUri<Uri, Prefix extends string> = Uri extends `${infer Scheme}://${infer Rest}`
  ? `${Scheme}://${Prefix}/${Rest}`
  : Uri extends `${infer Scheme}:${infer Rest}`
    ? `${Scheme}:${Prefix}/${Rest}`
    : Uri

/** The entries of a merged server under its prefix. */
export type Prefixed<Entry, Prefix extends string> =
  Entry extends ToolEntry<infer Name extends string, infer Input, infer Output, infer Returned>
    ? ToolEntry<`${Prefix}_${Name}`, Input, Output, Returned>
    : Entry extends PromptEntry<infer Name extends string, infer Input>
      ? PromptEntry<`${Prefix}_${Name}`, Input>
      : Entry extends ResourceEntry<infer Uri>
        ? ResourceEntry<PrefixedUri<Uri, Prefix>>
        : Entry
