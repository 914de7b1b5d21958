import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DuplexCarrier } from '../../src/client/duplex.ts'
import { Session } from '../../src/client/session.ts'
import { keepingLogger } from '../support/messages.ts'
import { scripted } from '../support/scripted-server.ts'

test('a conversation has agreed on nothing before it is opened', async () => {
  const logger = keepingLogger()
  const owner = { logger, answersFor: () => new Map(), again: async () => false, notified: () => undefined }
  const session = new Session(new DuplexCarrier(scripted({}).transport(), logger), owner)
  await session.start()
  assert.throws(() => session.agreement, {
    name: 'ConnectionError',
    code: 'disconnected',
    message: 'the conversation has not been opened',
  })
  await session.close()
  await session.ended
})
