import { isObject, type Json, type JsonObject } from '../../wire/json.ts'

const unescapeStep = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

/** The steps of a JSON Pointer in a URI fragment, `#/a/b~1c`; `undefined` when it is none. */
export const pointerSteps = (fragment: string): readonly string[] | undefined => {
  if (fragment === '#') return []
  if (!fragment.startsWith('#/')) return undefined
  try {
    return decodeURIComponent(fragment.slice(2)).split('/').map(unescapeStep)
  } catch {
    return undefined
  }
}

/** What a JSON Pointer in a URI fragment leads to; `undefined` when it leads nowhere. */
export const follow = (root: Json, fragment: string): Json | undefined => {
  const steps = pointerSteps(fragment)
  if (steps === undefined) return undefined
  let found: Json | undefined = root
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined
    found = (found as JsonObject)[step]
  }
  return found
}

/** The object schema that a `$ref` of the same document leads to. */
export const followRef = (root: JsonObject, ref: unknown): JsonObject | undefined => {
  const found = typeof ref === 'string' ? follow(root, ref) : undefined
  return isObject(found) ? (found as JsonObject) : undefined
}

/** One step as it is written in a JSON Pointer. */
export const pointerStep = (step: string | number): string => String(step).replaceAll('~', '~0').replaceAll('/', '~1')
