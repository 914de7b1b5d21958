type Split<List extends string> = List extends `${infer First},${infer Rest}` ? First | Split<Rest> : List

type WithoutOperator<Body extends string> = Body extends `${'+' | '#' | '.' | '/' | ';'}${infer List}` ? List : Body

type Name<Spec extends string> = Spec extends `${infer Exploded}*`
  ? Exploded
  : Spec extends `${infer Prefixed}:${string}`
    ? Prefixed
    : Spec

type Value<Spec extends string> = Spec extends `${string}*` ? readonly string[] : string

type Flat<Members> = { [Key in keyof Members]: Members[Key] }

type Members<Required extends string, Optional extends string> = [Optional] extends [never]
  ? { readonly [Spec in Required as Name<Spec>]: Value<Spec> }
  : Flat<
      { readonly [Spec in Required as Name<Spec>]: Value<Spec> } & {
        readonly [Spec in Optional as Name<Spec>]?: Value<Spec> | undefined
      }
    >

type Collect<
  Template,
  Required extends string = never,
  Optional extends string = never,
> = Template extends `${string}{${infer Body}}${infer Rest}`
  ? Body extends `${'?' | '&'}${infer List}`
    ? Collect<Rest, Required, Optional | Split<List>>
    : Collect<Rest, Required | Split<WithoutOperator<Body>>, Optional>
  : Members<Required, Optional>

/**
 * The variables of a template, read from its literal type: a string for each, `readonly string[]` for an exploded one,
 * optional in `{?…}` and `{&…}`. A template that is not known until run time may hold anything.
 *
 * @example
 * TemplateVariables<'repo://{owner}{/path*}{?ref}'>
 * // { readonly owner: string; readonly path: readonly string[]; readonly ref?: string | undefined }
 */
export type TemplateVariables<Template extends string> = string extends Template
  ? Readonly<Record<string, string | readonly string[] | undefined>>
  : Collect<Template>
