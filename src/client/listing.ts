import { InvalidResultError } from '../errors.ts'
import type { Logger } from '../model/logger.ts'
import type { ServerCapabilities } from '../model/types.ts'
import { isObject } from '../wire/json.ts'
import type { Result } from './rounds.ts'

/** Which capability a list belongs to, and how its items are called. */
export const LISTS = {
  'tools/list': ['tools', 'tools'],
  'resources/list': ['resources', 'resources'],
  'resources/templates/list': ['resources', 'resourceTemplates'],
  'prompts/list': ['prompts', 'prompts'],
} as const satisfies Record<string, readonly [keyof ServerCapabilities, string]>

/** A method that lists. */
export type ListMethod = keyof typeof LISTS

/** The items in a page, as far as they are some. */
export const itemsOf = <Item>(result: Result, name: string): readonly Item[] => {
  const items = result[name]
  return Array.isArray(items) ? (items.filter(isObject) as readonly Item[]) : []
}

/** One page of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | undefined
}

/** Fetches one page. */
export type FetchPage<Item> = (cursor: string | undefined) => Promise<Page<Item>>

/** How many pages a list may have. */
const MAX_PAGES = 10_000

/** The pages of a list, to its end. A server that gives a cursor twice has come to the end, too. */
export async function* pagesOf<Item>(
  fetchPage: FetchPage<Item>,
  method: string,
  logger: Logger,
): AsyncGenerator<readonly Item[], void, undefined> {
  const seen = new Set<string>()
  let cursor: string | undefined
  do {
    const { items, nextCursor } = await fetchPage(cursor)
    yield items
    cursor = nextCursor
    if (cursor === undefined) return
    if (seen.has(cursor)) {
      logger.warn(`"${method}" ended early: the server gave the cursor ${JSON.stringify(cursor)} twice`)
      return
    }
    seen.add(cursor)
  } while (seen.size < MAX_PAGES)
  throw new InvalidResultError(`"${method}" was given up: the server gave more than ${MAX_PAGES} pages`)
}

/**
 * A list on a server. Awaited, it is one array of all its pages; `for await` gives its items as they come. Nothing is asked
 * before that, and each use asks anew.
 */
export class Listing<Item> implements PromiseLike<readonly Item[]>, AsyncIterable<Item> {
  readonly #pages: () => AsyncGenerator<readonly Item[], void, undefined>

  constructor(pages: () => AsyncGenerator<readonly Item[], void, undefined>) {
    this.#pages = pages
  }

  then<Fulfilled = readonly Item[], Rejected = never>(
    onFulfilled?: ((items: readonly Item[]) => Fulfilled | PromiseLike<Fulfilled>) | null,
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<Fulfilled | Rejected> {
    return this.#all().then(onFulfilled, onRejected)
  }

  catch<Rejected = never>(
    onRejected?: ((reason: unknown) => Rejected | PromiseLike<Rejected>) | null,
  ): Promise<readonly Item[] | Rejected> {
    return this.#all().catch(onRejected)
  }

  finally(onFinally?: (() => void) | null): Promise<readonly Item[]> {
    return this.#all().finally(onFinally)
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const items of this.#pages()) yield* items
  }

  async #all(): Promise<readonly Item[]> {
    const all: Item[] = []
    for await (const item of this) all.push(item)
    return all
  }
}
