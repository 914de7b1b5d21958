import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Watch } from '../../src/server/definition.ts'
import { type Source, Watches } from '../../src/server/watches.ts'
import { keepingLogger } from '../support/messages.ts'
import { gate } from './asking.ts'

/** Watches whose beginnings and ends are noted. */
const watching = (start?: Watch) => {
  const logger = keepingLogger()
  const noted: string[] = []
  const changed: string[] = []
  const noting =
    (by = ''): Watch =>
    (uri) => {
      noted.push(`start ${by}${uri}`)
      return () => {
        noted.push(`stop ${by}${uri}`)
      }
    }
  const sources: { of: (uri: string) => Source | undefined } = {
    of: () => ({ watch: start ?? first, lifespans: [] }),
  }
  const first = noting()
  const watches = new Watches(
    (uri) => sources.of(uri),
    (uri) => changed.push(uri),
    logger,
  )
  return { watches, noted, noting, changed, sources, logger }
}

// Watches begin and end behind whoever subscribes.
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('watches', () => {
  it('begin with the first subscriber of a URI, and end with the last', async () => {
    const { watches, noted } = watching()
    watches.subscribe('a')
    assert.deepEqual(noted, [])
    watches.subscribe('a')
    watches.subscribe('b')
    await turn()
    assert.deepEqual(noted, ['start a', 'start b'])
    watches.unsubscribe('a')
    await turn()
    assert.equal(noted.length, 2)
    watches.unsubscribe('a')
    await turn()
    assert.deepEqual(noted.slice(2), ['stop a'])
    watches.subscribe('a')
    await turn()
    assert.deepEqual(noted.slice(3), ['start a'])
  })

  it('a URI that nobody has subscribed to has nothing to end', async () => {
    const { watches, noted } = watching()
    watches.unsubscribe('a')
    watches.subscribe('a')
    watches.unsubscribe('a')
    watches.unsubscribe('a')
    await turn()
    assert.deepEqual(noted, ['start a', 'stop a'])
  })

  it('a resource without a watch', async () => {
    const { watches, sources, logger } = watching()
    sources.of = () => undefined
    watches.subscribe('a')
    watches.unsubscribe('a')
    await turn()
    await watches.close()
    assert.deepEqual(logger.lines, [])
  })

  it('one that takes its time to begin is ended once it has begun', async () => {
    const { opened, open } = gate()
    const noted: string[] = []
    const { watches } = watching(async () => {
      await opened
      noted.push('begun')
      return () => noted.push('ended')
    })
    watches.subscribe('a')
    watches.unsubscribe('a')
    await turn()
    assert.deepEqual(noted, [])
    open()
    await turn()
    assert.deepEqual(noted, ['begun', 'ended'])
  })

  it('one that fails to begin is logged once, and tried again by the next first subscriber', async () => {
    const failure = new Error('no such file')
    for (const start of [() => assert.fail(failure), async () => assert.fail(failure)] as const) {
      const { watches, logger } = watching(start)
      watches.subscribe('a')
      watches.subscribe('a')
      await turn()
      watches.unsubscribe('a')
      watches.unsubscribe('a')
      await turn()
      assert.deepEqual(
        logger.lines.map(({ message, details }) => [message, details]),
        [['the watch of a failed to start:', [failure]]],
      )
      watches.subscribe('a')
      await turn()
      assert.equal(logger.lines.length, 2)
    }
  })

  it('one that fails to end is logged', async () => {
    const failure = new Error('stuck')
    for (const stop of [() => assert.fail(failure), async () => assert.fail(failure)] as const) {
      const { watches, logger } = watching(() => stop)
      watches.subscribe('a')
      watches.unsubscribe('a')
      await turn()
      assert.deepEqual(
        logger.lines.map(({ message, details }) => [message, details]),
        [['the watch of a failed to stop:', [failure]]],
      )
    }
  })

  it('close ends all of them, waits for their ends, and begins no other', async () => {
    const { opened, open } = gate()
    const noted: string[] = []
    const { watches } = watching((uri) => async () => {
      await opened
      noted.push(`ended ${uri}`)
    })
    for (const uri of ['a', 'a', 'b']) watches.subscribe(uri)
    watches.subscribe('c')
    watches.unsubscribe('c')
    const closed = watches.close().then(() => noted.push('closed'))
    await turn()
    assert.deepEqual(noted, [])
    open()
    await closed
    assert.deepEqual(noted.sort(), ['closed', 'ended a', 'ended b', 'ended c'])
    watches.subscribe('d')
    watches.unsubscribe('a')
    await watches.close()
    assert.equal(noted.length, 4)
  })

  it('tell of their own URI', async () => {
    const { watches, changed } = watching((_, notify) => {
      notify()
      return () => undefined
    })
    watches.subscribe('a')
    watches.subscribe('b')
    await turn()
    assert.deepEqual(changed, ['a', 'b'])
  })
})

describe('watches that are renewed', () => {
  const [start, other] = [() => 1, () => 2]
  for (const [what, before, after, isKept] of [
    ['the same function', [], [], true],
    ['the same function and lifespans', [start, other], [start, other], true],
    ['another lifespan', [start], [other], false],
    ['a lifespan more', [start], [start, other], false],
    ['a lifespan less', [start, other], [start], false],
  ] as const) {
    it(`${what}: ${isKept ? 'goes on' : 'begins anew'}`, async () => {
      const { watches, noted, noting, sources } = watching()
      const watch = noting()
      sources.of = () => ({ watch, lifespans: before })
      watches.subscribe('a')
      await turn()
      sources.of = () => ({ watch, lifespans: after })
      await watches.renew()
      assert.deepEqual(noted, isKept ? ['start a'] : ['start a', 'stop a', 'start a'])
      await watches.close()
    })
  }

  it('another function, none any more, and one for the first time', async () => {
    const { watches, noted, noting, sources } = watching()
    const [old, now] = [noting('old '), noting('now ')]
    const of = (table: Readonly<Record<string, Watch>>) => (uri: string) => {
      const watch = table[uri]
      return watch && { watch, lifespans: [] }
    }
    sources.of = of({ changed: old, gone: old })
    for (const uri of ['changed', 'gone', 'late', 'never']) watches.subscribe(uri)
    await turn()
    sources.of = of({ changed: now, late: now })
    await watches.renew()
    assert.deepEqual(noted.sort(), [
      'start now changed',
      'start now late',
      'start old changed',
      'start old gone',
      'stop old changed',
      'stop old gone',
    ])
    await watches.close()
  })

  it('still end with the last of the subscribers that there were before', async () => {
    const { watches, noted, noting, sources } = watching()
    const [old, now] = [noting('old '), noting('now ')]
    sources.of = () => ({ watch: old, lifespans: [] })
    watches.subscribe('a')
    watches.subscribe('a')
    sources.of = () => ({ watch: now, lifespans: [] })
    await watches.renew()
    watches.unsubscribe('a')
    await turn()
    assert.deepEqual(noted, ['start old a', 'start now a', 'stop old a'])
    watches.unsubscribe('a')
    await turn()
    assert.deepEqual(noted.slice(3), ['stop now a'])
  })
})
