import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { createServer } from '../../src/index.ts'
import { opened } from '../support/connection.ts'
import { initializeParams, resultOf, STATEFUL } from '../support/messages.ts'
import { exchange, quiet } from './asking.ts'

const info = { name: 'test', version: '1.0.0' }

const full = createServer({ ...info, instructions: 'Use it.' })
  .tool('t', () => 'a')
  .resource('a://b', () => 'b')
  .prompt('p', v.object({ a: v.picklist(['b']) }), () => 'p')

const listed = { listChanged: true }
const listedResources = { listChanged: true, subscribe: true }

describe('initialize', () => {
  it('2025-11-25 §Initialization: gives the version, the capabilities, the server and its instructions', async () => {
    for (const version of STATEFUL) {
      const result = await resultOf(full, version, 'initialize', initializeParams(version))
      const completions = version === '2024-11-05' ? {} : { completions: {} }
      assert.deepEqual(result, {
        protocolVersion: version,
        capabilities: { logging: {}, ...completions, prompts: listed, resources: listedResources, tools: listed },
        serverInfo: info,
        instructions: 'Use it.',
      })
    }
  })

  it('names the capabilities of what there is, and no others', async () => {
    const rows = [
      [createServer(info).tool('t', () => 1), { logging: {}, tools: listed }],
      [createServer(info).prompt('p', () => 'p'), { logging: {}, prompts: listed }],
      [createServer(info).resource('a://b', () => 'b'), { logging: {}, resources: listedResources }],
      [createServer(info).resource('a://{b}', () => 'b'), { logging: {}, resources: listedResources }],
      [
        createServer(info).resource('a://{b}', { complete: { b: () => [] } }, () => 'b'),
        { logging: {}, completions: {}, resources: listedResources },
      ],
      [createServer(info).method('x/y', {}, () => ({})), { logging: {} }],
    ] as const
    for (const [server, capabilities] of rows) {
      const { instructions, ...result } = await resultOf(
        server,
        '2025-11-25',
        'initialize',
        initializeParams('2025-11-25'),
      )
      assert.deepEqual(result.capabilities, capabilities)
      assert.equal(instructions, undefined)
      assert.deepEqual((await resultOf(server, '2026-07-28', 'server/discover')).capabilities, capabilities)
    }
  })
})

describe('server/discover', () => {
  it('2026-07-28 Discovery: gives what is served, the same each time', async () => {
    const server = quiet(full, { revisions: ['2026-07-28', '2025-11-25'], cache: { ttlMs: 5 } })
    const { _meta, ...result } = await resultOf(server, '2026-07-28', 'server/discover')
    assert.deepEqual(result, {
      resultType: 'complete',
      supportedVersions: ['2026-07-28', '2025-11-25'],
      capabilities: { logging: {}, completions: {}, prompts: listed, resources: listedResources, tools: listed },
      instructions: 'Use it.',
      ttlMs: 5,
      cacheScope: 'public',
    })
    assert.deepEqual(_meta, { 'io.modelcontextprotocol/serverInfo': info })
    assert.deepEqual(await resultOf(server, '2026-07-28', 'server/discover'), { ...result, _meta })
  })
})

describe('ping', () => {
  it('2025-11-25 Ping: is answered with an empty result', async () => {
    for (const version of STATEFUL) {
      assert.deepEqual((await exchange(await opened(full, version), version, 'ping')).reply.result, {})
    }
  })
})
