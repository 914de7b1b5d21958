import { describe, it } from 'node:test'
import * as v from 'valibot'
import {
  type AuthInfo,
  type Context,
  type ContextOf,
  createServer,
  type HttpInfo,
  type Interceptor,
  type Log,
  type Next,
  type ReadableContents,
  text,
} from '../../src/index.ts'
import { compiled, is, same } from './equal.ts'

const base = createServer({ name: 'types', version: '1.0.0' })

describe('types of the context', () => {
  it('every member of every context', () => {
    base.tool('t', (_, ctx) => {
      is<AbortSignal>()(ctx.signal)
      is<string | number | undefined>()(ctx.requestId)
      is<string>()(ctx.request.method)
      is<string | undefined>()(ctx.request.name)
      is<string | undefined>()(ctx.request.uri)
      is<Readonly<Record<string, unknown>>>()(ctx.request.meta)
      is<string>()(ctx.protocolVersion)
      is<string | undefined>()(ctx.client.info?.name)
      is<AuthInfo | undefined>()(ctx.auth)
      is<HttpInfo | undefined>()(ctx.http)
      is<Log>()(ctx.log)
      is<unknown>()(ctx.lifespan)
      is<Promise<void>>()(ctx.progress(1, 2, 'three'))
      is<Promise<void>>()(ctx.log.emergency({ any: 'value' }, 'logger'))
      is<Promise<ReadableContents>>()(ctx.readResource('a://b'))
    })
    compiled(() =>
      base.tool('t', (_, ctx) => {
        // @ts-expect-error no such member
        ctx.eliciting
        // @ts-expect-error it cannot be replaced
        ctx.signal = new AbortController().signal
        // @ts-expect-error a level that does not exist
        ctx.log.warn('x')
        // @ts-expect-error a number
        ctx.progress('half')
      }),
    )
  })

  it('is that of the chain, in every kind of handler', () => {
    const server = base.lifespan(() => ({ db: 1 })).use((_, next) => next({ user: 'Ada' as const }))
    type Ctx = { readonly lifespan: { db: number }; user: 'Ada' }
    const check = <Given extends Ctx>(ctx: Given) => {
      is<number>()(ctx.lifespan.db)
      is<'Ada'>()(ctx.user)
    }
    server
      .tool('a', (_, ctx) => check(ctx))
      .tool('b', v.object({}), (_, ctx) => check(ctx))
      .tool('c', { output: v.string() }, (_, ctx) => `${check(ctx)}`)
      .tool('d', { input: v.object({}) }, (_, ctx) => check(ctx))
      .prompt('a', (_, ctx) => `${check(ctx)}`)
      .prompt('b', v.object({}), (_, ctx) => `${check(ctx)}`)
      .prompt('c', { input: v.object({ a: v.string() }), complete: { a: (_, ctx) => [`${check(ctx)}`] } }, () => 'c')
      .resource('a://b', (_, ctx) => check(ctx))
      .resource('a://{b}', { list: (ctx) => [`${check(ctx)}`], complete: { b: (_, ctx) => [ctx.user] } }, (_, ctx) =>
        check(ctx),
      )
      .method('x/y', {}, (_, ctx) => check(ctx))
  })
})

describe('types of lifespans', () => {
  it('come from what is yielded or returned', () => {
    base
      .lifespan(async function* () {
        yield { db: 1 }
      })
      .tool('t', (_, { lifespan }) => same<typeof lifespan, { db: number }>())
    base.lifespan(async () => ({ db: 1 })).tool('t', (_, { lifespan }) => is<number>()(lifespan.db))
    class Database {
      readonly rows = 1
    }
    base.lifespan(() => new Database()).tool('t', (_, { lifespan }) => same<typeof lifespan, Database>())
  })

  it('add up, and reach what follows', () => {
    const one = base.lifespan(() => ({ a: 1 }))
    one
      .lifespan(() => ({ b: 'x' }))
      .tool('t', (_, { lifespan }) => {
        is<number>()(lifespan.a)
        is<string>()(lifespan.b)
      })
    compiled(() => {
      // @ts-expect-error it comes later
      one.tool('t', (_, { lifespan }) => lifespan.b)
      // @ts-expect-error there is none
      base.tool('t', (_, { lifespan }) => lifespan.a)
    })
  })

  it('without a value add nothing', () => {
    base
      .lifespan(() => ({ a: 1 }))
      .lifespan(() => {})
      .lifespan(async () => {})
      .lifespan(async function* () {
        yield
      })
      .tool('t', (_, { lifespan }) => is<number>()(lifespan.a))
  })
})

describe('types of layers', () => {
  it('add what is passed to next, to what follows', () => {
    const server = base.use(async (_, next) => next({ user: { id: 1 } }))
    server.tool('t', (_, { user }) => is<number>()(user.id))
    server
      .use((ctx, next) => next({ twice: ctx.user.id * 2 }))
      .tool('t', (_, ctx) => {
        is<number>()(ctx.user.id)
        is<number>()(ctx.twice)
      })
    compiled(() => {
      // @ts-expect-error it stands before
      base.tool('t', (_, ctx) => ctx.user)
      // @ts-expect-error an object
      base.use((_, next) => next('user'))
    })
  })

  it('that may answer in place of next add it all the same: what follows only runs after next', () => {
    base
      .use(async (ctx, next) => {
        if (ctx.auth === undefined) return text('Sign in.')
        return next({ user: ctx.auth.clientId })
      })
      .tool('t', (_, { user }) => is<string>()(user))
  })

  it('that pass on one thing or another add either', () => {
    base
      .use((ctx, next) => (ctx.auth ? next({ role: 'user' as const }) : next({ role: 'guest' as const })))
      .tool('t', (_, { role }) => is<'user' | 'guest'>()(role))
  })

  it('that add nothing change nothing', () => {
    const before = (_: unknown, ctx: Context) => is<string>()(ctx.protocolVersion)
    base.use((_, next) => next()).tool('t', before)
    base.use(async (_, next) => next({})).tool('t', before)
    base.use(() => 'answered').tool('t', before)
    base
      .use(async (_, next) => {
        try {
          return await next()
        } finally {
          void 0
        }
      })
      .tool('t', before)
  })

  it('ContextOf: handlers can be written apart from a server', () => {
    const stem = base.lifespan(() => ({ db: 1 })).use((_, next) => next({ user: 'Ada' }))
    const handler = (_: unknown, ctx: ContextOf<typeof stem>) => {
      is<number>()(ctx.lifespan.db)
      is<string>()(ctx.user)
      is<string>()(ctx.protocolVersion)
    }
    stem.tool('t', handler).resource('a://b', handler)
    const plain = (_: unknown, ctx: ContextOf<typeof base>) => is<string>()(ctx.protocolVersion)
    base.tool('t', plain)
    compiled(() => {
      // @ts-expect-error nobody has added what it needs
      base.tool('t', handler)
    })
  })

  it('can be written apart from a server', () => {
    const signedIn = (ctx: Context, next: Next) => next({ user: ctx.auth?.clientId ?? 'nobody' })
    base.use(signedIn).tool('t', (_, { user }) => is<string>()(user))
    const timed: Interceptor = async ({ method }, next) => {
      is<string>()(method)
      return next()
    }
    base.intercept(timed)
  })
})
