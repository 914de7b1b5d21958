import assert from 'node:assert/strict'
import { test } from 'node:test'
import { REVISIONS, UNNAMED_REVISION } from '../../src/protocol/index.ts'
import { firstRevision, type Revision, revise, shape } from '../../src/protocol/revision.ts'
import { VERSIONS, type Version } from '../support/messages.ts'
import { readMember } from './known.ts'
import { CLIENT_NOTIFIES, CONTENT, NOTIFICATIONS, REQUESTS, RESULTS, TYPES } from './members.ts'

const revisionOf = (version: Version): Revision => {
  const revision = REVISIONS.find((one) => one.version === version)
  assert.ok(revision)
  return revision
}

test('the revisions stand in order, oldest first', () => {
  assert.deepEqual(
    REVISIONS.map(({ version }) => version),
    [...VERSIONS],
  )
})

test('2025-06-18 Protocol Version Header: without a header, 2025-03-26 is spoken', () => {
  assert.equal(UNNAMED_REVISION.version, '2025-03-26')
})

const NO_DEFAULTS = { defaults: false, titledEnums: false, multiSelect: false, url: 'none' } as const
const ALL_DEFAULTS = { defaults: true, titledEnums: true, multiSelect: true } as const

const NOTHING: ReadonlySet<string> = new Set()

/** What else tells the revisions apart, from their specifications. */
const RULES: Readonly<Record<Version, Partial<Revision>>> = {
  '2024-11-05': {
    conversation: 'stateful',
    batches: false,
    missingId: null,
    resourceNotFound: -32002,
    structuredContent: 'none',
    asks: { elicitation: undefined, samplingTools: false },
    rounds: NOTHING,
    streams: NOTHING,
    http: {
      versionHeader: 'unknown',
      mirroredParameter: undefined,
      disconnectCancels: false,
      polling: false,
      sse: true,
    },
  },
  '2025-03-26': {
    conversation: 'stateful',
    batches: true,
    missingId: null,
    resourceNotFound: -32002,
    structuredContent: 'none',
    asks: { elicitation: undefined, samplingTools: false },
    rounds: NOTHING,
    streams: NOTHING,
    http: {
      versionHeader: 'unknown',
      mirroredParameter: undefined,
      disconnectCancels: false,
      polling: false,
      sse: true,
    },
  },
  '2025-06-18': {
    conversation: 'stateful',
    batches: false,
    missingId: null,
    resourceNotFound: -32002,
    structuredContent: 'object',
    asks: { elicitation: NO_DEFAULTS, samplingTools: false },
    rounds: NOTHING,
    streams: NOTHING,
    http: {
      versionHeader: 'optional',
      mirroredParameter: undefined,
      disconnectCancels: false,
      polling: false,
      sse: true,
    },
  },
  '2025-11-25': {
    conversation: 'stateful',
    batches: false,
    missingId: undefined,
    resourceNotFound: -32002,
    structuredContent: 'object',
    asks: { elicitation: { ...ALL_DEFAULTS, url: 'id' }, samplingTools: true },
    rounds: NOTHING,
    streams: NOTHING,
    http: {
      versionHeader: 'optional',
      mirroredParameter: undefined,
      disconnectCancels: false,
      polling: true,
      sse: true,
    },
  },
  '2026-07-28': {
    conversation: 'stateless',
    batches: false,
    missingId: undefined,
    resourceNotFound: -32602,
    structuredContent: 'any',
    asks: { elicitation: { ...ALL_DEFAULTS, url: 'plain' }, samplingTools: true },
    rounds: new Set(['tools/call', 'prompts/get', 'resources/read']),
    streams: new Set(['subscriptions/listen']),
    http: {
      versionHeader: 'required',
      mirroredParameter: { 'tools/call': 'name', 'prompts/get': 'name', 'resources/read': 'uri' },
      disconnectCancels: true,
      polling: false,
      sse: false,
    },
  },
}

const sorted = (names: Iterable<string>): readonly string[] => [...names].sort()

// What a revision's `encode` adds by itself, and what belongs to messages rather than to results.
const ADDED = ['resultType', 'ttlMs', 'cacheScope']

/** The type of the specification that a shape describes. */
const SHAPES: Readonly<Record<string, string>> = {
  implementation: 'Implementation',
  serverCapabilities: 'ServerCapabilities',
  annotations: 'Annotations',
  toolAnnotations: 'ToolAnnotations',
  icon: 'Icon',
  tool: 'Tool',
  resource: 'Resource',
  resourceTemplate: 'ResourceTemplate',
  prompt: 'Prompt',
  promptArgument: 'PromptArgument',
  promptMessage: 'PromptMessage',
  completion: 'Completion',
  progress: 'ProgressParams',
  ...Object.fromEntries(Object.entries(CONTENT).map(([type, name]) => [`content/${type}`, name])),
  ...Object.fromEntries(
    Object.values(RESULTS).map((name) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, name]),
  ),
}

/** The shape of what stands in a member, by its kind. Of capabilities and `_meta`, nothing is left out. */
const TYPE_SHAPES: ReadonlyMap<string, string> = new Map([
  ...Object.entries(SHAPES).map(([name, type]) => [type, name] as const),
  ['content', 'content'],
  ['contents', 'resourceContents'],
])

// Known to the specification, and to come with what needs them.
const UNSENT: Readonly<Record<string, readonly string[]>> = {
  serverCapabilities: ['tasks'],
  tool: ['execution'],
  progress: ['_meta'],
}

const membersOf = (version: Version, type: string): readonly string[] | undefined =>
  TYPES[version][type]?.split(' ').map((member) => readMember(member).name)

for (const version of VERSIONS) {
  const revision = revisionOf(version)

  test(`${version}: ClientRequest and ClientNotification`, () => {
    assert.deepEqual(sorted(revision.requests), sorted(REQUESTS[version]))
    assert.deepEqual(sorted(revision.notifications), sorted(CLIENT_NOTIFIES[version]))
  })

  test(`${version}: its rules`, () => {
    for (const [name, value] of Object.entries(RULES[version])) {
      assert.deepEqual(revision[name as keyof Revision], value, name)
    }
    assert.equal(revision.stamp !== undefined, revision.conversation === 'stateless')
  })

  test(`${version}: every shape has the members of its type`, () => {
    for (const [name, type] of Object.entries(SHAPES)) {
      const known = membersOf(version, type)
      if (!known) continue
      const expected = known.filter((member) => !ADDED.includes(member) && !UNSENT[name]?.includes(member))
      const actual = Object.keys(revision.shapes[name] ?? {}).filter((member) => !ADDED.includes(member))
      assert.deepEqual(sorted(actual), sorted(expected), name)
    }
  })

  test(`${version}: a member takes its value as it is, or as the type that it has`, () => {
    for (const [name, type] of Object.entries(SHAPES)) {
      const members = (TYPES[version][type]?.split(' ') ?? []).map(readMember)
      const shaped = revision.shapes[name] ?? {}
      for (const { name: member, kind } of members) {
        const expected = TYPE_SHAPES.get(kind.replace(/^\[|\]$/g, '')) ?? true
        if (member in shaped) assert.equal(shaped[member], expected, `${name}.${member}`)
      }
    }
  })

  test(`${version}: content types`, () => {
    const types = Object.entries(CONTENT).filter(([, name]) => name in TYPES[version])
    assert.deepEqual(
      sorted(Object.keys(revision.shapes).filter((name) => name.startsWith('content/'))),
      sorted(types.map(([type]) => `content/${type}`)),
    )
  })
}

test('a notification that the server sends by itself is none that the client sends', () => {
  assert.deepEqual(Object.keys(NOTIFICATIONS), ['notifications/progress', 'notifications/message'])
})

const first = firstRevision({
  version: '1',
  asks: { elicitation: undefined, samplingTools: false },
  rounds: new Set(),
  streams: new Set(),
  conversation: 'stateful',
  requests: new Set(['a', 'b']),
  notifications: new Set(['n']),
  batches: false,
  missingId: null,
  resourceNotFound: 1,
  structuredContent: 'none',
  stamp: undefined,
  shapes: { thing: { name: true }, other: { thing: 'thing' } },
  http: { versionHeader: 'unknown', mirroredParameter: undefined, disconnectCancels: false, polling: false, sse: true },
})

test('revise adds to what was there, and leaves it as it was', () => {
  const second = revise(first, {
    version: '2',
    batches: true,
    requests: { added: ['c'], removed: ['a'] },
    notifications: { added: ['m'] },
    shapes: { thing: { title: true }, fresh: { thing: 'thing' } },
    http: { versionHeader: 'optional' },
  })
  assert.equal(second.version, '2')
  assert.equal(second.conversation, 'stateful')
  assert.equal(second.batches, true)
  assert.deepEqual([...second.requests], ['b', 'c'])
  assert.deepEqual([...second.notifications], ['n', 'm'])
  assert.deepEqual({ ...second.shapes['thing'] }, { name: true, title: true })
  assert.deepEqual({ ...second.shapes['other'] }, { thing: 'thing' })
  assert.deepEqual({ ...second.shapes['fresh'] }, { thing: 'thing' })
  assert.deepEqual(second.http, {
    versionHeader: 'optional',
    mirroredParameter: undefined,
    disconnectCancels: false,
    polling: false,
    sse: true,
  })

  assert.deepEqual([...first.requests], ['a', 'b'])
  assert.deepEqual({ ...first.shapes['thing'] }, { name: true })
  assert.equal('fresh' in first.shapes, false)
})

test('revise without changes gives the same tables', () => {
  const second = revise(first, { version: '2' })
  assert.deepEqual([...second.requests], ['a', 'b'])
  assert.deepEqual([...second.notifications], ['n'])
  assert.deepEqual({ ...second.shapes['thing'] }, { name: true })
})

test('a revision is frozen, and so are its shapes', () => {
  const second = revise(first, { version: '2', shapes: { thing: { title: true } } })
  for (const revision of [first, second, ...REVISIONS]) {
    assert.ok(Object.isFrozen(revision))
    assert.ok(Object.isFrozen(revision.shapes))
    for (const [name, members] of Object.entries(revision.shapes)) assert.ok(Object.isFrozen(members), name)
  }
})

test('TS-27 a type knows no member by the names of Object.prototype', () => {
  for (const key of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    assert.equal(shape({ name: true })[key], undefined, key)
    for (const revision of REVISIONS) {
      assert.equal(revision.shapes[key], undefined, key)
      assert.equal(revision.shapes['tool']?.[key], undefined, key)
    }
  }
})
