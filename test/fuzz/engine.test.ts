import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { describeFailure, type Fuzzer, fuzzer, type Target } from './engine.ts'

const numbers = (check: (input: number) => unknown, rest: Partial<Target<number>> = {}): Fuzzer =>
  fuzzer({ name: 'numbers', inputs: fc.nat(), runs: 100, open: () => ({ check }), ...rest })

const fails = (input: number): void => assert.ok(input < 1000, `${input} is too much`)

/** The listeners of the runner would take what is meant for the fuzzer for a failure of the test. */
const withoutRunner = async (run: () => Promise<void>): Promise<void> => {
  const listeners = process.rawListeners('unhandledRejection') as (() => void)[]
  process.removeAllListeners('unhandledRejection')
  try {
    await run()
  } finally {
    for (const listener of listeners) process.on('unhandledRejection', listener)
  }
}

describe('the engine', () => {
  it('takes the inputs of the corpus, then as many as it is told to', async () => {
    const taken: number[] = []
    const { cases, failure } = await numbers((input) => taken.push(input), { corpus: [-1, -2] }).run({
      seed: 1,
      runs: 5,
    })
    assert.deepEqual([cases, failure, taken.length, taken.slice(0, 2)], [7, undefined, 7, [-1, -2]])
  })

  it('makes the same inputs of the same seed, and others of another', async () => {
    const takenWith = async (seed: number): Promise<readonly number[]> => {
      const taken: number[] = []
      await numbers((input) => taken.push(input)).run({ seed })
      return taken
    }
    const [once, again, other] = [await takenWith(7), await takenWith(7), await takenWith(8)]
    assert.deepEqual(once, again)
    assert.notDeepEqual(once, other)
  })

  it('finds the smallest input, and says how to see it again', async () => {
    const { failure } = await numbers(fails).run({ seed: 5 })
    assert.equal(failure?.input, '1000')
    const said = describeFailure('numbers', 5, failure)
    assert.match(said, /1000 is too much/)
    assert.match(said, /^the smallest input that was found: 1000$/m)
    assert.match(said, /^again: npm run fuzz -- --only numbers --seed 5$/m)
  })

  it('tells what is left at the end, and what is not closed', async () => {
    const close = (): never => assert.fail('something is left')
    const { failure } = await numbers(() => undefined, { open: () => ({ check: () => undefined, close }) }).run({
      seed: 1,
    })
    assert.match(String(failure?.error), /something is left/)
  })

  it('closes a subject that has failed, and opens another', async () => {
    let [opened, closed] = [0, 0]
    const open = () => {
      opened += 1
      return {
        check: fails,
        close: () => {
          closed += 1
        },
      }
    }
    const { failure } = await numbers(fails, { open }).run({ seed: 5 })
    assert.ok(failure && opened > 1 && opened - closed <= 1, `${opened} opened, ${closed} closed`)
  })

  it('finds a prototype that was changed, and takes the change back', async () => {
    const pollute = (): void => void Reflect.set(Object.prototype, 'polluted', true)
    const { failure } = await numbers(pollute).run({ seed: 1 })
    assert.match(String(failure?.error), /a prototype of every object was changed/)
    assert.equal(Reflect.get({}, 'polluted'), undefined)
  })

  it('finds a rejection that nobody handles', async () => {
    await withoutRunner(async () => {
      const reject = (): void => void Promise.reject(new Error('nobody hears me'))
      const { failure } = await numbers(reject).run({ seed: 1, shrinks: false })
      assert.match(
        describeFailure('numbers', 1, failure as never),
        /an error that nobody handles.*caused by Error: nobody hears me/s,
      )
    })
  })

  it('finds what hangs', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const running = numbers(() => {
      setImmediate(() => t.mock.timers.tick(5_000))
      return new Promise(() => undefined)
    }).run({ seed: 1, shrinks: false })
    assert.match(String((await running).failure?.error), /it hangs: there is no end to it in 5000 ms/)
  })

  it('takes what is thrown that is no error', async () => {
    const { failure } = await numbers(() => {
      throw 'a text'
    }).run({ seed: 1, shrinks: false })
    assert.equal(failure?.error.message, 'a text')
  })
})
