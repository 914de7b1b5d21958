import type { Implementation, LoggingLevel } from '../model/types.ts'
import type { JsonObject } from '../wire/json.ts'
import type {
  ClientAuth,
  ClientLayer,
  ElicitationHandler,
  LoggingHandler,
  RootsSource,
  SamplingHandler,
} from './types.ts'

/** What a client can answer about elicitation. */
export interface ElicitationDefinition {
  readonly handler: ElicitationHandler
  readonly modes: readonly ('form' | 'url')[]
  /** Hears which pages are done. */
  readonly onComplete: ((elicitationId: string) => void) | undefined
}

/** What a client can answer about sampling. */
export interface SamplingDefinition {
  readonly handler: SamplingHandler
  readonly tools: boolean
  readonly context: boolean
}

/** A client as frozen data. */
export interface ClientDefinition {
  readonly info: Implementation
  readonly elicitation: ElicitationDefinition | undefined
  readonly sampling: SamplingDefinition | undefined
  readonly roots: RootsSource | undefined
  readonly logging: { readonly handler: LoggingHandler; readonly level: LoggingLevel | undefined } | undefined
  readonly auth: ClientAuth | undefined
  readonly layers: readonly ClientLayer[]
  /** The settings of each extension that is declared, by its identifier. */
  readonly extensions: Readonly<Record<string, JsonObject>>
}
