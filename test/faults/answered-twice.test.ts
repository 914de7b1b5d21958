import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createClient } from '../../src/client.ts'
import { createServer } from '../../src/index.ts'
import { connect, opened } from '../support/connection.ts'
import { initializeParams, keepingLogger, request, VERSIONS } from '../support/messages.ts'
import { scripted, speaking } from '../support/scripted-server.ts'
import { gate } from '../transport/http/support.ts'

describe('an id that is answered twice', () => {
  for (const version of VERSIONS) {
    it(`${version}: a client takes the first answer, and the next call gets its own`, async () => {
      const server = scripted(speaking(version, { 'acme/two': undefined, 'acme/one': { own: 'one' } }))
      const log = keepingLogger()
      const client = await createClient().connect(server.runtime, { revisions: [version], logger: log })
      const call = client.request('acme/two')
      const asked = await server.next('acme/two')
      for (const own of ['first', 'second']) server.answer(asked, { own })
      server.say({ id: asked.id, error: { code: -32000, message: 'third' } })
      assert.deepEqual(await call, { own: 'first' })
      assert.deepEqual(await client.request('acme/one'), { own: 'one' })
      await client.close()
    })
  }

  it('a server takes the first answer to its question, and the next question gets its own', async () => {
    const server = createServer({ name: 'asking', version: '1.0.0' }).tool('ask', async (_, ctx) => {
      const [first, second] = [await ctx.roots(), await ctx.roots()]
      return `${first[0]?.name} ${second[0]?.name}`
    })
    const connected = connect(server)
    await connected.open('2025-11-25', { ...initializeParams('2025-11-25'), capabilities: { roots: {} } })
    connected.send(request('2025-11-25', 'call', 'tools/call', { name: 'ask' }))
    const roots = (name: string) => ({ result: { roots: [{ uri: 'file:///work', name }] } })
    const question = await connected.next()
    const again = { jsonrpc: '2.0', id: question.id }
    connected.send({ ...again, ...roots('one') }, { ...again, ...roots('lost') })
    connected.send({ ...again, error: { code: -32000, message: 'no' } })
    const next = await connected.next()
    connected.send({ jsonrpc: '2.0', id: next.id, ...roots('two') }, { jsonrpc: '2.0', id: 'nobody', result: {} })
    assert.equal((await connected.next()).result.content[0].text, 'one two')
  })

  it('a request whose id is in flight already is refused, and the first one is answered', async () => {
    const released = gate()
    const server = createServer({ name: 'twins', version: '1.0.0' }).tool('wait', () =>
      released.opened.then(() => 'ok'),
    )
    for (const version of VERSIONS) {
      const connected = await opened(server, version)
      const call = request(version, 'twin', 'tools/call', { name: 'wait' })
      connected.send(call, call)
      assert.equal((await connected.next()).error.code, -32600)
      released.open()
      assert.equal((await connected.next()).result.content[0].text, 'ok')
    }
  })
})
