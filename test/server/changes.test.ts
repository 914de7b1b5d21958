import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Announcement, type Change, Changes, concerns, type Interest, notifyOf } from '../../src/server/changes.ts'
import { keepingLogger } from '../support/messages.ts'

const NOTHING: Interest = { tools: false, prompts: false, resources: false, uris: new Set(), elicitations: new Set() }
const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId'

const begin = () => {
  const logger = keepingLogger()
  const changes = new Changes(logger)
  return { changes, notify: notifyOf(changes), logger }
}

/** What was announced. */
const heard = (act: (notify: ReturnType<typeof notifyOf>) => void): readonly Announcement[] => {
  const { changes, notify } = begin()
  const announcements: Announcement[] = []
  changes.listen((announcement) => announcements.push(announcement))
  act(notify)
  return announcements
}

describe('an announcement', () => {
  const [tools, prompts, resources, updated] = heard((notify) => {
    notify.toolsChanged()
    notify.promptsChanged()
    notify.resourcesChanged()
    notify.resourceUpdated('file:///a "b"')
  }) as [Announcement, Announcement, Announcement, Announcement]

  it('2025-11-25 Tools, Prompts and Resources, List Changed Notification: has no parameters', () => {
    for (const [announcement, method] of [
      [tools, 'notifications/tools/list_changed'],
      [prompts, 'notifications/prompts/list_changed'],
      [resources, 'notifications/resources/list_changed'],
    ] as const) {
      assert.deepEqual(JSON.parse(announcement.plain), { jsonrpc: '2.0', method })
    }
  })

  it('2025-11-25 Resources, Subscriptions: has the URI as it was given', () => {
    const method = 'notifications/resources/updated'
    assert.deepEqual(JSON.parse(updated.plain), { jsonrpc: '2.0', method, params: { uri: 'file:///a "b"' } })
  })

  it('2026-07-28 Subscriptions, Receiving Notifications; TS-56: is tagged with the id as it came', () => {
    for (const id of [0, 1, -7, '', '1', 'a "b"', '\u2028']) {
      assert.deepEqual(JSON.parse(tools.taggedWith(id)), {
        jsonrpc: '2.0',
        method: 'notifications/tools/list_changed',
        params: { _meta: { [SUBSCRIPTION_ID]: id } },
      })
      assert.deepEqual(JSON.parse(updated.taggedWith(id)).params, {
        uri: 'file:///a "b"',
        _meta: { [SUBSCRIPTION_ID]: id },
      })
    }
  })

  it('is written once, however many read it', (t) => {
    const [fresh] = heard((notify) => notify.resourceUpdated('a://b')) as [Announcement]
    const { mock } = t.mock.method(JSON, 'stringify')
    for (let reader = 0; reader < 1_000; reader++) {
      assert.ok(fresh.plain)
      assert.ok(fresh.taggedWith(reader))
    }
    const objects = mock.calls.filter(({ arguments: [value] }) => typeof value === 'object')
    assert.equal(objects.length, 2)
  })
})

describe('who is concerned', () => {
  const changes: readonly Change[] = ['tools', 'prompts', 'resources', { uri: 'a://b' }, { elicitationId: 'a' }]
  const concerning = (interest: Partial<Interest>): readonly Change[] =>
    changes.filter((change) => concerns({ ...NOTHING, ...interest }, change))

  it('each kind by itself', () => {
    assert.deepEqual(concerning({}), [])
    assert.deepEqual(concerning({ tools: true }), ['tools'])
    assert.deepEqual(concerning({ prompts: true, resources: true }), ['prompts', 'resources'])
  })

  it('TS-58: resources by their exact URI', () => {
    assert.deepEqual(concerning({ uris: new Set(['a://b']) }), [{ uri: 'a://b' }])
    assert.deepEqual(concerning({ uris: new Set(['a://b/', 'a://B', 'a://', 'a://b/c']) }), [])
  })
})

describe('everyone who listens', () => {
  it('hears what is published until they stop', () => {
    const { changes, notify } = begin()
    const seen: string[] = []
    const stop = changes.listen(() => seen.push('first'))
    changes.listen(() => seen.push('second'))
    notify.toolsChanged()
    stop()
    stop()
    notify.toolsChanged()
    assert.deepEqual(seen, ['first', 'second', 'second'])
  })

  it('PY-130: the same function twice is two of them', () => {
    const { changes, notify } = begin()
    let count = 0
    const listener = (): void => {
      count += 1
    }
    const [stop] = [changes.listen(listener), changes.listen(listener)]
    notify.toolsChanged()
    stop()
    notify.toolsChanged()
    assert.equal(count, 3)
  })

  it('PY-130: one that throws keeps nothing from the others, and the log says so', () => {
    const { changes, notify, logger } = begin()
    const failure = new Error('broken')
    let count = 0
    changes.listen(() => {
      throw failure
    })
    changes.listen(() => {
      count += 1
    })
    notify.toolsChanged()
    notify.promptsChanged()
    assert.equal(count, 2)
    assert.deepEqual(
      logger.lines.map(({ level, details }) => [level, details]),
      [
        ['error', [failure]],
        ['error', [failure]],
      ],
    )
  })

  it('may stop while something is published', () => {
    const { changes, notify } = begin()
    const seen: string[] = []
    const stops = [1, 2, 3].map((number) =>
      changes.listen(() => {
        seen.push(`${number}`)
        for (const stop of stops) stop()
      }),
    )
    notify.toolsChanged()
    notify.toolsChanged()
    assert.deepEqual(seen, ['1'])
  })

  it('notify cannot be changed', () => {
    assert.ok(Object.isFrozen(begin().notify))
  })
})
