import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectAll, createClient } from '../src/client.ts'
import { createServer } from '../src/index.ts'
import { PACKAGE } from '../src/version.ts'
import { isStateless, VERSIONS } from './support/messages.ts'
import { scripted, speaking } from './support/scripted-server.ts'

const WHO = {
  name: 'agent',
  version: '2.0.0',
  title: 'Agent',
  description: 'Does things',
  websiteUrl: 'https://example.com',
  icons: [{ src: 'https://example.com/icon.png' }],
}

for (const version of VERSIONS) {
  test(`${version}: a client says who it is, and is called after the package where nobody has named it`, async () => {
    for (const [client, expected] of [
      [createClient(WHO), WHO],
      [createClient(), PACKAGE],
    ] as const) {
      const server = scripted(speaking(version))
      const connection = await client.connect(server.runtime, { revisions: [version] })
      const [{ params }] = server.received
      const info = isStateless(version) ? params._meta['io.modelcontextprotocol/clientInfo'] : params.clientInfo
      assert.deepEqual(info, expected)
      await connection.close()
    }
  })
}

test('a change of what was given is no change of the client', async () => {
  const info = { ...WHO, icons: [{ src: 'data:,a' }] }
  const client = createClient(info)
  info.name = 'other'
  info.icons.push({ src: 'data:,b' })
  const server = scripted(speaking('2025-11-25'))
  await (await client.connect(server.runtime, { revisions: ['2025-11-25'] })).close()
  assert.deepEqual(server.received[0].params.clientInfo, { ...WHO, icons: [{ src: 'data:,a' }] })
})

const WRONG: readonly (readonly [info: unknown, message: string])[] = [
  ['agent', "createClient: pass who the client is, as in { name: 'agent', version: '1.0.0' }"],
  [null, "createClient: pass who the client is, as in { name: 'agent', version: '1.0.0' }"],
  [{}, 'createClient: name must be a string that is not empty, got undefined'],
  [{ name: '', version: '1.0.0' }, 'createClient: name must be a string that is not empty, got ""'],
  [{ name: 'agent' }, 'createClient: version must be a string that is not empty, got undefined'],
  [{ name: 'agent', version: 1 }, 'createClient: version must be a string that is not empty, got 1'],
  [
    { ...WHO, icons: 'icon.png' },
    'createClient: icons must be an array such as [{ src: \'https://…\' }], got "icon.png"',
  ],
  [{ ...WHO, title: 5 }, 'createClient: title must be a string, got 5'],
  [
    { ...WHO, tilte: 'Agent' },
    'createClient: there is no option "tilte". Did you mean "title"? ' +
      'The options are name, version, title, description, websiteUrl, icons',
  ],
  [
    { ...WHO, icons: [{ src: 'data:,', size: 1n }] },
    'createClient: what is listed must be JSON: Do not know how to serialize a BigInt',
  ],
]

test('a client that is named wrongly is refused, and told how to do it', () => {
  for (const [info, message] of WRONG) {
    assert.throws(() => createClient(info as never), { name: 'DefinitionError', message })
  }
})

test('the entry connects to all servers of a configuration, as one client or another', async (t) => {
  const asked: string[] = []
  const server = createServer({ name: 'near', version: '1.0.0' }).tool('who', (_, { client }) => {
    asked.push(client.info?.name ?? '')
    return 'here'
  })
  const running = await server.listen({ port: 0 })
  t.after(() => running.close())
  const config = { mcpServers: { near: { url: running.url } } }
  for (const options of [undefined, { client: createClient(WHO) }]) {
    const group = await connectAll(config, options)
    assert.equal((await group.callTool('near_who')).text, 'here')
    await group.close()
  }
  assert.deepEqual(asked, [PACKAGE.name, WHO.name])
  await assert.rejects(connectAll({}), {
    name: 'DefinitionError',
    message: "connectAll: pass { mcpServers: { name: { command: 'node', args: ['server.js'] } } }",
  })
})
