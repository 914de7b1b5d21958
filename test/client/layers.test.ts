import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClientCall, createClient } from '../../src/client.ts'
import { createServer } from '../../src/index.ts'
import { connectOver, EVERY_WAY } from '../support/client-channels.ts'
import { scripted, speaking } from '../support/scripted-server.ts'

const echoing = createServer({ name: 'echoing', version: '1.0.0' })
  .tool('echo', (_, { request }) => ({ meta: request.meta ?? null }))
  .resource('note://1', () => 'noted')
  .prompt('greet', () => 'Hello')

for (const [version, channel] of EVERY_WAY) {
  test(`${version} over ${channel.name}: layers wrap every call, the first outermost, and may change it`, async (t) => {
    const seen: string[] = []
    const layer =
      (name: string) => async (call: ClientCall, next: (params?: ClientCall['params']) => Promise<unknown>) => {
        seen.push(`${name} > ${call.method}`)
        const result = await next({ ...call.params, _meta: { ...(call.params['_meta'] as object), [`x/${name}`]: 1 } })
        seen.push(`${name} < ${call.method}`)
        return result
      }
    const client = createClient().use(layer('a')).use(layer('b'))
    const { client: connection } = await connectOver(t, channel, version, echoing, { client })
    const { data } = await connection.callTool('echo')
    const meta = (data as { meta: Record<string, unknown> }).meta
    assert.deepEqual([meta['x/a'], meta['x/b']], [1, 1])
    assert.deepEqual(seen, ['a > tools/call', 'b > tools/call', 'b < tools/call', 'a < tools/call'])
    seen.length = 0
    await connection.listTools()
    await connection.readResource('note://1')
    await connection.getPrompt('greet')
    await connection.ping()
    assert.deepEqual(
      seen.filter((line) => line.startsWith('a >')).map((line) => line.slice(4)),
      ['tools/list', 'resources/read', 'prompts/get', version === '2026-07-28' ? 'server/discover' : 'ping'],
    )
  })
}

test('a layer may answer in place of the server, call it twice, and sees its errors and the signal of the call', async () => {
  let calls = 0
  const server = scripted(
    speaking('2026-07-28', {
      'acme/own': () => {
        calls += 1
        return { calls }
      },
    }),
  )
  const { signal } = new AbortController()
  const seen: unknown[] = []
  const client = await createClient()
    .use((call, next) => {
      seen.push(call.signal)
      if (call.method === 'acme/kept') return { kept: true }
      return next()
    })
    .use(async (_, next) => {
      await next()
      return next()
    })
    .connect(server.runtime)
  assert.deepEqual(await client.request('acme/kept'), { kept: true })
  assert.deepEqual(await client.request('acme/own', {}, { signal }), { calls: 2 })
  assert.deepEqual(seen, [undefined, signal])
  await client.close()
})

test('what a layer throws is what the call rejects with, and what it returns must be an object', async () => {
  const server = scripted(speaking('2026-07-28', { 'acme/own': {} }))
  const failure = new Error('not by me')
  const throwing = await createClient()
    .use(() => {
      throw failure
    })
    .connect(server.runtime)
  await assert.rejects(throwing.request('acme/own'), failure)
  await throwing.close()
  for (const wrong of [undefined, null, 'words', []]) {
    const client = await createClient()
      .use(() => wrong)
      .connect(server.runtime)
    await assert.rejects(client.request('acme/own'), {
      name: 'TypeError',
      message: 'use: the answer to "acme/own" must be an object; return what next() gave',
    })
    await client.close()
  }
})
