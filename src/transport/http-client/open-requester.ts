import type { Requester } from './requester.ts'

const isNode = (): boolean => globalThis.process?.versions?.node !== undefined

/**
 * `node:http` on Node, `fetch` elsewhere.
 * @param fetch is taken in place of both
 */
export const openRequester = async (fetch: typeof globalThis.fetch | undefined): Promise<Requester> => {
  if (fetch || !isNode()) {
    const { FetchRequester } = await import('./fetch.ts')
    return new FetchRequester(fetch ?? globalThis.fetch)
  }
  const { NodeRequester } = await import('./node.ts')
  return new NodeRequester()
}
