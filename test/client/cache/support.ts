import type { Loose } from '../../support/answering.ts'
import type { Version } from '../../support/messages.ts'
import { type Script, speaking } from '../../support/scripted-server.ts'
import { HONOURS } from '../support.ts'

/** The lists, and what their items are called. */
export const LISTS = {
  'tools/list': 'tools',
  'prompts/list': 'prompts',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
} as const

/** How long a result may be kept, in milliseconds. */
export const TTL = 60_000

/** A result that may be kept. */
export const hinted = (result: object, ttlMs: unknown = TTL, cacheScope = 'private'): object => ({
  resultType: 'complete',
  ...result,
  ttlMs,
  cacheScope,
})

/** A server whose lists and resources are different each time, and may be kept. */
export const counting = (ttlMs: unknown = TTL, version: Version = '2026-07-28'): Script => {
  let count = 0
  const next = (): string => {
    count += 1
    return `number ${count}`
  }
  const items = (name: string) => (): object => {
    const item = { name: next(), uri: 'note://1', uriTemplate: 'note://{id}', inputSchema: { type: 'object' } }
    return hinted({ [name]: [item] }, ttlMs)
  }
  return speaking(version, {
    ...HONOURS,
    ...Object.fromEntries(Object.entries(LISTS).map(([method, name]) => [method, items(name)])),
    'resources/read': ({ params }: Loose) => hinted({ contents: [{ uri: params.uri, text: next() }] }, ttlMs),
  })
}
