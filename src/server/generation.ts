import type { ServerCapabilities } from '../model/types.ts'
import { encodeResult } from '../protocol/encode.ts'
import type { Revision } from '../protocol/revision.ts'
import type { Host } from './context.ts'
import type { Definition, Scope } from './definition.ts'
import type { Incoming } from './incoming.ts'
import { type Held, NONE_HELD } from './lifespans.ts'
import { findResource, readWithin } from './methods/read-resource.ts'
import { makePlan, type Plan } from './plan.ts'
import type { ServerRuntime } from './runtime.ts'
import type { Source } from './watches.ts'

/** One definition of a runtime while it is served, and until the last call that began with it has ended. */
export class Generation {
  readonly runtime: ServerRuntime
  readonly plan: Plan
  /** Undefined until its lifespans have started. */
  lifespans: Held | undefined
  readonly #hosts = new Map<Scope, Host>()
  readonly #results = new Map<string, object>()
  /** The text of results that never change, per revision once it was made. */
  readonly #texts = new WeakMap<object, Map<Revision, string>>()
  #calls = 0
  #idle: (() => void) | undefined

  /**
   * @param offered the capabilities that clients of this runtime have been told of
   * @throws DefinitionError when the definition is empty
   */
  constructor(runtime: ServerRuntime, definition: Definition, offered?: ServerCapabilities) {
    this.runtime = runtime
    this.plan = makePlan(definition, offered)
    this.lifespans = definition.lifespans.length === 0 ? NONE_HELD : undefined
  }

  /** A call begins that needs this definition until it ends. */
  begin(incoming: Incoming): void {
    incoming.generation = this
    this.#calls += 1
  }

  /** A call has ended, or needs this definition no longer. */
  end(incoming: Incoming): void {
    if (incoming.generation === undefined) return
    incoming.generation = undefined
    this.#calls -= 1
    if (this.#calls === 0) this.#idle?.()
  }

  /** Settles when no call needs it. For a definition that was replaced: no other call begins with it. */
  idle(): Promise<void> {
    if (this.#calls === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle = resolve
    })
  }

  /** What handlers of a scope may ask of this server. */
  hostOf(scope: Scope): Host {
    const known = this.#hosts.get(scope)
    if (known) return known
    const host: Host = {
      lifespan: this.lifespans?.values.get(scope.lifespans),
      notify: this.runtime.notify,
      readResource: (uri, incoming, depth) => readWithin(this, incoming, scope, uri, depth),
    }
    this.#hosts.set(scope, host)
    return host
  }

  /** A result that never changes: made once, and turned into text once per revision. */
  remembered(key: string, make: () => object): object {
    const known = this.#results.get(key)
    if (known) return known
    const result = make()
    this.#results.set(key, result)
    this.#texts.set(result, new Map())
    return result
  }

  /** A result as a revision writes it. */
  textOf(revision: Revision, method: string, result: object): string {
    const texts = this.#texts.get(result)
    const known = texts?.get(revision)
    if (known !== undefined) return known
    const text = JSON.stringify(encodeResult(revision, method, result, this.plan.info))
    texts?.set(revision, text)
    return text
  }

  /** What watches the resource behind a URI. */
  watchOf(uri: string): Source | undefined {
    const entry = findResource(this.plan, uri)
    return entry?.watch && { watch: entry.watch, lifespans: entry.scope.lifespans.flat() }
  }
}
