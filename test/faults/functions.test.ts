import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as v from 'valibot'
import { type Client, createClient, type LoggingHandler } from '../../src/client.ts'
import { type BindOptions, createServer, type FailureFacts, type Logger } from '../../src/index.ts'
import { EVERY_LINK } from '../support/links.ts'
import { keepingLogger } from '../support/messages.ts'

const FAILURE = new Error('the function is broken')

/** Every way in which a function of a user fails. */
const FAILING: Readonly<Record<string, () => never>> = {
  throws: () => {
    throw FAILURE
  },
  rejects: () => Promise.reject(FAILURE) as never,
  'rejects later': () => new Promise((_, reject) => setImmediate(() => reject(FAILURE))) as never,
  'throws what is no error': () => {
    throw undefined
  },
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A logger whose every function does the same. */
const loggerThat = (fails: () => never): Logger => ({ debug: fails, info: fails, warn: fails, error: fails })

/** A server whose functions fail where they are told to. */
const serverWith = (functions: Readonly<Record<string, () => never>> = {}) => {
  const call = (name: string): unknown => functions[name]?.()
  return createServer({ name: 'broken', version: '1.0.0' })
    .use(async (ctx, next) => {
      if (ctx.request.name === 'layered') await call('use')
      return next()
    })
    .intercept(({ method }, next) => (method === 'acme/own' ? (call('intercept') as Promise<object>) : next()))
    .method('acme/own', { params: v.looseObject({}), result: v.looseObject({}) }, () => ({}))
    .tool('fine', () => 'fine')
    .tool('layered', () => 'layered')
    .tool('limited', { enabled: () => call('enabled') as boolean }, () => 'limited')
    .tool('failing', () => Promise.reject(FAILURE))
    .tool('ask', async (_, ctx) => JSON.stringify(await ctx.roots()))
    .tool('say', async (_, ctx) => {
      await ctx.log.error('said')
      await ctx.progress(1)
      return 'said'
    })
    .tool('touch', (_, ctx) => {
      ctx.notify.resourceUpdated('note://1')
      return 'touched'
    })
    .resource(
      'note://{id}',
      {
        list: () => call('list') as never,
        complete: { id: () => call('complete') as never },
        watch: () => (call('watch') as Promise<never> | undefined) ?? (() => call('unwatch')),
      },
      () => 'a note',
    )
    .prompt('greet', () => 'Hello')
}

type Connections = Awaited<ReturnType<(typeof EVERY_LINK)[number][2]>>
type Use = (linked: Connections) => unknown

const watched: Use = async ({ connection }) => {
  const changes = connection.listen({ resources: ['note://1'] })
  await changes.ready
  await connection.callTool('touch')
  await changes.next()
  await changes.close()
}

/** What fails, by the function behind it; and whether the log has it, or who called. */
const SERVER: Readonly<Record<string, readonly [use: Use, told: 'caller' | 'log' | 'both']>> = {
  use: [({ connection }) => connection.tools['layered']?.({}), 'both'],
  intercept: [({ connection }) => connection.request('acme/own'), 'both'],
  list: [({ connection }) => connection.listResources(), 'both'],
  complete: [
    ({ connection }) =>
      connection.complete({ ref: { type: 'ref/resource', uri: 'note://{id}' }, argument: { name: 'id', value: '' } }),
    'both',
  ],
  enabled: [({ connection }) => connection.listTools(), 'both'],
  watch: [watched, 'log'],
  unwatch: [watched, 'log'],
}

const settled = async (work: unknown): Promise<'failed' | 'succeeded'> => {
  try {
    await work
    return 'succeeded'
  } catch {
    return 'failed'
  }
}

const ONCE = EVERY_LINK.filter(([name, version]) => name === 'memory' || version === '2025-11-25')

describe('functions of a server that fail', () => {
  for (const [name, [use, told]] of Object.entries(SERVER)) {
    for (const [how, fails] of Object.entries(FAILING)) {
      it(`${name} ${how}: somebody is told, and another client goes on`, async (t) => {
        for (const [link, version, connect] of ONCE) {
          const logger = keepingLogger()
          const server = serverWith({ [name]: fails })
          const one = await connect(t, server, createClient(), { revisions: [version] }, { logger })
          const [outcome, other] = await Promise.all([settled(use(one)), one.connection.callTool('fine')])
          assert.equal(outcome, told === 'log' ? 'succeeded' : 'failed', `${link}, ${version}`)
          assert.equal(other.text, 'fine')
          while (logger.lines.length === 0) await turn()
        }
      })
    }
  }

  for (const [how, fails] of Object.entries(FAILING)) {
    it(`a logger that ${how}, with onError that does: nothing else breaks`, async (t) => {
      for (const [link, version, connect] of ONCE) {
        const heard: FailureFacts[] = []
        const onError: BindOptions['onError'] = (_, facts) => {
          heard.push(facts)
          return fails()
        }
        const bind = { logger: loggerThat(fails), onError }
        const server = serverWith({ watch: fails, list: fails })
        const one = await connect(t, server, createClient(), { revisions: [version] }, bind)
        const all = await Promise.all([
          one.connection.callTool('failing'),
          one.connection.callTool('fine'),
          settled(one.connection.listResources()),
          settled(watched(one)),
        ])
        assert.deepEqual([all[0].isError, all[1].text, all[2], all[3]], [true, 'fine', 'failed', 'succeeded'], link)
        assert.ok(heard.length > 0)
        await turn()
      }
    })
  }
})

/** A client whose functions fail, and what calls them. */
const CLIENT: Readonly<
  Record<string, readonly [with_: (fails: () => never) => Client, use: Use, told: 'caller' | 'log']>
> = {
  use: [
    (fails) => createClient().use((call, next) => (call.method === 'acme/own' ? fails() : next())),
    ({ connection }) => connection.request('acme/own'),
    'caller',
  ],
  roots: [(fails) => createClient().roots(fails), ({ connection }) => connection.tools['ask']?.({}), 'caller'],
  logging: [
    (fails) => createClient().logging(fails as LoggingHandler, { level: 'debug' }),
    ({ connection }) => connection.callTool('say'),
    'log',
  ],
}

describe('functions of a client that fail', () => {
  for (const [name, [make, use, told]] of Object.entries(CLIENT)) {
    for (const [how, fails] of Object.entries(FAILING)) {
      it(`${name} ${how}: somebody is told, and other calls go on`, async (t) => {
        for (const [link, version, connect] of ONCE) {
          const one = await connect(t, serverWith(), make(fails), { revisions: [version] })
          const [outcome, other] = await Promise.all([settled(use(one)), one.connection.callTool('fine')])
          assert.equal(outcome, told === 'log' ? 'succeeded' : 'failed', `${link}, ${version}`)
          assert.equal(other.text, 'fine')
          if (told === 'log') while (one.log.lines.length === 0) await turn()
        }
      })
    }
  }

  for (const [how, fails] of Object.entries(FAILING)) {
    it(`onProgress ${how}: the log tells, and the call goes on`, async (t) => {
      for (const [link, version, connect] of ONCE) {
        const one = await connect(t, serverWith(), createClient(), { revisions: [version] })
        const { text } = await one.connection.callTool('say', {}, { onProgress: fails })
        assert.equal(text, 'said', link)
        while (one.log.lines.length === 0) await turn()
      }
    })

    it(`a logger that ${how}, where everything else does, too: nothing else breaks`, async (t) => {
      for (const [link, version, connect] of ONCE) {
        const client = createClient()
          .roots(fails)
          .logging(fails as LoggingHandler, { level: 'debug' })
        const log = loggerThat(fails)
        const one = await connect(t, serverWith(), client, { revisions: [version], logger: log })
        const { connection } = one
        assert.equal((await connection.callTool('say', {}, { onProgress: fails })).text, 'said', link)
        assert.equal(await settled(connection.tools['ask']?.({})), 'failed')
        one.cut()
        const again = connection.callTool('fine').catch(() => connection.callTool('fine'))
        assert.equal((await again).text, 'fine')
        await turn()
      }
    })

    it(`the headers of an authorization that ${how} fail the request, and no other`, async (t) => {
      for (const [link, version, connect] of ONCE) {
        if (link === 'memory') continue
        let isBroken = false
        const client = createClient().auth({ headers: () => (isBroken ? fails() : {}) })
        const { connection, cut } = await connect(t, serverWith(), client, { revisions: [version] })
        isBroken = true
        cut()
        assert.equal(await settled(connection.callTool('fine')), 'failed', `${link}, ${version}`)
        isBroken = false
        const again = connection.callTool('fine').catch(() => connection.callTool('fine'))
        assert.equal((await again).text, 'fine', `${link}, ${version}`)
      }
    })
  }
})
