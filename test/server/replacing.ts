import assert from 'node:assert/strict'
import { createServer } from '../../src/index.ts'
import { type Bindable, type Connected, opened } from '../support/connection.ts'
import { isStateless, type Params, type Reply, request, type Version } from '../support/messages.ts'
import { exchange } from './asking.ts'
import { ALL, listen } from './listening.ts'

export const create = (name = 'test') => createServer({ name, version: '1.0.0' })

/** A lifespan that notes when it starts and ends. */
export const noting = (notes: string[], name: string, end?: () => Promise<void> | void) =>
  async function* () {
    notes.push(`${name} starts`)
    yield { [name]: true }
    await end?.()
    notes.push(`${name} ends`)
  }

/** Serves another definition on a connection. */
export const replace = ({ runtime }: Connected, next: Bindable): Promise<void> => runtime.replace(next['~definition'])

/** A call of a tool, as a message. */
export const call = (version: Version, id: string | number, name: string, args: Params = {}) =>
  request(version, id, 'tools/call', { name, arguments: args })

/** The text of a tool's result, which must be none of failure. */
export const textOf = ({ result, error }: Reply): string => {
  assert.equal(error, undefined, JSON.stringify(error))
  assert.notEqual(result.isError, true, JSON.stringify(result))
  return result.content[0].text
}

/** Calls a tool, whatever else comes meanwhile. */
export const called = async (connected: Connected, version: Version, name: string): Promise<string> =>
  textOf((await exchange(connected, version, 'tools/call', { name })).reply)

/** A connection whose client hears of changes, as those of its revision do. */
export const hearing = async (server: Bindable, version: Version, wanted: Params = ALL) => {
  const connected = await opened(server, version)
  await connected.runtime.start()
  if (isStateless(version)) await connected.ask(listen('sub', wanted))
  /** Of which lists it has heard since it was asked last; or of which resources. */
  const heard = async (): Promise<readonly string[]> => {
    const names: string[] = []
    while (connected.inbox.size > 0) {
      const { method, params } = (await connected.inbox.next()) as Reply & { method: string; params?: { uri?: string } }
      names.push(params?.uri ?? method.replace('notifications/', '').replace('/list_changed', ''))
    }
    return names
  }
  return { ...connected, heard }
}
