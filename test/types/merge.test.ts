import { describe, it } from 'node:test'
import * as v from 'valibot'
import {
  createServer,
  type MethodEntry,
  type PromptEntry,
  type ResourceEntry,
  type Server,
  type ToolEntry,
} from '../../src/index.ts'
import { compiled, is, same } from './equal.ts'

const create = () => createServer({ name: 'types', version: '1.0.0' })

/** The entries that the type of a server tells. */
type Entries<S extends { readonly '~entries': unknown }> = S['~entries']

type Names<Entry> = Entry extends { readonly name: infer Name } ? Name : never

type Uris<Entry> = Entry extends { readonly uri: infer Uri } ? Uri : never

describe('types of what must be brought', () => {
  const needy = createServer<{ user: { id: number } }>({ name: 'needy', version: '1.0.0' })

  it('are in the context of its handlers', () => {
    needy.tool('t', (_, { user }) => is<number>()(user.id))
    needy.use((ctx, next) => next({ twice: ctx.user.id * 2 })).tool('t', (_, { twice }) => is<number>()(twice))
  })

  it('must be met where it is merged', () => {
    const kit = needy.tool('t', (_, { user }) => user.id)
    create()
      .use((_, next) => next({ user: { id: 1, name: 'Ada' } }))
      .merge(kit)
    create()
      .use((_, next) => next({ user: { id: 1 } }))
      .use((_, next) => next({ more: true }))
      .merge(kit, { prefix: 'a' })
    compiled(() => {
      // @ts-expect-error nobody brings a user
      create().merge(kit)
      // @ts-expect-error nobody brings a user, with a prefix either
      create().merge(kit, { prefix: 'a' })
      create()
        .use((_, next) => next({ user: { id: 'one' } }))
        // @ts-expect-error an id is a number
        .merge(kit)
      create()
        // @ts-expect-error it comes too late
        .merge(kit)
        .use((_, next) => next({ user: { id: 1 } }))
    })
  })

  it('may be a lifespan, which the host has', () => {
    const kit = createServer<{ lifespan: { db: string } }>({ name: 'kit', version: '1.0.0' }).tool(
      't',
      (_, { lifespan }) => is<string>()(lifespan.db),
    )
    create()
      .lifespan(() => ({ db: 'x', more: 1 }))
      .merge(kit)
    compiled(() => {
      // @ts-expect-error there is no lifespan
      create().merge(kit)
    })
  })

  it('what a server adds by itself, it needs from nobody', () => {
    const kit = create()
      .lifespan(() => ({ db: 'x' }))
      .use((_, next) => next({ user: 'Ada' }))
      .tool('t', (_, { user, lifespan }) => `${user} ${lifespan.db}`)
    create().merge(kit, { prefix: 'a' })
  })

  it('a merged server does not change the context of what follows', () => {
    const kit = create()
      .use((_, next) => next({ user: 'Ada' }))
      .tool('t', () => 1)
    compiled(() =>
      create()
        .merge(kit)
        // @ts-expect-error its context stays its own
        .tool('own', (_, { user }) => user),
    )
  })

  it('needs add up through nested servers', () => {
    const inner = createServer<{ a: 1 }>({ name: 'inner', version: '1' }).tool('t', () => 1)
    const middle = createServer<{ a: 1; b: 2 }>({ name: 'middle', version: '1' }).merge(inner, { prefix: 'inner' })
    create()
      .use((_, next) => next({ a: 1 as const, b: 2 as const }))
      .merge(middle, { prefix: 'middle' })
    compiled(() => {
      create()
        .use((_, next) => next({ a: 1 as const }))
        // @ts-expect-error b is missing
        .merge(middle)
    })
  })
})

describe('types of entries', () => {
  const input = v.object({ city: v.string() })
  const output = v.object({ degrees: v.number() })
  const weather = create()
    .tool('now', { input, output }, () => ({ degrees: 20 }))
    .tool('list', () => ['paris'])
    .prompt('report', input, () => 'p')
    .resource('city://{name}', () => 1)
    .resource('urn:cities', () => 1)
    .method('weather/version', { params: input, result: output }, () => ({ degrees: 1 }))

  it('keep names, schemas and what is returned', () => {
    same<
      Entries<typeof weather>,
      | ToolEntry<'now', typeof input, typeof output, undefined>
      | ToolEntry<'list', undefined, undefined, string[]>
      | PromptEntry<'report', typeof input>
      | ResourceEntry<'city://{name}'>
      | ResourceEntry<'urn:cities'>
      | MethodEntry<'weather/version', typeof input, typeof output>
    >()
  })

  it('have their prefix after a merge, inside of that of an outer one', () => {
    const host = create()
      .tool('own', () => 1)
      .merge(weather, { prefix: 'weather' })
    same<Names<Entries<typeof host>>, 'own' | 'weather_now' | 'weather_list' | 'weather_report' | 'weather/version'>()
    same<Uris<Entries<typeof host>>, 'city://weather/{name}' | 'urn:weather/cities'>()
    const outer = create().merge(host, { prefix: 'outer' })
    same<
      Names<Entries<typeof outer>>,
      'outer_own' | 'outer_weather_now' | 'outer_weather_list' | 'outer_weather_report' | 'weather/version'
    >()
    same<Uris<Entries<typeof outer>>, 'city://outer/weather/{name}' | 'urn:outer/weather/cities'>()
    const plain = create().merge(weather)
    same<Entries<typeof plain>, Entries<typeof weather>>()
  })

  it('a tool without arguments keeps its own return type, also of a promise', () => {
    const server = create().tool('a', async () => ({ n: 1 }))
    same<Entries<typeof server>, ToolEntry<'a', undefined, undefined, Promise<{ n: number }>>>()
  })

  it('a server of any kind fits where only its face is asked for', () => {
    const serve = (server: Pick<Server<never, never, unknown>, 'bind' | 'fetch'>) => server
    compiled(() => serve(weather))
  })

  it('options of merge that do not exist do not compile', () => {
    compiled(() => {
      // @ts-expect-error a typo
      create().merge(weather, { prefx: 'a' })
      // @ts-expect-error no server
      create().merge({ name: 'weather' })
      // @ts-expect-error a string
      create().merge(weather, { prefix: 5 })
    })
  })
})
