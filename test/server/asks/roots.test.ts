import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createServer } from '../../../src/index.ts'
import { clientOf, errorTextOf, returned } from '../../support/answering.ts'
import { VERSIONS } from '../../support/messages.ts'

const server = createServer({ name: 'test', version: '1.0.0' }).tool('roots', (_, ctx) => ctx.roots())

const ROOTS = [{ uri: 'file:///work', name: 'Work' }, { uri: 'file:///tmp' }]

describe('Roots, Listing Roots', () => {
  it('exist in every revision, and come as the client says them', async () => {
    for (const version of VERSIONS) {
      const client = await clientOf(server, version)
      const talk = await client.call('tools/call', { name: 'roots' }, () => ({ roots: ROOTS }))
      assert.deepEqual(
        talk.asked.map(({ method, params }) => ({ method, params })),
        [{ method: 'roots/list', params: {} }],
      )
      assert.deepEqual(returned(talk), ROOTS)
      assert.deepEqual(returned(await client.call('tools/call', { name: 'roots' }, () => ({ roots: [] }))), [])
    }
  })

  it('need the capability, whatever stands in it', async () => {
    for (const roots of [{}, { listChanged: true }]) {
      const client = await clientOf(server, '2025-11-25', { capabilities: { roots } })
      assert.deepEqual(returned(await client.call('tools/call', { name: 'roots' }, () => ({ roots: ROOTS }))), ROOTS)
    }
    for (const capabilities of [{}, { roots: null }, { roots: true }, { Roots: {} }]) {
      const client = await clientOf(server, '2025-11-25', { capabilities })
      const text = errorTextOf(await client.call('tools/call', { name: 'roots' }))
      assert.equal(text, 'roots: The client cannot be asked (roots): it has not declared {"roots":{}}')
    }
  })

  it('an answer that is none', async () => {
    const client = await clientOf(server, '2025-11-25')
    for (const answer of [null, [], {}, { roots: {} }, { roots: ['file:///work'] }, { roots: [{ name: 'Work' }] }]) {
      const text = errorTextOf(await client.call('tools/call', { name: 'roots' }, () => answer))
      assert.equal(text, 'The client\'s answer does not fit (roots): "roots" must be an array of objects with a "uri"')
    }
  })
})
