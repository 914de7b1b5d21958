import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DefinitionError, type ListenFilter } from '../../../src/client.ts'
import { speaking } from '../../support/scripted-server.ts'
import { connectTo, HONOURS, sent } from '../support.ts'

describe('what is listened to', () => {
  const filters: readonly (readonly [ListenFilter, object])[] = [
    [{}, {}],
    [{ tools: true }, { toolsListChanged: true }],
    [{ prompts: true }, { promptsListChanged: true }],
    [{ resources: true }, { resourcesListChanged: true }],
    [{ resourceList: true }, { resourcesListChanged: true }],
    [{ resources: ['note://1', 'note://2', 'note://1'] }, { resourceSubscriptions: ['note://1', 'note://2'] }],
    [
      { resources: ['note://1'], resourceList: true, tools: true, prompts: true },
      {
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
        resourceSubscriptions: ['note://1'],
      },
    ],
    [{ tools: false, prompts: false, resources: false, resourceList: false }, {}],
    [{ resources: [] }, {}],
  ]
  for (const [filter, wire] of filters) {
    it(`TS-58: ${JSON.stringify(filter)} is ${JSON.stringify(wire)} to the server; false is as good as absent`, async (t) => {
      const { connection, server } = await connectTo(t, speaking('2026-07-28', HONOURS))
      const changes = connection.listen(filter)
      assert.deepEqual(await changes.ready, wire)
      assert.deepEqual(sent(server, 'subscriptions/listen')[0].params.notifications, wire)
    })
  }

  it('TS-58: what is done to the array of URIs later changes nothing', async (t) => {
    const { connection, server } = await connectTo(t, speaking('2026-07-28', HONOURS))
    const resources = ['note://1']
    const changes = connection.listen({ resources })
    resources.push('note://2')
    await changes.ready
    assert.deepEqual(sent(server, 'subscriptions/listen')[0].params.notifications, {
      resourceSubscriptions: ['note://1'],
    })
  })

  const mistakes: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /^listen: the options are an object, got undefined$/],
    [['tools'], /^listen: the options are an object, got /],
    [{ tool: true }, /^listen: there is no option "tool"\. Did you mean "tools"\? The options are tools, prompts, /],
    [{ tools: 'yes' }, /^listen: tools must be true or false, got "yes"$/],
    [{ prompts: 1 }, /^listen: prompts must be true or false, got 1$/],
    [{ resourceList: null }, /^listen: resourceList must be true or false, got null$/],
    [
      { resources: 'note://1' },
      /^listen: resources must be an array of URIs such as \['note:\/\/1'\], or true for the list of resources, got "note:\/\/1"$/,
    ],
    [{ resources: ['note://1', 7] }, /^listen: resources must be an array of URIs/],
  ]
  for (const [filter, message] of mistakes) {
    it(`${JSON.stringify(filter)} is refused at once, with what to write instead`, async (t) => {
      const { connection, server } = await connectTo(t, speaking('2026-07-28', HONOURS))
      assert.throws(
        () => connection.listen(filter as ListenFilter),
        (error) => error instanceof DefinitionError && message.test(error.message),
      )
      assert.equal(sent(server, 'subscriptions/listen').length, 0)
    })
  }
})
