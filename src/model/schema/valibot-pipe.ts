/** A schema of valibot or an action in its pipe, whatever copy of valibot made it. */
export interface Part {
  readonly kind: string
  readonly type: string
  readonly pipe?: readonly Part[]
  readonly [member: string]: unknown
}

/** A schema of valibot, as far as it takes to write it down. */
export const schemaOf = (type: string, members: object = {}): Part => ({ kind: 'schema', type, ...members })

/** A pipe with the pipes in it opened. */
export const flatten = (pipe: readonly Part[]): readonly Part[] =>
  pipe.flatMap((part) => (part.pipe ? flatten(part.pipe) : part))

const UNKNOWN = schemaOf('unknown')

/** Actions that give something else than they take, with what they give. */
const CHANGES: Readonly<Record<string, Part>> = {
  find_item: UNKNOWN,
  parse_boolean: schemaOf('boolean'),
  parse_json: UNKNOWN,
  raw_transform: UNKNOWN,
  reduce_items: UNKNOWN,
  stringify_json: schemaOf('string'),
  to_bigint: schemaOf('bigint'),
  to_boolean: schemaOf('boolean'),
  to_date: schemaOf('date'),
  to_number: schemaOf('number'),
  to_string: schemaOf('string'),
  transform: UNKNOWN,
}

const changeOf = (part: Part): Part | undefined => {
  if (part.kind !== 'transformation') return undefined
  // The items differ, but a check of their number that follows still speaks of what is sent.
  if (part.type === 'map_items') return schemaOf('array', { item: UNKNOWN })
  return Object.hasOwn(CHANGES, part.type) ? CHANGES[part.type] : undefined
}

// They become a `format` or an encoding, which JSON Schema means alike.
const FORMATS = new Set(['base64', 'email', 'ipv4', 'ipv6', 'iso_date', 'iso_timestamp', 'rfc_email', 'uuid'])

/** The expression without flags, where JSON Schema, which has the flag "u" only, means the same by it. */
const portable = ({ source, flags }: RegExp): RegExp | undefined => {
  if (/[imsv]/.test(flags)) return undefined
  try {
    new RegExp(source, 'u')
    return new RegExp(source)
  } catch {
    return undefined
  }
}

const isPublic = (key: string): boolean =>
  key === 'title' || key === 'description' || key === 'examples' || key.startsWith('x-')

const writable = (part: Part): readonly Part[] => {
  if (part.type === 'metadata') {
    const metadata = Object.entries(part['metadata'] as object).filter(([key]) => isPublic(key))
    return [{ ...part, metadata: Object.fromEntries(metadata) }]
  }
  const { requirement } = part
  if (!(requirement instanceof RegExp) || FORMATS.has(part.type)) return [part]
  const pattern = portable(requirement)
  return pattern ? [{ kind: 'validation', type: 'regex', requirement: pattern }] : []
}

/** What describes the whole schema, on whichever side it stands; examples are of one side. */
const describing = (part: Part): readonly Part[] => {
  if (part.type === 'title' || part.type === 'description') return [part]
  if (part.type !== 'metadata') return []
  const { examples, ...metadata } = part['metadata'] as Readonly<Record<string, unknown>>
  return writable({ ...part, metadata })
}

/** The actions of a pipe that speak of what goes into it. */
export const actionsOfInput = (pipe: readonly Part[]): readonly Part[] => {
  const actions = pipe.slice(1)
  const end = actions.findIndex((part) => part.kind === 'schema' || (changeOf(part) && part.type !== 'map_items'))
  if (end === -1) return actions.flatMap(writable)
  return [...actions.slice(0, end).flatMap(writable), ...actions.slice(end).flatMap(describing)]
}

/** The last schema of a pipe, what came to take its place, and the actions that speak of what comes out. */
export const actionsOfOutput = (
  pipe: readonly Part[],
): { readonly last: Part; readonly changed: Part | undefined; readonly actions: readonly Part[] } => {
  const start = pipe.findLastIndex((part) => part.kind === 'schema')
  let changed: Part | undefined
  let actions = pipe.slice(0, start).flatMap(describing)
  for (const part of pipe.slice(start + 1)) {
    const change = changeOf(part)
    if (change) {
      changed = change
      actions = actions.flatMap(describing)
    } else actions.push(...writable(part))
  }
  return { last: pipe[start] as Part, changed, actions }
}
