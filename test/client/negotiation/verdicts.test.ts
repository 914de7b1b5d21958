import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verdicts } from '../../../src/client/negotiation/verdicts.ts'
import { mockClocks } from '../../support/clock.ts'

const HOUR = 3_600_000

test('a server that is known stays known for an hour', (t) => {
  mockClocks(t, ['Date'])
  verdicts.set('a', { usesOlderTransport: true })
  t.mock.timers.tick(HOUR - 1)
  assert.equal(verdicts.get('a')?.usesOlderTransport, true)
  t.mock.timers.tick(1)
  assert.equal(verdicts.get('a'), undefined)
  t.mock.timers.setTime(0)
  assert.equal(verdicts.get('a'), undefined)
})

test('what has no address is not known, and one that is forgotten is not, either', () => {
  verdicts.set(undefined, { usesOlderTransport: true })
  verdicts.delete(undefined)
  assert.equal(verdicts.get(undefined), undefined)
  verdicts.set('b', { usesOlderTransport: false })
  verdicts.delete('b')
  assert.equal(verdicts.get('b'), undefined)
})

test('a thousand servers are known; one more costs the one that was found first', () => {
  const names = Array.from({ length: 1_000 }, (_, index) => `server ${index}`)
  for (const name of names) verdicts.set(name, { usesOlderTransport: false })
  verdicts.set('server 0', { usesOlderTransport: true })
  verdicts.set('one more', { usesOlderTransport: false })
  assert.equal(verdicts.get('server 0')?.usesOlderTransport, true)
  assert.equal(verdicts.get('server 1'), undefined)
  assert.ok(verdicts.get('server 2'))
  assert.ok(verdicts.get('one more'))
})
