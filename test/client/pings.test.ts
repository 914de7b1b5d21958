import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createClient } from '../../src/client.ts'
import { Refused } from '../support/answering.ts'
import { mockClocks } from '../support/clock.ts'
import { isStateless, VERSIONS } from '../support/messages.ts'
import { scripted, speaking } from '../support/scripted-server.ts'

const turns = async (): Promise<void> => {
  for (let count = 0; count < 5; count += 1) await new Promise((resolve) => setImmediate(resolve))
}

const begin = async (t: TestContext, script: Parameters<typeof scripted>[0]) => {
  mockClocks(t)
  const server = scripted(script)
  const client = await createClient().connect(server.runtime, { pingMs: 1_000 })
  const pings = (): number =>
    server.methods.filter((method) => method === 'ping' || method === 'server/discover').length - 1
  const pass = async (ms: number): Promise<void> => {
    t.mock.timers.tick(ms)
    await turns()
  }
  return { server, client, pings, pass }
}

for (const version of VERSIONS) {
  test(`${version}: a server is pinged from time to time, until the end`, async (t) => {
    const { client, pings, pass } = await begin(t, speaking(version))
    assert.equal(client.protocolVersion, version)
    await pass(999)
    assert.equal(pings(), 0)
    await pass(1)
    assert.equal(pings(), 1)
    await pass(1_000)
    assert.equal(pings(), 2)
    await client.close()
    await pass(10_000)
    assert.equal(pings(), 2)
  })

  test(`${version}: a server that does not answer a ping is given up, and what waits for it fails`, async (t) => {
    let isAlive = true
    const method = isStateless(version) ? 'server/discover' : 'ping'
    const script = speaking(version)
    const { server, client, pings, pass } = await begin(t, {
      ...script,
      [method]: () => (isAlive ? script[method] : undefined),
    })
    isAlive = false
    const failed = assert.rejects(client.request('acme/own'), {
      name: 'ConnectionError',
      code: 'disconnected',
      message: 'The server does not answer pings',
    })
    await pass(1_000)
    assert.equal(server.open, 1)
    await pass(1_000)
    await failed
    assert.equal(server.open, 0)
    isAlive = true
    const before = pings()
    await client.ping()
    assert.equal(server.connections, 2)
    await pass(1_000)
    assert.ok(pings() > before + 1)
    await client.close()
  })
}

test('a server that refuses pings is alive', async (t) => {
  const { client, pings, pass } = await begin(t, speaking('2025-11-25', { ping: new Refused(-32601, 'no') }))
  await pass(1_000)
  await pass(1_000)
  assert.equal(pings(), 2)
  await client.close()
})

test('a connection that is lost while a ping is under way is pinged no more', async (t) => {
  const { server, client, pings, pass } = await begin(t, speaking('2025-11-25', { ping: undefined }))
  await pass(1_000)
  assert.equal(pings(), 1)
  server.drop()
  await pass(1_000)
  await pass(1_000)
  assert.equal(pings(), 1)
  await client.close()
})
