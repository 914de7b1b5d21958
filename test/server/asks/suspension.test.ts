import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import * as v from 'valibot'
import { type Context, createServer, isSuspension, ToolError } from '../../../src/index.ts'
import { accept } from '../../support/answering.ts'
import { begin, errorIn, keysOf, logging, messagesIn, valueIn } from '../../support/rounds.ts'
import { gate } from '../asking.ts'

const Form = v.object({ ok: v.boolean() })
const YES = accept({ ok: true })

const sure = (ctx: Context, message = 'Sure?'): Promise<unknown> => ctx.elicit(message, Form)

/** A tool, what it has noted, and its first round. */
const run = async (handler: (ctx: Context, noted: unknown[]) => unknown) => {
  const noted: unknown[] = []
  const server = createServer({ name: 'test', version: '1.0.0' }).tool('do', (_, ctx) => handler(ctx, noted))
  const errors: unknown[] = []
  const host = logging(server, { onError: (error) => void errors.push(error) })
  const first = await begin(host.runtime, 'do')
  return { first, noted, errors, logged: host.logged }
}

/** Whatever nobody has caught while a test runs. */
const uncaught = (t: TestContext): readonly unknown[] => {
  const reasons: unknown[] = []
  const keep = (reason: unknown): void => void reasons.push(reason)
  process.on('unhandledRejection', keep)
  t.after(() => process.off('unhandledRejection', keep))
  return reasons
}

// Node looks for what nobody has caught when the microtasks are done.
const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('a suspension is a throw, and a record', () => {
  it('is told from errors by isSuspension', async () => {
    const { first, noted } = await run(async (ctx, log) => {
      try {
        return await sure(ctx)
      } catch (error) {
        log.push(isSuspension(error), isSuspension(new Error()), isSuspension(undefined), (error as Error).message)
        throw error
      }
    })
    assert.deepEqual(noted, [true, false, false, 'The client is being asked: Sure?'])
    assert.deepEqual(keysOf(first), ['1'])
  })

  /** What a handler may do with it; the round ends all the same. */
  const swallowers: Readonly<Record<string, (ctx: Context) => unknown>> = {
    'returns something else': (ctx) => sure(ctx).catch(() => 'nothing happened'),
    'returns nothing': (ctx) => sure(ctx).catch(() => undefined),
    'returns what is no result': (ctx) => sure(ctx).catch(() => ({ content: [] })),
    'throws something else': (ctx) =>
      sure(ctx).catch((cause: unknown) => {
        throw new Error('it failed', { cause })
      }),
    'throws an error for the model': (ctx) =>
      sure(ctx).catch(() => {
        throw new ToolError('Try again')
      }),
    'never awaits it': (ctx) => {
      sure(ctx)
      return 'done'
    },
    'throws before it could await it': (ctx) => {
      sure(ctx)
      throw new Error('too early')
    },
    'goes on for a while': async (ctx) => {
      sure(ctx).catch(() => undefined)
      for (let turn = 0; turn < 100; turn++) await undefined
      return 'done'
    },
  }
  for (const [name, handler] of Object.entries(swallowers)) {
    it(`a handler that ${name}`, async (t) => {
      const reasons = uncaught(t)
      const { first, errors, logged } = await run(handler)
      assert.deepEqual(messagesIn(first), { 1: 'Sure?' })
      await nextTurn()
      assert.deepEqual([reasons, errors, logged()], [[], [], []])
    })
  }

  it('the same handlers end with their own result once there is an answer', async () => {
    const { first } = await run((ctx) => sure(ctx).catch(() => 'nothing happened'))
    assert.deepEqual(valueIn(await first.answer({ 1: YES })), YES)
  })

  it('catch and finally blocks run, and the round waits for them', async () => {
    const { opened, open } = gate()
    const running = run(async (ctx, log) => {
      try {
        await sure(ctx)
      } catch (error) {
        await opened
        log.push('caught')
        throw error
      } finally {
        log.push('finally')
      }
    })
    open()
    const { first, noted } = await running
    assert.deepEqual(noted, ['caught', 'finally'])
    assert.deepEqual(keysOf(first), ['1'])
  })

  it('allSettled sees every question suspended', async () => {
    const { first, noted } = await run(async (ctx, log) => {
      const all = await Promise.allSettled([sure(ctx, 'One?'), sure(ctx, 'Two?')])
      log.push(...all.map((one) => one.status === 'rejected' && isSuspension(one.reason)))
    })
    assert.deepEqual(noted, [true, true])
    assert.deepEqual(keysOf(first), ['1', '2'])
  })

  it('race: both are asked, and the first answer wins', async () => {
    const { first } = await run((ctx) => Promise.race([sure(ctx, 'One?'), sure(ctx, 'Two?')]))
    assert.deepEqual(keysOf(first), ['1', '2'])
  })

  it('an answer that turns out not to fit while the handler is at its end', async (t) => {
    const reasons = uncaught(t)
    const { first } = await run((ctx) => {
      sure(ctx)
      return 'done'
    })
    assert.deepEqual(keysOf(await first.answer({ 1: { action: 'perhaps' } })), ['1'])
    await nextTurn()
    assert.deepEqual(reasons, [])
  })
})

describe('what is refused once the run has ended in questions', () => {
  const after = async (then: (ctx: Context) => unknown) =>
    run(async (ctx, log) => {
      try {
        await sure(ctx)
      } catch {
        try {
          await then(ctx)
          log.push('went through')
        } catch (error) {
          log.push(isSuspension(error), (error as Error).message)
        }
      }
    })

  /** What changes something, or asks. */
  const refused: Readonly<Record<string, (ctx: Context) => unknown>> = {
    elicit: (ctx) => sure(ctx, 'Other?'),
    elicitUrl: (ctx) => ctx.elicitUrl('Go', 'https://example.com'),
    sample: (ctx) => ctx.sample({ messages: [], maxTokens: 1 }),
    roots: (ctx) => ctx.roots(),
    once: (ctx) => ctx.once('k', () => assert.fail('it ran')),
    'notify.toolsChanged': (ctx) => ctx.notify.toolsChanged(),
    'notify.resourceUpdated': (ctx) => ctx.notify.resourceUpdated('a://b'),
  }
  for (const [name, then] of Object.entries(refused)) {
    it(name, async () => {
      const { first, noted } = await after(then)
      assert.deepEqual(noted, [true, 'The round has ended; let this error pass'])
      assert.deepEqual(messagesIn(first), { 1: 'Sure?' })
    })
  }

  it('what only looks, or tells of this very request, is not', async () => {
    for (const then of [
      (ctx: Context) => ctx.idempotencyKey,
      (ctx: Context) => ctx.log.info('bye'),
      (ctx: Context) => ctx.progress(1),
    ]) {
      assert.deepEqual((await after(then)).noted, ['went through'])
    }
  })

  it('a question after the call was answered', async (t) => {
    const reasons = uncaught(t)
    const { opened, open } = gate()
    const fate = gate()
    const { first, noted } = await run((ctx, log) => {
      opened
        .then(() => ctx.roots())
        .catch((error: Error) => log.push(error.message))
        .then(fate.open)
      return 'done'
    })
    assert.equal(first.reply.result.content[0].text, 'done')
    open()
    await fate.opened
    await nextTurn()
    assert.deepEqual(noted, ['The client cannot be asked (roots): its call has been answered already'])
    assert.deepEqual(reasons, [])
  })
})

describe('errors that are none of a round', () => {
  it('before anything is asked, and after everything is answered', async () => {
    const { first } = await run(() => {
      throw new ToolError('No')
    })
    assert.equal(errorIn(first), 'No')
    const { first: other } = await run(async (ctx) => {
      await sure(ctx)
      throw new ToolError('No')
    })
    assert.equal(errorIn(await other.answer({ 1: YES })), 'No')
  })
})
