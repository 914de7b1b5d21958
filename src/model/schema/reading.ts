import type { Json } from '../../wire/json.ts'
import type { Draft } from './dialect.ts'

/** One schema as the validator gets it: only keywords that it is to apply, `$ref` being a key of the targets. */
export type Rules = Record<string, unknown>

/** A reference that is still to be resolved. */
export interface Reference {
  readonly from: Rules
  readonly keyword: '$ref' | '$dynamicRef'
  readonly ref: string
  readonly place: Place
}

/** What the references of a document lead to, by the key that took the place of the reference. */
export type Targets = Readonly<Record<string, boolean | Rules>>

/** Throws for a mistake in the document. */
export type Refuse = (pointer: string, problem: string) => never

/** Where a schema stands in its document. */
export interface Place {
  readonly pointer: string
  /** What a relative `$ref` is relative to. */
  readonly base: string
  readonly depth: number
}

/** What reading a document has found so far. */
export interface Reading {
  readonly draft: Draft
  readonly rules: Map<Json, Rules>
  readonly pointers: Map<Rules, string>
  readonly resources: Map<string, Json>
  readonly anchors: Map<string, Json>
  readonly references: Reference[]
}
