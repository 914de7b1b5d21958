import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import type { Bindable } from '../support/connection.ts'
import { connect, opened } from '../support/connection.ts'
import { isStateless, request, resultOf, STATEFUL, VERSIONS } from '../support/messages.ts'
import { exchange } from './asking.ts'
import { ALL, acknowledged, listen, turn } from './listening.ts'
import { call, create, hearing, noting, replace } from './replacing.ts'

const enabled = () => true
const list = () => ['note://1']
const [start, otherStart] = [noting([], 'a'), noting([], 'b')]

/** A server that has something in each list; what is given stands before or instead of it. */
const all = (base = create(), { tool = {}, prompt = {}, resource = {}, template = {} } = {}) =>
  base
    .tool('t', tool, () => 't')
    .prompt('p', prompt, () => 'p')
    .resource('a://r', resource, () => 'r')
    .resource('note://{id}', template, ({ id }) => id)

const ALL_LISTS = ['tools', 'prompts', 'resources']

const ROWS: readonly (readonly [what: string, before: Bindable, after: Bindable, changed: readonly string[]])[] = [
  ['nothing', all(), all(), []],
  ['a tool more', all(), all().tool('u', () => 'u'), ['tools']],
  ['a prompt more', all(), all().prompt('u', () => 'u'), ['prompts']],
  ['a resource more', all(), all().resource('a://u', () => 'u'), ['resources']],
  ['a template more', all(), all().resource('b://{u}', () => 'u'), ['resources']],
  ['the description of a tool', all(), all(create(), { tool: { description: 'New' } }), ['tools']],
  ['the arguments of a tool', all(), all(create(), { tool: { input: v.object({ a: v.string() }) } }), ['tools']],
  ['what a tool returns', all(), all(create(), { tool: { output: v.string() } }), ['tools']],
  ['the title of a prompt', all(), all(create(), { prompt: { title: 'New' } }), ['prompts']],
  ['the type of a resource', all(), all(create(), { resource: { mimeType: 'text/plain' } }), ['resources']],
  ['the description of a template', all(), all(create(), { template: { description: 'New' } }), ['resources']],
  [
    'the order',
    create()
      .tool('t', () => 1)
      .tool('u', () => 1),
    create()
      .tool('u', () => 1)
      .tool('t', () => 1),
    ['tools'],
  ],
  [
    'everything',
    all(),
    create()
      .tool('n', () => 1)
      .prompt('n', () => 'n')
      .resource('a://n', () => 'n'),
    ALL_LISTS,
  ],
  ['everything is gone but a method', all(), create().method('x/y', {}, () => ({})), ALL_LISTS],
  ['who may see a tool', all(), all(create(), { tool: { enabled } }), ['tools']],
  [
    'who may see a prompt',
    all(create(), { prompt: { enabled } }),
    all(create(), { prompt: { enabled: () => true } }),
    ['prompts'],
  ],
  ['still the same may see it', all(create(), { tool: { enabled } }), all(create(), { tool: { enabled } }), []],
  [
    'what a template lists',
    all(create(), { template: { list } }),
    all(create(), { template: { list: () => [] } }),
    ['resources'],
  ],
  ['it still lists the same', all(create(), { template: { list } }), all(create(), { template: { list } }), []],
  [
    'a layer around what a template lists',
    all(create(), { template: { list } }),
    all(
      create().use((_, next) => next()),
      { template: { list } },
    ),
    ['resources'],
  ],
  [
    'the lifespan that a template lists from',
    all(create().lifespan(start), { template: { list } }),
    all(create().lifespan(otherStart), { template: { list } }),
    ['resources'],
  ],
  ['the lifespan of what lists by itself', all(create().lifespan(start)), all(create().lifespan(otherStart)), []],
  [
    'what no list shows',
    all(),
    all(
      create('other')
        .use((_, next) => next())
        .intercept((_, next) => next()),
      { tool: { timeoutMs: 5 }, resource: { cache: { ttlMs: 5 } } },
    ),
    [],
  ],
  [
    'merged servers',
    create().merge(all(create(), { template: { list } }), { prefix: 'm' }),
    create().merge(all(create(), { template: { list } }), { prefix: 'm' }),
    [],
  ],
  [
    'the prefix of a merged server',
    create().merge(all(), { prefix: 'm' }),
    create().merge(all(), { prefix: 'n' }),
    ALL_LISTS,
  ],
  [
    'a list that a method gives',
    all().method('tools/list', {}, () => ({ tools: [] })),
    all().method('tools/list', {}, () => ({ tools: [] })),
    ['tools'],
  ],
  [
    'a list that a method gives from now on',
    all(),
    all().method('resources/templates/list', {}, () => ({ resourceTemplates: [] })),
    ['resources'],
  ],
  ['another method', all(), all().method('x/y', {}, () => ({})), []],
]

describe('replace: exactly the lists that differ are announced', () => {
  for (const version of VERSIONS) {
    for (const [what, before, after, changed] of ROWS) {
      it(`${version}: ${what}`, async () => {
        const client = await hearing(before, version)
        await replace(client, after)
        assert.deepEqual(await client.heard(), changed)
        await replace(client, after)
        assert.deepEqual(await client.heard(), [])
        client.connection.disconnect()
        await client.runtime.close()
      })
    }
  }

  it('when it is announced, the new list is there', async () => {
    const { runtime } = connect(create().tool('old', () => 1))
    const seen: unknown[] = []
    runtime.changes.listen(({ change }) => seen.push([change, [...runtime.plan.tools.keys()]]))
    await runtime.replace(create().tool('new', () => 1)['~definition'])
    assert.deepEqual(seen, [['tools', ['new']]])
  })
})

describe('replace: who hears of it', () => {
  for (const version of STATEFUL) {
    it(`2025-11-25 Lifecycle, Operation; ${version}: lists that were not negotiated are not announced`, async () => {
      const client = await hearing(
        create().tool('t', () => 1),
        version,
      )
      await replace(client, all())
      assert.deepEqual(await client.heard(), [])
      await replace(client, all(create(), { tool: { title: 'New' }, prompt: { title: 'New' } }))
      assert.deepEqual(await client.heard(), ['tools'])
      const later = await hearing(all(), version)
      await replace(
        later,
        create().tool('t', () => 1),
      )
      assert.deepEqual(await later.heard(), ['prompts', 'resources'])
    })

    it(`${version}: what an initialize that is under way was told counts`, async () => {
      const connected = connect(
        create()
          .intercept(async ({ method }, next) => {
            const result = await next()
            if (method === 'initialize') await replace(connected, all(create(), { tool: { title: 'New' } }))
            return result
          })
          .tool('t', () => 1),
      )
      const { result } = await connected.open(version)
      assert.deepEqual(Object.keys(result.capabilities), ['logging', 'tools'])
      connected.runtime.notify.promptsChanged()
      connected.runtime.notify.toolsChanged()
      const { method } = (await connected.next()) as unknown as { method: string }
      assert.deepEqual([method, connected.inbox.size], ['notifications/tools/list_changed', 0])
    })
  }

  it('2026-07-28 Subscriptions, Acknowledgment: what was not honoured is not announced', async () => {
    const client = await hearing(
      create().tool('t', () => 1),
      '2026-07-28',
    )
    await replace(client, all(create(), { tool: { title: 'New' } }))
    assert.deepEqual(await client.heard(), ['tools'])
    assert.deepEqual(await client.ask(listen('later', ALL)), acknowledged(ALL, 'later'))
  })

  it('2026-07-28 Subscriptions, Subscription Filter: what was not asked for is not announced', async () => {
    const client = await hearing(all(), '2026-07-28', { promptsListChanged: true })
    await replace(
      client,
      create().tool('n', () => 1),
    )
    assert.deepEqual(await client.heard(), ['prompts'])
  })
})

describe('replace: what was offered once', () => {
  const lists = [
    ['tools/list', 'tools'],
    ['prompts/list', 'prompts'],
    ['resources/list', 'resources'],
    ['resources/templates/list', 'resourceTemplates'],
  ] as const

  for (const version of VERSIONS) {
    it(`${version}: stays, and is empty`, async () => {
      const connected = await opened(all(), version)
      await replace(
        connected,
        create().method('x/y', {}, () => ({})),
      )
      for (const [method, member] of lists) {
        assert.deepEqual((await exchange(connected, version, method)).reply.result[member], [])
      }
      const { error } = (await exchange(connected, version, 'tools/call', { name: 't' })).reply
      assert.deepEqual([error.code, error.message], [-32602, 'Unknown tool "t".'])
    })
  }

  it('is still offered to those that come later, who hear of it, too', async () => {
    const runtime = all().bind()
    await runtime.replace(create().method('x/y', {}, () => ({})))
    const { capabilities } = await resultOf(runtime, '2026-07-28', 'server/discover')
    assert.deepEqual(Object.keys(capabilities).sort(), ['logging', 'prompts', 'resources', 'tools'])
    await runtime.close()
  })
})

describe('replace: subscriptions to resources', () => {
  const watching = (notes: string[], name: string) => {
    const told: (() => void)[] = []
    const watch = (uri: string, notify: () => void) => {
      notes.push(`${name} watches ${uri}`)
      told.push(notify)
      return () => notes.push(`${name} ends ${uri}`)
    }
    return { watch, tell: () => told.at(-1)?.() }
  }

  for (const version of VERSIONS) {
    it(`${version}: what is watched otherwise begins anew, what is not goes on`, async () => {
      const notes: string[] = []
      const [kept, old, now] = [watching(notes, 'kept'), watching(notes, 'old'), watching(notes, 'now')]
      const uris = ['kept://1', 'changed://1', 'gone://1', 'late://1']
      const before = create()
        .resource('kept://{id}', { watch: kept.watch }, () => '')
        .resource('changed://{id}', { watch: old.watch }, () => '')
        .resource('gone://{id}', { watch: old.watch }, () => '')
        .resource('late://{id}', () => '')
      const after = create()
        .resource('kept://{id}', { watch: kept.watch, description: 'New' }, () => 'new')
        .resource('changed://1', { watch: now.watch }, () => '')
        .resource('late://{id}', { watch: now.watch }, () => '')
      const client = await hearing(before, version, { resourceSubscriptions: uris })
      if (!isStateless(version)) {
        for (const uri of uris) await client.ask(request(version, uri, 'resources/subscribe', { uri }))
      }
      await turn()
      assert.deepEqual(notes, ['kept watches kept://1', 'old watches changed://1', 'old watches gone://1'])
      await replace(client, after)
      await turn()
      assert.deepEqual(notes.slice(3).sort(), [
        'now watches changed://1',
        'now watches late://1',
        'old ends changed://1',
        'old ends gone://1',
      ])
      await client.heard()
      kept.tell()
      now.tell()
      assert.deepEqual(await client.heard(), ['kept://1', 'late://1'])
      await replace(client, before)
      await turn()
      assert.deepEqual(notes.slice(7).sort(), [
        'now ends changed://1',
        'now ends late://1',
        'old watches changed://1',
        'old watches gone://1',
      ])
      client.connection.disconnect()
      await client.runtime.close()
      assert.equal(notes.filter((note) => note.includes('watches')).length, notes.length / 2)
    })
  }

  it('what may rely on a lifespan that is gone begins anew, and has ended before the lifespan does', async () => {
    const notes: string[] = []
    const watch = (uri: string) => {
      notes.push(`same watches ${uri}`)
      return async () => {
        await turn()
        notes.push(`same ends ${uri}`)
      }
    }
    const define = (start: () => AsyncGenerator<object>) =>
      create()
        .lifespan(start)
        .resource('a://r', { watch }, () => '')
    const client = await hearing(define(noting(notes, 'first')), '2026-07-28', { resourceSubscriptions: ['a://r'] })
    await turn()
    await replace(client, define(noting(notes, 'second')))
    for (let turns = 0; turns < 3; turns += 1) await turn()
    assert.deepEqual(notes.slice(0, 3), ['first starts', 'same watches a://r', 'second starts'])
    assert.ok(notes.indexOf('same ends a://r') < notes.indexOf('first ends'))
    assert.equal(notes.filter((note) => note === 'same watches a://r').length, 2)
    await client.runtime.close()
    assert.equal(notes.at(-1), 'second ends')
  })

  it('what is subscribed to after the replacement is looked for in the new definition', async () => {
    const connected = await opened(
      create().resource('a://old', () => ''),
      '2025-11-25',
    )
    await replace(
      connected,
      create().resource('a://new', () => ''),
    )
    const subscribe = async (uri: string) =>
      (await exchange(connected, '2025-11-25', 'resources/subscribe', { uri })).reply
    assert.equal((await subscribe('a://old')).error.code, -32002)
    assert.deepEqual((await subscribe('a://new')).result, {})
    assert.equal((await connected.ask(call('2025-11-25', 1, 'x'))).error.code, -32601)
  })
})
