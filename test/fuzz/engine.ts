import assert from 'node:assert/strict'
import fc from 'fast-check'

/** What takes inputs, one after the other. */
export interface Subject<Input> {
  /** Hands in one input, and throws where something does not hold that must. */
  readonly check: (input: Input) => unknown
  /** Ends it, and throws where something is left behind. */
  readonly close?: () => unknown
}

/** How inputs are made, and what must hold of each. */
export interface Target<Input> {
  readonly name: string
  readonly inputs: fc.Arbitrary<Input>
  /** Past finds, as they were printed: they come first in every run. */
  readonly corpus?: readonly Input[]
  /** How many inputs one run takes. */
  readonly runs: number
  readonly open: () => Subject<Input> | Promise<Subject<Input>>
}

/** One run: the same seed makes the same inputs. */
export interface Run {
  readonly seed: number
  /** Those of the target by default. */
  readonly runs?: number
  /** Whether to look for the smallest input that fails; the default. */
  readonly shrinks?: boolean
  /** How long one input may take; 5 s by default. */
  readonly hangsMs?: number
}

/** What came of a run. */
export interface Outcome {
  readonly cases: number
  readonly failure: Failure | undefined
}

/** What did not hold, and for which input. */
export interface Failure {
  /** As an expression that the corpus can take. */
  readonly input: string
  readonly error: Error
}

/** A target that can be run. */
export interface Fuzzer {
  readonly name: string
  readonly run: (run: Run) => Promise<Outcome>
}

// No input takes a hundredth of this; it is there for those that would take for ever.
const HANGS_MS = 5_000

const withoutHanging = async (work: unknown, hangsMs: number): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it hangs: there is no end to it in ${hangsMs} ms`)), hangsMs)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Of the objects that everything inherits from: what they have before anything has come in. */
const SHARED = [Object.prototype, Array.prototype, Function.prototype, String.prototype].map((prototype) => ({
  prototype,
  names: new Set(Reflect.ownKeys(prototype)),
}))

const checkPrototypes = (): void => {
  for (const { prototype, names } of SHARED) {
    const added = Reflect.ownKeys(prototype).filter((name) => !names.has(name))
    for (const name of added) Reflect.deleteProperty(prototype, name)
    assert.deepEqual(added, [], 'a prototype of every object was changed')
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Runs what may fail without anybody waiting for it, and throws what has failed so. */
const withoutStrays = async (run: () => unknown): Promise<void> => {
  const strays: unknown[] = []
  const keep = (error: unknown): void => {
    strays.push(error)
  }
  process.on('unhandledRejection', keep).on('uncaughtException', keep)
  try {
    await run()
    // Rejections that nobody has taken are told at the end of a turn.
    await turn()
  } finally {
    process.off('unhandledRejection', keep).off('uncaughtException', keep)
  }
  if (strays.length > 0) throw new Error('an error that nobody handles', { cause: strays[0] })
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

/** Makes a target runnable. A subject that has failed is not used again. */
export const fuzzer = <Input>({ name, inputs, corpus = [], runs: ownRuns, open }: Target<Input>): Fuzzer => {
  const run = async ({ seed, runs = ownRuns, shrinks = true, hangsMs = HANGS_MS }: Run): Promise<Outcome> => {
    let subject: Subject<Input> | undefined
    const close = async (): Promise<void> => {
      const closing = subject
      subject = undefined
      await withoutHanging(closing?.close?.(), hangsMs)
    }
    const property = fc.asyncProperty(inputs, async (input) => {
      try {
        subject ??= await open()
        const { check } = subject
        await withoutStrays(() => withoutHanging(check(input), hangsMs))
        checkPrototypes()
      } catch (error) {
        await close().catch(() => undefined)
        throw error
      }
    })
    const details = await fc.check(property, {
      seed,
      numRuns: runs + corpus.length,
      examples: corpus.map((input): [Input] => [input]),
      endOnFailure: !shrinks,
    })
    const { numRuns: cases, counterexample, errorInstance } = details
    if (details.failed)
      return { cases, failure: { input: fc.stringify(counterexample?.[0]), error: asError(errorInstance) } }
    try {
      await withoutStrays(close)
      return { cases, failure: undefined }
    } catch (error) {
      return { cases, failure: { input: 'all of them, at their end', error: asError(error) } }
    }
  }
  return { name, run }
}

/** What is said of a failure, and how to see it again. */
export const describeFailure = (name: string, seed: number, { input, error }: Failure): string =>
  `${name}: ${error.stack ?? error.message}${error.cause === undefined ? '' : `\ncaused by ${asError(error.cause).stack}`}
the smallest input that was found: ${input}
again: npm run fuzz -- --only ${name} --seed ${seed}`
