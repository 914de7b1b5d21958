import type { Transport } from '../peer/transport.ts'
import type { ServerRuntime } from '../server/runtime.ts'
import { Serving, type ServingOptions } from './serving.ts'

/** The clients of a runtime that are served over a transport each. */
export class Connections {
  readonly #runtime: ServerRuntime
  readonly #open = new Set<Serving>()

  constructor(runtime: ServerRuntime) {
    this.#runtime = runtime
  }

  /** Takes a client in; start it to serve it. */
  open(transport: Transport, options: ServingOptions): Serving {
    const serving = new Serving(this.#runtime, transport, options)
    this.#open.add(serving)
    void serving.over.then(() => this.#open.delete(serving))
    return serving
  }

  /** Closes every connection, once what has been answered is on its way. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((serving) => serving.close()))
  }
}
