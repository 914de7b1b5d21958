import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Client, createClient } from '../../src/client.ts'
import type { Loose } from '../support/answering.ts'
import { VERSIONS, type Version } from '../support/messages.ts'
import { scripted, speaking } from '../support/scripted-server.ts'

const handler = () => ({ action: 'decline' }) as const
const sampler = () => ({ role: 'assistant', content: { type: 'text', text: '' }, model: 'm' }) as const

/** What a client declares to a server of a revision. */
const declared = async (client: Client, version: Version): Promise<Loose> => {
  const server = scripted(speaking(version))
  await (await client.connect(server.runtime, { revisions: [version] })).close()
  const { capabilities, _meta } = server.received[0].params
  return capabilities ?? _meta['io.modelcontextprotocol/clientCapabilities']
}

/** What is declared to the servers of each revision. */
const DECLARED: readonly (readonly [what: string, client: Client, capabilities: Readonly<Record<Version, object>>])[] =
  [
    [
      'nothing',
      createClient(),
      { '2024-11-05': {}, '2025-03-26': {}, '2025-06-18': {}, '2025-11-25': {}, '2026-07-28': {} },
    ],
    [
      'elicitation',
      createClient().elicitation(handler),
      {
        '2024-11-05': {},
        '2025-03-26': {},
        '2025-06-18': { elicitation: {} },
        '2025-11-25': { elicitation: { form: {}, url: {} } },
        '2026-07-28': { elicitation: { form: {}, url: {} } },
      },
    ],
    [
      'URLs alone',
      createClient().elicitation(handler, { modes: ['url'] }),
      {
        '2024-11-05': {},
        '2025-03-26': {},
        '2025-06-18': {},
        '2025-11-25': { elicitation: { url: {} } },
        '2026-07-28': { elicitation: { url: {} } },
      },
    ],
    [
      'sampling',
      createClient().sampling(sampler),
      {
        '2024-11-05': { sampling: {} },
        '2025-03-26': { sampling: {} },
        '2025-06-18': { sampling: {} },
        '2025-11-25': { sampling: { tools: {}, context: {} } },
        '2026-07-28': { sampling: { tools: {}, context: {} } },
      },
    ],
    [
      'sampling without tools and context',
      createClient().sampling(sampler, { tools: false, context: false }),
      {
        '2024-11-05': { sampling: {} },
        '2025-03-26': { sampling: {} },
        '2025-06-18': { sampling: {} },
        '2025-11-25': { sampling: {} },
        '2026-07-28': { sampling: {} },
      },
    ],
    [
      'roots',
      createClient().roots([{ uri: 'file:///work' }]),
      {
        '2024-11-05': { roots: { listChanged: true } },
        '2025-03-26': { roots: { listChanged: true } },
        '2025-06-18': { roots: { listChanged: true } },
        '2025-11-25': { roots: { listChanged: true } },
        '2026-07-28': { roots: {} },
      },
    ],
    [
      'extensions',
      createClient()
        .extension('io.modelcontextprotocol/ui', { mimeTypes: ['text/html'] })
        .extension('com.acme/x'),
      Object.fromEntries(
        VERSIONS.map((version) => [
          version,
          { extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html'] }, 'com.acme/x': {} } },
        ]),
      ) as Record<Version, object>,
    ],
  ]

for (const [what, client, capabilities] of DECLARED) {
  test(`a client declares what it was given a function for: ${what}`, async () => {
    for (const version of VERSIONS) assert.deepEqual(await declared(client, version), capabilities[version], version)
  })
}

test('each method gives a new client, and leaves the one before as it was', async () => {
  const plain = createClient()
  const steps: readonly ((client: Client) => Client)[] = [
    (client) => client.elicitation(handler),
    (client) => client.sampling(sampler),
    (client) => client.roots(() => []),
    (client) => client.logging(() => undefined),
    (client) => client.auth('token'),
    (client) => client.use((_, next) => next()),
    (client) => client.extension('com.acme/x'),
  ]
  for (const step of steps) {
    const next = step(plain)
    assert.notEqual(next, plain)
    assert.ok(Object.isFrozen(next))
    assert.deepEqual(await declared(plain, '2026-07-28'), {})
  }
})

test('what was given is copied: a later change of it changes no client', async () => {
  const modes: ('form' | 'url')[] = ['form']
  const settings = { own: { a: 1 } }
  const client = createClient().elicitation(handler, { modes }).extension('com.acme/x', settings)
  modes.push('url')
  settings.own.a = 2
  assert.deepEqual(await declared(client, '2026-07-28'), {
    elicitation: { form: {} },
    extensions: { 'com.acme/x': { own: { a: 1 } } },
  })
})

const no = undefined as never

const WRONG: readonly (readonly [what: string, build: (client: Client) => unknown, message: string])[] = [
  ['elicitation', (one) => one.elicitation('form' as never), 'elicitation: pass a function, got "form"'],
  [
    'modes',
    (one) => one.elicitation(handler, { modes: [] }),
    "elicitation: modes must be 'form', 'url', or both, as in ['form']",
  ],
  [
    'modes',
    (one) => one.elicitation(handler, { modes: 'form' as never }),
    "elicitation: modes must be 'form', 'url', or both, as in ['form']",
  ],
  [
    'modes',
    (one) => one.elicitation(handler, { modes: ['page' as never] }),
    "elicitation: modes must be 'form', 'url', or both, as in ['form']",
  ],
  [
    'an option',
    (one) => one.elicitation(handler, { mode: ['form'] } as never),
    'elicitation: there is no option "mode". Did you mean "modes"? The options are modes, onComplete',
  ],
  ['sampling', (one) => one.sampling(no), 'sampling: pass a function, got undefined'],
  [
    'tools',
    (one) => one.sampling(sampler, { tools: 'yes' as never }),
    'sampling: tools must be true or false, got "yes"',
  ],
  [
    'context',
    (one) => one.sampling(sampler, { context: 1 as never }),
    'sampling: context must be true or false, got 1',
  ],
  [
    'an option',
    (one) => one.sampling(sampler, { tool: true } as never),
    'sampling: there is no option "tool". Did you mean "tools"? The options are tools, context',
  ],
  ...[undefined, 'file:///work', [{ uri: '/work' }], ['file:///work']].map(
    (roots) =>
      [
        'roots',
        (one: Client) => one.roots(roots as never),
        "roots: pass an array such as [{ uri: 'file:///work', name: 'work' }], or a function that gives one",
      ] as const,
  ),
  ['logging', (one) => one.logging(no), 'logging: pass a function, got undefined'],
  [
    'level',
    (one) => one.logging(() => undefined, { level: 'loud' as never }),
    'logging: level must be one of debug, info, notice, warning, error, critical, alert, emergency, got "loud"',
  ],
  ['use', (one) => one.use(no), 'use: pass a function, got undefined'],
  ...[undefined, '', 5, {}, { headers: 'Bearer' }, { headers: () => ({}), challenged: true }].map(
    (auth) =>
      [
        'auth',
        (one: Client) => one.auth(auth as never),
        'auth: pass a token that is not empty, a function that gives one, or an object with the function "headers" ' +
          'and, where it answers refusals, the function "challenged"',
      ] as const,
  ),
  [
    'settings',
    (one) => one.extension('com.acme/x', [] as never),
    'extension: the settings must be an object, got an array',
  ],
  [
    'settings',
    (one) => one.extension('com.acme/x', { size: 1n } as never),
    'extension: what is listed must be JSON: Do not know how to serialize a BigInt',
  ],
]

test('what a client cannot be given is refused at once, with what to do instead', () => {
  for (const [what, build, message] of WRONG) {
    assert.throws(() => build(createClient()), { name: 'DefinitionError', message }, what)
  }
})

test('PY-116: an extension is declared by a valid identifier, and once', () => {
  for (const id of [undefined, 'ui', 'acme/x', 'io.acme/', 'io.acme', 'io acme/x', '.acme/x']) {
    const given = id === undefined ? 'undefined' : JSON.stringify(id)
    assert.throws(() => createClient().extension(id as never), {
      name: 'DefinitionError',
      message: `extension: pass an identifier such as 'io.modelcontextprotocol/ui', got ${given}`,
    })
  }
  const client = createClient().extension('com.acme/x')
  for (const id of ['com.acme/x-1', 'com.acme/X', 'io.acme.sub/x.y']) client.extension(id)
  assert.throws(() => client.extension('com.acme/x', { a: 1 }), {
    name: 'DefinitionError',
    message: 'extension: "com.acme/x" is declared already',
  })
})
