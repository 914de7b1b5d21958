import { ErrorCode, McpError } from '../../errors.ts'
import type { Logger } from '../../model/logger.ts'
import { isObject } from '../../wire/json.ts'
import type { Params } from '../../wire/message.ts'
import type { ElicitationDefinition } from '../definition.ts'
import { tell } from '../tell.ts'

/** How many pages are remembered that nobody has said to be done. */
const MAX_OPEN = 1_000

/**
 * The pages that the user was sent to, until the server says that they are done. What it says of others is passed over
 * (2025-11-25 Elicitation, Completion Notifications for URL Mode Elicitation).
 */
export class UrlElicitations {
  readonly #open = new Set<unknown>()
  readonly #onComplete: (elicitationId: string) => void
  readonly #logger: Logger

  constructor(onComplete: (elicitationId: string) => void, logger: Logger) {
    this.#onComplete = onComplete
    this.#logger = logger
  }

  /** The handler of a client, whose questions are remembered. */
  watching(elicitation: ElicitationDefinition): ElicitationDefinition {
    return {
      ...elicitation,
      handler: (ask, context) => {
        if (ask.mode === 'url') this.#add(ask.elicitationId)
        return elicitation.handler(ask, context)
      },
    }
  }

  /** A request has failed, perhaps until pages are visited (URL Elicitation Required Error). */
  refused(error: unknown): void {
    if (!(error instanceof McpError) || error.code !== ErrorCode.UrlElicitationRequired) return
    const { elicitations } = isObject(error.data) ? error.data : {}
    if (!Array.isArray(elicitations)) return
    for (const elicitation of elicitations) if (isObject(elicitation)) this.#add(elicitation['elicitationId'])
  }

  /** The server says that a page is done. */
  completed({ elicitationId }: Params): void {
    if (this.#open.delete(elicitationId)) {
      tell('elicitation: onComplete', this.#logger, () => this.#onComplete(elicitationId as string))
    }
  }

  #add(elicitationId: unknown): void {
    if (typeof elicitationId !== 'string') return
    this.#open.add(elicitationId)
    if (this.#open.size <= MAX_OPEN) return
    const [oldest] = this.#open
    this.#open.delete(oldest)
  }
}
