import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { run, typescript } from '../../scripts/child.ts'
import { server } from './server.ts'

// The client under test has to say by its exit code whether it has played the scenario.

const client = [...typescript, join(import.meta.dirname, 'client.ts')]

const play = (args: readonly string[], scenario: string, version: string) =>
  run(process.execPath, [...client, ...args], {
    timeoutMs: 60_000,
    env: {
      PATH: process.env['PATH'],
      MCP_CONFORMANCE_SCENARIO: scenario,
      MCP_CONFORMANCE_PROTOCOL_VERSION: version,
    },
  })

const served = async (work: (url: string) => Promise<void>): Promise<void> => {
  const running = await server.listen({ port: 0 })
  try {
    await work(running.url)
  } finally {
    await running.close()
  }
}

test('the client under test fails in a scenario that it does not know, and names those that it knows', async () => {
  const { code, stderr } = await play(['http://127.0.0.1:9/mcp'], 'no-such-scenario', '2026-07-28')
  assert.equal(code, 1)
  assert.match(stderr, /no scenario "no-such-scenario".*tools_call/)
})

test('the client under test fails without the URL of a server', async () => {
  const { code, stderr } = await play([], 'tools_call', '2026-07-28')
  assert.equal(code, 1)
  assert.match(stderr, /pass the URL/)
})

for (const version of ['2026-07-28', '2025-06-18']) {
  test(`the client under test plays a scenario in ${version} to its end`, async () => {
    await served(async (url) => {
      const { code, stderr } = await play([url], 'initialize', version)
      assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    })
  })
}

test('the client under test fails where it would speak another revision than it was told', async () => {
  await served(async (url) => {
    const { code, stderr } = await play([url], 'initialize', '2025-11-25')
    assert.equal(code, 1)
    assert.match(stderr, /speaks 2026-07-28, and not 2025-11-25/)
  })
})

test('the client under test fails where the server does not have what the scenario calls', async () => {
  await served(async (url) => {
    const { code, stderr } = await play([url], 'json-schema-2020-12-preservation', '2026-07-28')
    assert.equal(code, 1)
    assert.match(stderr, /json_schema_echo/)
  })
})
