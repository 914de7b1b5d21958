import type { EntryDefinition, TemplateDefinition } from './definition.ts'
import type { Plan, Planned } from './plan.ts'

/** The lists of a server, as a client hears of their changes. */
export type ListName = 'tools' | 'prompts' | 'resources'

type Listed = Exclude<EntryDefinition, { kind: 'method' }>

// What a function gives is known only when it is called; it counts as the same while the function is, and what it sees.
const byFunction = ({ scope }: EntryDefinition, give: unknown): readonly unknown[] => [
  give,
  scope.publicUri('a:'),
  ...scope.layers,
  ...scope.lifespans.flat(),
]

const listOf = (entry: Listed): TemplateDefinition['list'] => (entry.kind === 'template' ? entry.list : undefined)

const traceOf = (entry: Listed): readonly unknown[] => {
  const list = listOf(entry)
  return [JSON.stringify(entry.listing), entry.enabled, ...(list ? byFunction(entry, list) : [])]
}

const LISTS: Readonly<
  Record<ListName, { readonly methods: readonly string[]; readonly entries: (plan: Plan) => Iterable<Planned<Listed>> }>
> = {
  tools: { methods: ['tools/list'], entries: ({ tools }) => tools.values() },
  prompts: { methods: ['prompts/list'], entries: ({ prompts }) => prompts.values() },
  resources: {
    methods: ['resources/list', 'resources/templates/list'],
    entries: ({ resources, templates }) => [...resources.values(), ...templates],
  },
}

/** Everything that tells a list from another one: texts and functions, in order. */
const traces = (plan: Plan, name: ListName): readonly unknown[] => {
  const { methods, entries } = LISTS[name]
  const replaced = methods.map((method) => plan.methods.get(method)?.entry)
  return [
    ...replaced.flatMap((entry) => (entry ? byFunction(entry, entry.handler) : [undefined])),
    ...[...entries(plan)].flatMap(({ entry }) => traceOf(entry)),
  ]
}

const NAMES = Object.keys(LISTS) as ListName[]

/** The lists that one definition gives otherwise than another. Functions are the same when they are identical. */
export const changedLists = (before: Plan, after: Plan): readonly ListName[] =>
  NAMES.filter((name) => {
    const [own, other] = [traces(before, name), traces(after, name)]
    return own.length !== other.length || own.some((trace, index) => trace !== other[index])
  })
