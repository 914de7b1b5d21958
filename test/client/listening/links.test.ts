import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClient } from '../../../src/client.ts'
import { createServer } from '../../../src/index.ts'
import { EVERY_LINK } from '../../support/links.ts'
import { isStateless } from '../../support/messages.ts'

/** A server of notes, and which of them are watched at the moment. */
const notebook = () => {
  const watched: string[] = []
  const waiting: (() => void)[] = []
  const watchedAre = async (...uris: readonly string[]): Promise<void> => {
    while (watched.toSorted().join() !== uris.join()) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const wake = (): void => {
    for (const resolve of waiting.splice(0)) resolve()
  }
  const watch = (uri: string) => {
    watched.push(uri)
    wake()
    return () => {
      watched.splice(watched.indexOf(uri), 1)
      wake()
    }
  }
  const server = createServer({ name: 'notebook', version: '1.0.0' })
    .tool('write', () => 'written')
    .prompt('greet', () => 'Hello')
    .resource('note://{id}', { watch, list: () => [{ uri: 'note://1', name: 'one' }] }, ({ id }) => id)
  return { server, next: server.tool('erase', () => 'erased'), watchedAre }
}

describe('listening, over everything that carries it', () => {
  for (const [name, version, link] of EVERY_LINK) {
    it(`${name}, ${version}: what changes is heard, also after the connection broke`, async (t) => {
      const { server, next, watchedAre } = notebook()
      const { connection, runtime, cut } = await link(t, server, createClient(), { revisions: [version] })
      assert.equal(connection.protocolVersion, version)
      const changes = connection.listen({ tools: true, prompts: true, resourceList: true, resources: ['note://1'] })
      assert.deepEqual(await changes.ready, {
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
        resourceSubscriptions: ['note://1'],
      })
      await watchedAre('note://1')
      await runtime.replace(next)
      assert.deepEqual(await changes.next(), { done: false, value: { kind: 'tools' } })
      runtime.notify.resourceUpdated('note://2')
      runtime.notify.resourceUpdated('note://1')
      assert.deepEqual(await changes.next(), { done: false, value: { kind: 'resource', uri: 'note://1' } })

      cut()
      const isResumed = name === 'Streamable HTTP' && !isStateless(version)
      if (isResumed) runtime.notify.promptsChanged()
      assert.deepEqual(await changes.next(), { done: false, value: { kind: isResumed ? 'prompts' : 'gap' } })
      runtime.notify.resourcesChanged()
      assert.deepEqual(await changes.next(), { done: false, value: { kind: 'resources' } })

      await changes.close()
      await watchedAre()
      assert.deepEqual(await changes.next(), { done: true, value: undefined })
    })
  }
})
