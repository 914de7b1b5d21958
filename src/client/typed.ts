import type { AsJson } from '../model/as-json.ts'
import type { Block, Result } from '../model/content.ts'
import type { InferInput, InferOutput, Schema } from '../model/schema/index.ts'
import type { ContentBlock, TextContent } from '../model/types.ts'
import type { AnyServer } from '../server/faces.ts'
import type { CallOptions } from './types.ts'

type Arguments = Readonly<Record<string, unknown>>

/** The entries of a server's type; `never` where the server is not known at compile time. */
type EntriesOf<S> = S extends { readonly '~entries': infer Entry } ? Entry : never

type Known<S> = [S] extends [AnyServer] ? true : false

type Entry<S, Kind extends string> = Extract<EntriesOf<S>, { readonly kind: Kind }>

type NameOf<S, Kind extends string> =
  Known<S> extends true ? Extract<Entry<S, Kind>, { readonly name: string }>['name'] : string

type Named<S, Kind extends string, Name> = Extract<Entry<S, Kind>, { readonly name: Name }>

/** The names of a server's tools. */
export type ToolName<S> = NameOf<S, 'tool'>

/** The names of a server's prompts. */
export type PromptName<S> = NameOf<S, 'prompt'>

type InputOf<Found> = Found extends { readonly input: infer Input } ? Input : undefined

type ArgumentsOf<S, Kind extends string, Name> =
  Known<S> extends true
    ? InputOf<Named<S, Kind, Name>> extends infer Input
      ? Input extends Schema
        ? InferInput<Input>
        : Readonly<Record<never, never>>
      : never
    : Arguments

/** What a tool takes. */
export type ToolArguments<S, Name> = ArgumentsOf<S, 'tool', Name>

/** What a prompt takes. */
export type PromptArguments<S, Name> = ArgumentsOf<S, 'prompt', Name>

/** The value of content: a single text is a value, and an array may turn out to hold one. */
type ContentValue<Content> = Content extends readonly (infer Item)[]
  ? [Extract<Item, string | Block<TextContent>>] extends [never]
    ? readonly ContentBlock[]
    : string | readonly ContentBlock[]
  : Content extends Block<TextContent>
    ? string
    : readonly ContentBlock[]

// A promise of a block is one, too; content made by hand says nothing of its value.
type ValueOf<Returned> = [Returned] extends [Result]
  ? unknown
  : [Returned] extends [Block]
    ? ContentValue<Returned>
    : Returned extends readonly (infer Item)[]
      ? [Extract<Item, Block>] extends [never]
        ? AsJson<Returned>
        : ContentValue<Returned>
      : AsJson<Returned>

type DataOf<Found> = Found extends { readonly output: infer Output; readonly returned: infer Returned }
  ? Output extends Schema
    ? AsJson<InferOutput<Output>>
    : ValueOf<Awaited<Returned>>
  : never

/** The value that a tool gives. */
export type ToolData<S, Name> = Known<S> extends true ? DataOf<Named<S, 'tool', Name>> : unknown

/** Arguments that may be left out where none is required, and the options of the call. */
export type WithArguments<Args> =
  Readonly<Record<never, never>> extends Args
    ? [args?: Args | undefined, options?: CallOptions]
    : [args: Args, options?: CallOptions]

/** The tools of a server as functions. */
export type Tools<S> =
  Known<S> extends true
    ? {
        readonly [Name in ToolName<S>]: (...rest: WithArguments<ToolArguments<S, Name>>) => Promise<ToolData<S, Name>>
      }
    : { readonly [name: string]: (args?: Arguments, options?: CallOptions) => Promise<unknown> }
