import { isObject } from '../../wire/json.ts'
import type { Reading, Refuse, Rules, Targets } from './reading.ts'

// One step through a schema costs the validator one call, so a chain must not outgrow the stack.
const MAX_CHAIN = 256
const MAX_STEPS = 10_000

const IN_PLACE = ['allOf', 'anyOf', 'oneOf', 'not', 'if', 'then', 'else', 'dependentSchemas', 'dependencies']

/** The schemas that apply to the same value as this one. */
const inPlace = (rules: Rules, targets: Targets): readonly Rules[] => {
  const held = IN_PLACE.flatMap((keyword) => {
    const value = rules[keyword]
    return isObject(value) && (keyword === 'dependentSchemas' || keyword === 'dependencies')
      ? Object.values(value)
      : value
  })
  return [...held, targets[rules['$ref'] as string]].filter(isObject)
}

/** Refuses references that lead back to themselves for one and the same value, or multiply the work on it. */
export const checkCost = ({ pointers }: Reading, targets: Targets, refuse: Refuse): void => {
  const known = new Map<Rules, { readonly steps: number; readonly chain: number } | undefined>()
  const cost = (rules: Rules, depth: number): { readonly steps: number; readonly chain: number } => {
    const found = known.get(rules)
    if (found) return found
    const pointer = pointers.get(rules) as string
    if (known.has(rules)) refuse(pointer, 'its references lead in a circle, so that checking a value would never end')
    known.set(rules, undefined)
    let steps = 1
    let chain = 1
    for (const inner of inPlace(rules, targets)) {
      if (depth === MAX_CHAIN) refuse(pointer, `its references lead through more than ${MAX_CHAIN} schemas`)
      const part = cost(inner, depth + 1)
      steps += part.steps
      chain = Math.max(chain, part.chain + 1)
    }
    if (chain > MAX_CHAIN) refuse(pointer, `its references lead through more than ${MAX_CHAIN} schemas`)
    if (steps > MAX_STEPS) refuse(pointer, `its references multiply to more than ${MAX_STEPS} checks of one value`)
    known.set(rules, { steps, chain })
    return { steps, chain }
  }
  for (const rules of pointers.keys()) cost(rules, 1)
}
