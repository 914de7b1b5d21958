import * as v from 'valibot'
import { type Context, createServer, isSuspension } from '../../src/index.ts'
import type { Tally } from './ledger.ts'
import { answerTo, type Mark, questionOf, wordsOf } from './words.ts'

/** What is going on in the server at the moment. */
export interface Activity {
  handlers: number
  watches: number
}

/** Whoever wants to know what is still in memory. */
export type Keeper = (what: string, object: object) => void

const MARK = { client: v.string(), serial: v.number() }

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const aborted = (): void => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', aborted)
      resolve()
    }, ms)
    if (signal.aborted) aborted()
    else signal.addEventListener('abort', aborted, { once: true })
  })

const turns = async (count: number): Promise<void> => {
  for (let done = 0; done < count; done += 1) await turn()
}

const sampled = async (ctx: Context, question: string, key: string): Promise<string | undefined> => {
  const content = { type: 'text', text: question } as const
  const answer = await ctx.sample({ messages: [{ role: 'user', content }], maxTokens: 8 }, { key })
  const [block] = [answer.content].flat()
  return block?.type === 'text' ? block.text : undefined
}

const elicited = async (ctx: Context, question: string, key: string): Promise<string | undefined> => {
  const answer = await ctx.elicit(question, v.object({ words: v.string() }), { key })
  return answer.action === 'accept' ? answer.content.words : undefined
}

const ASKING = { elicit: elicited, sample: sampled } as const

/** A server whose every run is counted, with one entry for each thing that a client does. */
export const serverUnderLoad = (tally: Tally, activity: Activity, keep: Keeper) => {
  const run = async (ctx: Context, { client, serial }: Mark, work: () => Promise<string>): Promise<string> => {
    activity.handlers += 1
    keep('context', ctx)
    if (ctx.session) keep('session', ctx.session)
    tally.begun(client, serial)
    try {
      const words = await work()
      tally.done(client, serial)
      return words
    } catch (error) {
      if (isSuspension(error)) tally.suspended(client, serial)
      throw error
    } finally {
      activity.handlers -= 1
    }
  }

  const asking = (how: keyof typeof ASKING) => (args: Mark & { readonly asks: number }, ctx: Context) =>
    run(ctx, args, async () => {
      for (let number = 1; number <= args.asks; number += 1) {
        const question = questionOf(args, number)
        const answer = await ASKING[how](ctx, question, String(number))
        if (answer !== answerTo(question)) tally.wrong(`${args.client}: "${question}" was answered "${answer}"`)
      }
      return wordsOf(args, how)
    })

  const notices = new Map<string, () => void>()
  const watch = (uri: string, notify: () => void): (() => void) => {
    activity.watches += 1
    notices.set(uri, notify)
    return () => {
      activity.watches -= 1
      if (notices.get(uri) === notify) notices.delete(uri)
    }
  }

  return createServer({ name: 'under-load', version: '1.0.0' })
    .tool('echo', v.object({ ...MARK, length: v.number(), turns: v.number() }), (args, ctx) =>
      run(ctx, args, async () => {
        await turns(args.turns)
        return wordsOf(args, 'echo', args.length)
      }),
    )
    .tool('work', v.object({ ...MARK, steps: v.number() }), (args, ctx) =>
      run(ctx, args, async () => {
        for (let step = 1; step <= args.steps; step += 1) {
          // The total is what tells this call from others, on revisions that carry no message.
          await ctx.progress(step, args.serial)
          await turn()
        }
        return wordsOf(args, 'work')
      }),
    )
    .tool('elicit', v.object({ ...MARK, asks: v.number() }), asking('elicit'))
    .tool('sample', v.object({ ...MARK, asks: v.number() }), asking('sample'))
    .tool('wait', v.object({ ...MARK, ms: v.number() }), (args, ctx) =>
      run(ctx, args, async () => {
        await pause(args.ms, ctx.signal)
        return wordsOf(args, 'wait')
      }),
    )
    .tool('touch', v.object({ ...MARK, uri: v.string() }), (args, ctx) =>
      run(ctx, args, async () => {
        notices.get(args.uri)?.()
        return wordsOf(args, 'touch')
      }),
    )
    .resource('soak://{client}/{serial}/{length}', { watch }, ({ client, serial, length }, ctx) => {
      const mark = { client, serial: Number(serial) }
      return run(ctx, mark, async () => wordsOf(mark, 'read', Number(length)))
    })
}
