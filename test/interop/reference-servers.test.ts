import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { withTemporaryFolder } from '../../scripts/child.ts'
import { type CommandTarget, type Connection, connectAll, createClient, ToolError } from '../../src/client.ts'
import { Inbox } from '../support/connection.ts'
import { whileListening } from '../support/recording-client.ts'

// The reference servers that people use, as their hosts start them: for files, and for a graph of knowledge.

const program = (name: string): string =>
  fileURLToPath(import.meta.resolve(`@modelcontextprotocol/server-${name}/dist/index.js`))

const node = (name: string, ...args: readonly string[]): CommandTarget => ({
  command: process.execPath,
  args: [program(name), ...args],
})

const files = (folder: string): CommandTarget => node('filesystem', folder)

const memory = (folder: string): CommandTarget => ({
  ...node('memory'),
  env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') },
})

const client = createClient({ name: 'interop', version: '1.0.0' })

const connected = async (target: CommandTarget, work: (connection: Connection) => Promise<void>): Promise<void> => {
  const connection = await client.connect(target)
  try {
    await work(connection)
  } finally {
    await connection.close()
  }
}

type Arguments = Readonly<Record<string, unknown>>

/** The value that a tool gives, which must not report an error. */
const dataOf = async (connection: Connection, name: string, args?: Arguments): Promise<unknown> => {
  const { isError, text, data } = await connection.callTool(name, args)
  assert.notEqual(isError, true, text)
  return data
}

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'

test('server-filesystem: writes, edits, lists, finds, moves and reads files, all of it checked against output schemas', () =>
  withTemporaryFolder((folder) =>
    connected(files(folder), async (connection) => {
      const tools = await connection.listTools()
      assert.ok(tools.length > 10)
      assert.ok(tools.every(({ outputSchema }) => outputSchema !== undefined))
      assert.equal(tools.find(({ name }) => name === 'edit_file')?.annotations?.destructiveHint, true)

      const call = async (name: string, args: Arguments): Promise<string> => {
        const { content } = (await dataOf(connection, name, args)) as { content: string }
        return content
      }
      const path = join(folder, 'lamp.txt')
      await call('write_file', { path, content: 'The lamp\nturns slowly.\n' })
      assert.equal(await readFile(path, 'utf8'), 'The lamp\nturns slowly.\n')
      assert.equal(await call('read_text_file', { path, head: 1 }), 'The lamp')
      const edits = [{ oldText: 'slowly', newText: 'fast' }]
      assert.match(await call('edit_file', { path, edits }), /-turns slowly\.\n\+turns fast\./)
      await call('create_directory', { path: join(folder, 'old') })
      assert.match(await call('list_directory', { path: folder }), /\[FILE\] lamp\.txt\n\[DIR\] old/)
      await call('move_file', { source: path, destination: join(folder, 'old', 'lamp.txt') })
      assert.equal(await call('search_files', { path: folder, pattern: '**/*.txt' }), join(folder, 'old', 'lamp.txt'))
      const tree = JSON.parse(await call('directory_tree', { path: folder }))
      assert.deepEqual(tree, [{ name: 'old', type: 'directory', children: [{ name: 'lamp.txt', type: 'file' }] }])
    }),
  ))

test('server-filesystem: gives images, sounds and other bytes as what they are', () =>
  withTemporaryFolder((folder) =>
    connected(files(folder), async (connection) => {
      await connection.listTools()
      const read = async (name: string, bytes: Uint8Array) => {
        const path = join(folder, name)
        await writeFile(path, bytes)
        const { content, data } = await connection.callTool('read_media_file', { path })
        assert.deepEqual(data, { content })
        return content[0]
      }
      const image = await read('pixel.png', Buffer.from(PNG, 'base64'))
      assert.deepEqual(image, { type: 'image', data: PNG, mimeType: 'image/png' })
      const sound = await read('bell.wav', Buffer.from('RIFF'))
      assert.deepEqual(sound, { type: 'audio', data: 'UklGRg==', mimeType: 'audio/wav' })
      const bytes = await read('bytes.bin', Buffer.from([1, 2, 3]))
      assert.ok(bytes?.type === 'resource' && 'blob' in bytes.resource)
      assert.equal(bytes.resource.blob, 'AQID')
    }),
  ))

test('server-filesystem: refuses what lies outside of its folder, and says so', () =>
  withTemporaryFolder((folder) =>
    connected(files(folder), async (connection) => {
      const { isError, text } = await connection.callTool('read_text_file', { path: program('memory') })
      assert.equal(isError, true)
      assert.match(text, /Access denied/)
      await assert.rejects(
        async () => connection.tools['read_text_file']?.({ path: join(folder, 'missing') }),
        (error) => error instanceof ToolError && /ENOENT/.test(error.message),
      )
    }),
  ))

test('server-filesystem: works in the roots of its client, and in others once they have changed', () =>
  withTemporaryFolder(async (folder) => {
    const [one, other] = [join(folder, 'one'), join(folder, 'other')]
    await mkdir(one)
    await mkdir(other)
    let root = one
    const said = new Inbox<string>()
    const updated = async (): Promise<void> => {
      while (!(await said.next()).includes('Updated allowed directories from MCP roots: 1'));
    }
    const connection = await client
      .roots(() => [{ uri: pathToFileURL(root).href }])
      .connect({ ...node('filesystem'), stderr: (line) => said.add(line) })
    const allowed = async () => (await connection.callTool('list_allowed_directories')).text.split('\n').slice(1)
    try {
      await updated()
      assert.deepEqual(await allowed(), [one])
      root = other
      await connection.notify('notifications/roots/list_changed')
      await updated()
      assert.deepEqual(await allowed(), [other])
    } finally {
      await connection.close()
    }
  }))

const ada = { name: 'Ada', entityType: 'person', observations: ['keeps the lamp'] }
const lamp = { name: 'Lamp', entityType: 'thing', observations: [] }
const keeps = { from: 'Ada', to: 'Lamp', relationType: 'keeps' }

test('server-memory: builds a graph, searches in it, and forgets parts of it', () =>
  withTemporaryFolder((folder) =>
    connected(memory(folder), async (connection) => {
      await connection.listTools()
      assert.deepEqual(await dataOf(connection, 'create_entities', { entities: [ada, lamp] }), {
        entities: [ada, lamp],
      })
      await dataOf(connection, 'create_relations', { relations: [keeps] })
      const observations = [{ entityName: 'Lamp', contents: ['turns'] }]
      assert.deepEqual(await dataOf(connection, 'add_observations', { observations }), {
        results: [{ entityName: 'Lamp', addedObservations: ['turns'] }],
      })
      const bright = { ...lamp, observations: ['turns'] }
      assert.deepEqual(await dataOf(connection, 'read_graph'), { entities: [ada, bright], relations: [keeps] })
      const found = (await dataOf(connection, 'search_nodes', { query: 'turns' })) as { entities: unknown }
      assert.deepEqual(found.entities, [bright])
      await dataOf(connection, 'delete_entities', { entityNames: ['Ada'] })
      assert.deepEqual(await dataOf(connection, 'read_graph'), { entities: [bright], relations: [] })
    }),
  ))

test('server-memory: tells of the graph that has changed, which is read as a resource', () =>
  withTemporaryFolder((folder) =>
    connected(memory(folder), async (connection) => {
      const [resource] = await connection.listResources()
      assert.ok(resource)
      const { uri } = resource
      await whileListening(connection, { resources: [uri] }, async (changes) => {
        assert.deepEqual(await changes.ready, { resourceSubscriptions: [uri] })
        await connection.callTool('create_entities', { entities: [ada] })
        assert.deepEqual(await changes.next(), { done: false, value: { kind: 'resource', uri } })
      })
      const [graph] = (await connection.readResource(uri)).contents
      assert.ok(graph && 'text' in graph)
      assert.deepEqual(JSON.parse(graph.text), { entities: [ada], relations: [] })
    }),
  ))

test('both are connected by the configuration of a host, and one that does not start is named', () =>
  withTemporaryFolder(async (folder) => {
    const servers = await connectAll({
      mcpServers: {
        files: files(folder),
        memory: memory(folder),
        gone: { command: process.execPath, args: [join(folder, 'gone.js')] },
      },
    })
    try {
      const names = (await servers.listTools()).map(({ name }) => name)
      assert.ok(names.includes('files_read_text_file') && names.includes('memory_read_graph'))
      assert.deepEqual([...servers.errors.keys()], ['gone'])
      const path = join(folder, 'a.txt')
      await servers.callTool('files_write_file', { path, content: 'a' })
      assert.equal(await readFile(path, 'utf8'), 'a')
      const { data } = await servers.callTool('memory_read_graph')
      assert.deepEqual(data, { entities: [], relations: [] })
    } finally {
      await servers.close()
    }
  }))
