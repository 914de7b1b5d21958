import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { type CallOptions, type Connection, createClient, McpError } from '../../src/client.ts'
import { type Context, createServer } from '../../src/index.ts'
import { EVERY_LINK } from '../support/links.ts'
import { keepingLogger } from '../support/messages.ts'
import { gate } from '../transport/http/support.ts'

const refusing = (name: string): never => {
  throw new Error(`${name} was looked at`)
}

/** What says nothing of itself, and minds being asked. */
const TOUCHY = new Proxy(
  {},
  { get: () => refusing('a member'), has: () => refusing('a member'), getPrototypeOf: () => refusing('the prototype') },
)

/** Everything that is not an error and can be thrown. */
const THROWN: Readonly<Record<string, unknown>> = {
  'an error': new Error('boom'),
  'an error without a message': new Error(''),
  'an error whose message cannot be read': Object.defineProperty(new Error('boom'), 'message', {
    get: () => refusing('the message'),
  }),
  'an error whose message is no text': Object.assign(new Error('boom'), { message: 7n }),
  'an aggregate of errors': new AggregateError([new Error('one'), 2]),
  'a text': 'boom',
  'an empty text': '',
  undefined,
  null: null,
  'a number': Number.NaN,
  'a bigint': 7n,
  'a symbol': Symbol('boom'),
  'a function': () => undefined,
  'an object': { code: -32000, message: 'boom' },
  'an object without a prototype': Object.create(null),
  'an object that refuses to be a text': { toString: () => refusing('the text') },
  'a promise': Promise.resolve('boom'),
  'what minds being looked at': TOUCHY,
}

const cycle: Record<string, unknown> = {}
cycle['self'] = cycle

/** What cannot be sent, or not as it is. */
const RETURNED: Readonly<Record<string, () => unknown>> = {
  'a bigint': () => 7n,
  'a bigint within': () => ({ at: 7n }),
  'a cycle': () => cycle,
  'a symbol': () => Symbol('x'),
  'a function': () => () => 1,
  'what cannot be written as JSON': () => ({ toJSON: () => refusing('toJSON') }),
  'what minds being looked at': () => TOUCHY,
  'a promise that never settles, next to one that fails': () =>
    Promise.all([new Promise(() => undefined), Promise.reject(new Error('boom'))]),
  'a thenable that throws': () => ({ then: () => refusing('then') }),
  'a thenable that settles twice': () => ({
    then: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => {
      resolve('first')
      resolve('second')
      reject(new Error('third'))
    },
  }),
}

const twice = async (_: Context, next: () => Promise<unknown>): Promise<unknown> => {
  await next()
  return next()
}

const dropped = async (_: Context, next: () => Promise<unknown>): Promise<never> => {
  void next()
  throw new Error('the layer is broken')
}

/** Calls everything of a context that sends or asks. Each call settles. */
const useAll = async (ctx: Context): Promise<readonly unknown[]> => {
  const uses: readonly (() => unknown)[] = [
    () => ctx.progress(2),
    () => ctx.log.error('late'),
    () => ctx.elicit('late?', v.object({ name: v.string() })),
    () => ctx.elicitUrl('late?', 'https://example.com'),
    () => ctx.sample({ messages: [], maxTokens: 1 }),
    () => ctx.roots(),
    () => ctx.readResource('note://1'),
    () => ctx.notify.toolsChanged(),
    () => ctx.notify.resourceUpdated('note://1'),
  ]
  const settled = await Promise.allSettled(uses.map(async (use) => use()))
  return settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
}

const INDEX = v.object({ index: v.number() })

const failing = () => {
  const released = gate()
  const ended: string[] = []
  let kept: Context | undefined
  const thrown = Object.entries(THROWN)
  const returned = Object.entries(RETURNED)
  const server = createServer({ name: 'failing', version: '1.0.0' })
    .tool('fine', () => 'fine')
    .tool('keep', (_, ctx) => {
      kept = ctx
      return 'kept'
    })
    .tool('hang', () => new Promise<never>(() => undefined))
    .tool('slow', async (_, ctx) => {
      await ctx.progress(1)
      await released.opened
      await ctx.progress(2)
      ended.push(ctx.signal.aborted ? 'aborted' : 'unaborted')
      return 'too late'
    })
    .tool('obey', async (_, ctx) => {
      await ctx.progress(1)
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve))
      ended.push(ctx.signal.reason.code)
      throw ctx.signal.reason
    })
    .tool('throws', INDEX, ({ index }) => {
      throw thrown[index]?.[1]
    })
    .tool('rejects', INDEX, async ({ index }) => Promise.reject(thrown[index]?.[1]))
    .tool('returns', INDEX, ({ index }) => returned[index]?.[1]() as string)
    .resource('note://1', () => 'a note')
  return { server, released, ended, kept: () => kept as Context, thrown, returned }
}

const textOf = async (connection: Connection, name: string, args = {}): Promise<string> => {
  try {
    const { isError, text } = await connection.callTool(name, args)
    return isError ? `failed: ${text}` : text
  } catch (error) {
    if (error instanceof McpError) return `failed: ${error.message}`
    throw error
  }
}

describe('handlers that fail in every way, over everything that carries messages', () => {
  for (const [name, version, link] of EVERY_LINK) {
    it(`${name}, ${version}: each call is answered once, the log tells, and others go on`, async (t) => {
      const { server, thrown, returned } = failing()
      const logger = keepingLogger()
      const { connection } = await link(t, server, createClient(), { revisions: [version] }, { logger })
      for (const [index, [what]] of thrown.entries()) {
        const all = ['throws', 'rejects', 'fine'].map((tool) => textOf(connection, tool, { index }))
        const [first, second, fine] = await Promise.all(all)
        assert.match(first ?? '', /^failed: /, what)
        assert.match(second ?? '', /^failed: /, what)
        assert.equal(fine, 'fine')
      }
      assert.ok(logger.lines.length >= 2 * thrown.length)
      for (const [index, [what]] of returned.entries()) {
        const [given, fine] = await Promise.all(['returns', 'fine'].map((tool) => textOf(connection, tool, { index })))
        assert.match(given ?? '', what === 'a thenable that settles twice' ? /^first$/ : /^failed: /, what)
        assert.equal(fine, 'fine')
      }
    })

    it(`${name}, ${version}: a context that is used after its call settles whatever it is asked for`, async (t) => {
      const { server, kept } = failing()
      const { connection, log } = await link(t, server, createClient(), { revisions: [version] })
      assert.equal(await textOf(connection, 'keep'), 'kept')
      for (const reason of await useAll(kept())) {
        assert.match(String(reason), /^CapabilityError: |answered already$/)
      }
      assert.equal(await textOf(connection, 'fine'), 'fine')
      assert.deepEqual(log.lines, [])
    })

    it(`${name}, ${version}: one that hangs for ever costs its own call, and is left behind at the end`, async (t) => {
      const { server } = failing()
      const { connection, runtime } = await link(t, server, createClient(), { revisions: [version] })
      await assert.rejects(connection.callTool('hang', {}, { timeoutMs: 1 }), { name: 'TimeoutError' })
      const hanging = assert.rejects(connection.callTool('hang', {}, { signal: AbortSignal.abort() }), {
        name: 'AbortedError',
      })
      assert.equal(await textOf(connection, 'fine'), 'fine')
      await hanging
      const left = connection.callTool('hang').catch((error: Error) => error.name)
      assert.equal(await textOf(connection, 'fine'), 'fine')
      await connection.close()
      assert.equal(await left, 'ConnectionError')
      await runtime.close({ drainMs: 1 })
    })

    it(`${name}, ${version}: one that ends after its client has gone disturbs nobody`, async (t) => {
      const { server, released, ended } = failing()
      const { connection, cut } = await link(t, server, createClient(), { revisions: [version] })
      const begun = gate()
      const call = connection.callTool('slow', {}, { onProgress: () => begun.open() }).then(
        ({ text }) => text,
        (error: Error) => error.name,
      )
      await begun.opened
      cut()
      const isResumed = name === 'Streamable HTTP' && version !== '2026-07-28'
      if (!isResumed) assert.equal(await call, 'ConnectionError')
      released.open()
      if (isResumed) assert.equal(await call, 'too late')
      assert.equal(await textOf(connection, 'fine'), 'fine')
      while (ended.length === 0) await new Promise((resolve) => setImmediate(resolve))
      assert.equal(ended.length, 1)
    })
  }
})

describe('handlers that hang until they are aborted', () => {
  for (const [name, version, link] of EVERY_LINK) {
    it(`${name}, ${version}: end when the call is given up, or has lost its client`, async (t) => {
      const { server, ended } = failing()
      const { connection, cut, runtime } = await link(t, server, createClient(), { revisions: [version] })
      const begin = async (options: CallOptions = {}) => {
        const begun = gate()
        const call = connection.callTool('obey', {}, { onProgress: () => begun.open(), ...options })
        const failed = assert.rejects(call, ({ name }) => /^(?:Aborted|Connection)Error$/.test(name))
        await begun.opened
        return { failed }
      }
      const stop = new AbortController()
      const given = await begin({ signal: stop.signal })
      stop.abort()
      await given.failed
      // A session of Streamable HTTP outlives its connections, and its calls do.
      const lasts = name === 'Streamable HTTP' && version !== '2026-07-28'
      const count = lasts ? 1 : 2
      if (!lasts) {
        const lost = await begin()
        cut()
        await lost.failed
      }
      while (ended.length < count) await new Promise((resolve) => setImmediate(resolve))
      assert.equal(await textOf(connection, 'fine'), 'fine')
      await connection.close()
      // It would wait for what is still in flight.
      await runtime.close()
      assert.equal(ended.length, count)
    })
  }
})

describe('layers that go on twice, or not', () => {
  for (const [name, version, link] of EVERY_LINK) {
    it(`${name}, ${version}: the call has one answer`, async (t) => {
      const create = () => createServer({ name: 'layered', version: '1.0.0' })
      let runs = 0
      const server = create()
        .use(twice)
        .tool('count', () => String(++runs))
      const { connection } = await link(t, server, createClient(), { revisions: [version] })
      assert.equal(await textOf(connection, 'count'), '2')
      const broken = create()
        .use(dropped)
        .tool('fail', () => Promise.reject(new Error('behind the layer')))
      const second = await link(t, broken, createClient(), { revisions: [version] })
      assert.equal(await textOf(second.connection, 'fail'), 'failed: fail: the layer is broken')
    })
  }
})
