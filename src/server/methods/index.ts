import type { MaybePromise } from '../../model/maybe-promise.ts'
import type { ServerCapabilities } from '../../model/types.ts'
import type { Params } from '../../wire/message.ts'
import type { Generation } from '../generation.ts'
import type { Incoming } from '../incoming.ts'
import { callTool } from './call-tool.ts'
import { complete } from './complete.ts'
import { discover, initialize, ping, setLevel } from './conversation.ts'
import { getPrompt } from './get-prompt.ts'
import { list } from './list.ts'
import { readResource } from './read-resource.ts'
import { listen, subscribe, unsubscribe } from './subscriptions.ts'

/** Answers one method with a result that no revision has shaped yet. */
export type Method = (generation: Generation, incoming: Incoming, params: Params | undefined) => MaybePromise<object>

/** A method that was found for a request. */
export interface FoundMethod {
  readonly answer: Method
  /** Whether it sees to its time by itself, or has as much as it likes; the time limit of the runtime holds otherwise. */
  readonly limitsItself?: boolean
}

/** A method of the protocol, and the capability without which it is not there. */
interface BuiltIn extends FoundMethod {
  readonly needs?: keyof ServerCapabilities
}

/** Every method of the protocol that this server answers by itself. Which revision has it is in the revision's table. */
export const BUILT_IN: ReadonlyMap<string, BuiltIn> = new Map<string, BuiltIn>([
  ['initialize', { answer: initialize }],
  ['ping', { answer: ping }],
  ['server/discover', { answer: discover }],
  ['logging/setLevel', { answer: setLevel }],
  ['tools/list', { answer: list('tools/list'), needs: 'tools' }],
  ['tools/call', { answer: callTool, needs: 'tools', limitsItself: true }],
  ['resources/list', { answer: list('resources/list'), needs: 'resources' }],
  ['resources/templates/list', { answer: list('resources/templates/list'), needs: 'resources' }],
  ['resources/read', { answer: readResource, needs: 'resources' }],
  ['resources/subscribe', { answer: subscribe, needs: 'resources' }],
  ['resources/unsubscribe', { answer: unsubscribe, needs: 'resources' }],
  ['subscriptions/listen', { answer: listen, limitsItself: true }],
  ['prompts/list', { answer: list('prompts/list'), needs: 'prompts' }],
  ['prompts/get', { answer: getPrompt, needs: 'prompts' }],
  ['completion/complete', { answer: complete, needs: 'completions' }],
])
