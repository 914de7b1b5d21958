import { isObject, type Json } from '../../wire/json.ts'
import { follow } from './pointer.ts'
import type { Place, Reading, Reference, Refuse, Rules, Targets } from './reading.ts'

const findTarget = ({ resources, anchors }: Reading, { ref, place }: Reference): Json | undefined => {
  if (!URL.canParse(ref, place.base)) return undefined
  const uri = new URL(ref, place.base)
  const anchored = anchors.get(uri.href)
  if (anchored !== undefined) return anchored
  const fragment = uri.hash
  uri.hash = ''
  const resource = resources.get(uri.href)
  return resource === undefined ? undefined : follow(resource, fragment === '' ? '#' : fragment)
}

const whyUnresolved = ({ keyword, ref }: Reference): string =>
  ref.startsWith('#')
    ? `${keyword} ${JSON.stringify(ref)} leads to no schema`
    : `${keyword} ${JSON.stringify(ref)} leads out of the document, and no schema is ever fetched; ` +
      'copy the schema into "$defs" and refer to it as "#/$defs/name"'

/**
 * Resolves every reference of a document, and writes into each a key of the returned targets. A reference may also
 * lead to a schema that no keyword holds (`#/components/schemas/day`): `read` reads it then.
 */
export const resolveReferences = (
  reading: Reading,
  read: (schema: Json, place: Place) => boolean | Rules,
  refuse: Refuse,
): Targets => {
  const targets: Record<string, boolean | Rules> = Object.create(null)
  const keys = new Map<boolean | Rules, string>()
  const hasResources = new Set(reading.resources.values()).size > 1
  // Reading a target may add references, which the loop then comes to.
  for (const reference of reading.references) {
    const { from, keyword, ref, place } = reference
    const target = findTarget(reading, reference)
    if (typeof target !== 'boolean' && !isObject(target)) refuse(place.pointer, whyUnresolved(reference))
    // Within one resource the dynamic scope is that resource alone, so a dynamic reference is an ordinary one.
    if (keyword === '$dynamicRef' && (hasResources || '$ref' in from)) {
      refuse(place.pointer, '$dynamicRef beside $ref, or in a document with an inner $id, is not supported; write $ref')
    }
    const rules = reading.rules.get(target as Json) ?? read(target as Json, { ...place, pointer: ref, depth: 1 })
    const key = keys.get(rules) ?? String(keys.size)
    keys.set(rules, key)
    targets[key] = rules
    from['$ref'] = key
  }
  return targets
}
