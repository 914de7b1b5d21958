import { ErrorCode, McpError } from '../../errors.ts'
import type { MaybePromise } from '../../model/maybe-promise.ts'
import { SUBSCRIPTION_ID } from '../../protocol/meta-keys.ts'
import { StatefulPeer } from '../../protocol/stateful.ts'
import { isObject } from '../../wire/json.ts'
import { notificationText, type Params } from '../../wire/message.ts'
import { concerns, type Interest } from '../changes.ts'
import type { Generation } from '../generation.ts'
import type { Incoming } from '../incoming.ts'
import type { ServerRuntime } from '../runtime.ts'
import { invalidParams, stringParam } from './guards.ts'
import { hasResource, notFound } from './read-resource.ts'

const EMPTY = Object.freeze({})

/** How many may listen to one runtime at once. */
export const MAX_LISTENERS = 1024

/** How many resources one connection or one stream may hear of. */
export const MAX_SUBSCRIPTIONS = 1024

const lastingPeer = ({ peer, method }: Incoming): StatefulPeer => {
  if (peer instanceof StatefulPeer && peer.session) return peer
  throw new McpError(ErrorCode.InvalidRequest, `${method} needs a session, in which updates can be sent`)
}

const tooMany = (method: string): McpError =>
  new McpError(ErrorCode.InvalidRequest, `${method}: at most ${MAX_SUBSCRIPTIONS} resources can be subscribed to`)

const then = <Value, Result>(
  value: MaybePromise<Value>,
  next: (value: Value) => MaybePromise<Result>,
): MaybePromise<Result> => (value instanceof Promise ? value.then(next) : next(value))

/** 2025-11-25 §Subscriptions: updates of one resource, for as long as the connection lasts. */
export const subscribe = (
  { plan, runtime }: Generation,
  incoming: Incoming,
  params: Params | undefined,
): MaybePromise<object> => {
  const uri = stringParam(params, 'uri', 'resources/subscribe')
  const { subscriptions } = lastingPeer(incoming)
  return then(hasResource(plan, incoming, uri), (exists) => {
    if (!exists) throw notFound(plan, uri)
    // Of a client that has gone meanwhile, nobody would hear the end.
    if (incoming.aborted || subscriptions.has(uri)) return EMPTY
    if (subscriptions.size >= MAX_SUBSCRIPTIONS) throw tooMany(incoming.method)
    subscriptions.add(uri)
    runtime.watches.subscribe(uri)
    return EMPTY
  })
}

/** The end of it. A URI that was not subscribed to is none too many. */
export const unsubscribe = ({ runtime }: Generation, incoming: Incoming, params: Params | undefined): object => {
  const uri = stringParam(params, 'uri', 'resources/unsubscribe')
  if (lastingPeer(incoming).subscriptions.delete(uri)) runtime.watches.unsubscribe(uri)
  return EMPTY
}

const readFlag = (filter: Params, name: string): boolean => {
  const flag = filter[name] ?? false
  if (typeof flag === 'boolean') return flag
  throw invalidParams(`subscriptions/listen: ${JSON.stringify(name)} must be true or false`)
}

const readUris = (filter: Params): readonly string[] => {
  const uris = filter['resourceSubscriptions'] ?? []
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string'))
    throw invalidParams('subscriptions/listen: "resourceSubscriptions" must be an array of URIs')
  if (uris.length > MAX_SUBSCRIPTIONS) throw tooMany('subscriptions/listen')
  return uris
}

const NONE: ReadonlySet<string> = new Set()

/** What was asked for and can be had. */
const readInterest = ({ plan }: Generation, incoming: Incoming, params: Params | undefined): MaybePromise<Interest> => {
  const filter = params?.['notifications']
  if (!isObject(filter)) throw invalidParams('subscriptions/listen: "notifications" must be an object')
  const { tools, prompts, resources } = plan.capabilities
  const lists = {
    tools: readFlag(filter, 'toolsListChanged') && tools !== undefined,
    prompts: readFlag(filter, 'promptsListChanged') && prompts !== undefined,
    resources: readFlag(filter, 'resourcesListChanged') && resources !== undefined,
  }
  const uris = readUris(filter)
  const exist = uris.map((uri) => hasResource(plan, incoming, uri))
  const chosen = (exists: readonly boolean[]): Interest => ({
    ...lists,
    uris: new Set(uris.filter((_, index) => exists[index])),
    elicitations: NONE,
  })
  // At once where that is possible: what changes right after the request must not be missed.
  return exist.some((one) => one instanceof Promise) ? Promise.all(exist).then(chosen) : chosen(exist as boolean[])
}

const honoured = ({ tools, prompts, resources, uris }: Interest): object => ({
  ...(tools && { toolsListChanged: true }),
  ...(prompts && { promptsListChanged: true }),
  ...(resources && { resourcesListChanged: true }),
  ...(uris.size > 0 && { resourceSubscriptions: [...uris] }),
})

const isNothing = ({ tools, prompts, resources, uris }: Interest): boolean =>
  !tools && !prompts && !resources && uris.size === 0

const begin = (runtime: ServerRuntime, incoming: Incoming, interest: Interest): Promise<object> => {
  const { listeners, changes, watches, closed } = runtime
  if (incoming.aborted) throw incoming.aborted
  if (closed) throw new McpError(ErrorCode.InternalError, 'The server is closing')
  if (listeners.size >= MAX_LISTENERS) {
    throw new McpError(ErrorCode.InternalError, `subscriptions/listen: ${MAX_LISTENERS} listen already`)
  }
  const id = incoming.id as string | number
  const _meta = { [SUBSCRIPTION_ID]: id }
  void incoming.send(
    notificationText('notifications/subscriptions/acknowledged', { notifications: honoured(interest), _meta }),
  )
  // Nothing would ever come: it need not be kept open.
  if (isNothing(interest)) return Promise.resolve({ _meta })
  return new Promise((resolve) => {
    const silence = changes.listen((announcement) => {
      if (concerns(interest, announcement.change)) void incoming.send(announcement.taggedWith(id))
    })
    for (const uri of interest.uris) watches.subscribe(uri)
    const end = (): void => {
      if (!listeners.delete(end)) return
      silence()
      for (const uri of interest.uris) watches.unsubscribe(uri)
      void incoming.send(notificationText('notifications/cancelled', { requestId: id, _meta }))
      resolve({ _meta })
    }
    listeners.add(end)
    incoming.whenAborted(end)
  })
}

/** 2026-07-28 Subscriptions: a request whose answer is a stream of changes, until the client or the server ends it. */
export const listen = (generation: Generation, incoming: Incoming, params: Params | undefined): MaybePromise<object> =>
  then(readInterest(generation, incoming, params), (interest) => {
    // From here on it lives as long as its client likes, and needs nothing that a definition has.
    generation.end(incoming)
    return begin(generation.runtime, incoming, interest)
  })
