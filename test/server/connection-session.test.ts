import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createServer } from '../../src/index.ts'
import { type Connected, opened } from '../support/connection.ts'
import { request, STATEFUL } from '../support/messages.ts'

const server = createServer({ name: 'test', version: '1.0.0' }).tool('session', (_, ctx) => ctx.session?.id ?? 'none')

test('ctx.session: its id is the same for all requests of a connection, and another on another one', async () => {
  for (const version of STATEFUL) {
    const idOf = async ({ ask }: Connected, id: number): Promise<string> =>
      (await ask(request(version, id, 'tools/call', { name: 'session' }))).result.content[0].text
    const [one, other] = [await opened(server, version), await opened(server, version)]
    const id = await idOf(one, 1)
    assert.match(id, /^[\da-f-]{36}$/)
    assert.equal(await idOf(one, 2), id)
    assert.notEqual(await idOf(other, 1), id)
  }
})
