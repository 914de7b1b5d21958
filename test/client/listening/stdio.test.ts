import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { typescript } from '../../../scripts/child.ts'
import { type Connection, createClient } from '../../../src/client.ts'
import { keepingLogger } from '../../support/messages.ts'

const target = {
  command: process.execPath,
  args: [...typescript, join(import.meta.dirname, '..', '..', 'fixtures', 'mortal.ts')],
}

const pidOf = async (connection: Connection): Promise<number> => (await connection.callTool('pid')).data as number

describe('listening to a process', () => {
  it('goes on with a new process, behind a gap, when it was killed', async (t) => {
    const options = { logger: keepingLogger(), reconnect: { delayMs: 1 } }
    const connection = await createClient().connect(target, options)
    t.after(() => connection.close())
    const changes = connection.listen({ tools: true, resources: ['note://1'] })
    assert.deepEqual(await changes.ready, { toolsListChanged: true, resourceSubscriptions: ['note://1'] })
    await connection.callTool('change')
    assert.deepEqual((await changes.next()).value, { kind: 'tools' })
    assert.deepEqual((await changes.next()).value, { kind: 'resource', uri: 'note://1' })

    const pid = await pidOf(connection)
    process.kill(pid, 'SIGKILL')
    assert.deepEqual((await changes.next()).value, { kind: 'gap' })
    assert.notEqual(await pidOf(connection), pid)
    await connection.callTool('change')
    assert.deepEqual((await changes.next()).value, { kind: 'tools' })
    await changes.close()
  })
})
