import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Connection, type ConnectOptions, createClient, type ProtocolVersion } from '../../src/client.ts'
import { calmLogger } from '../support/recording-client.ts'
import { type Opened, serveFirst } from './official-targets.ts'

// What only the first generation of the official library has: sessions, and the earlier revisions.

interface Served {
  readonly opened: Opened
  readonly connect: (options?: ConnectOptions) => Promise<Connection>
}

const served = async (t: TestContext): Promise<Served> => {
  const opened = await serveFirst()
  const connections: Connection[] = []
  t.after(async () => {
    for (const connection of connections) await connection.close()
    await opened.end()
  })
  const connect = async (options?: ConnectOptions): Promise<Connection> => {
    const connection = await createClient().connect(opened.target as string, { logger: calmLogger, ...options })
    connections.push(connection)
    return connection
  }
  return { opened, connect }
}

for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'] satisfies ProtocolVersion[]) {
  test(`v1 over HTTP: speaks ${version} where the client wants it`, async (t) => {
    const connection = await (await served(t)).connect({ revisions: [version] })
    assert.equal(connection.protocolVersion, version)
    assert.equal((await connection.callTool('add', { a: 1, b: 2 })).text, '3')
    assert.equal((await connection.listResources()).length, 5)
  })
}

test('v1 over HTTP: takes the newest revision of several that both speak', async (t) => {
  const connection = await (await served(t)).connect({ revisions: ['2025-03-26', '2025-06-18'] })
  assert.equal(connection.protocolVersion, '2025-06-18')
})

test('v1 over HTTP: ends the session when the connection is closed', async (t) => {
  const { opened, connect } = await served(t)
  const connection = await connect()
  assert.equal(opened.sessions.size, 1)
  await connection.close()
  assert.equal(opened.sessions.size, 0)
})

test('v1 over HTTP: comes back for the result of a call whose stream the server has closed', async (t) => {
  const connection = await (await served(t)).connect()
  assert.equal((await connection.callTool('drop')).text, 'came back')
})

test('v1 over HTTP: has a session of its own for each connection', async (t) => {
  const { opened, connect } = await served(t)
  const connections = await Promise.all([1, 2, 3].map(() => connect()))
  assert.equal(opened.sessions.size, 3)
  const sums = await Promise.all(connections.map((one, index) => one.callTool('add', { a: index, b: 1 })))
  assert.deepEqual(
    sums.map(({ text }) => text),
    ['1', '2', '3'],
  )
})

test('v1 over HTTP: begins a new session when the server has forgotten the one before', async (t) => {
  const { opened, connect } = await served(t)
  const connection = await connect()
  opened.forget()
  assert.equal((await connection.callTool('add', { a: 1, b: 2 })).text, '3')
  assert.equal(opened.sessions.size, 1)
})
