import { isObject, parseJson } from '../../wire/json.ts'
import { isList, isRecord, isScalar, type Shown, type ShownObject } from './snapshot.ts'

const isSame = (one: unknown, other: unknown): boolean => {
  if (one === other) return true
  if (Array.isArray(one)) {
    return Array.isArray(other) && one.length === other.length && one.every((item, index) => isSame(item, other[index]))
  }
  if (!isObject(one) || !isObject(other)) return false
  const keys = Object.keys(one)
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  )
}

const textOf = (block: Shown | undefined): string | undefined =>
  isRecord(block) && block['type'] === 'text' && typeof block['text'] === 'string' ? block['text'] : undefined

const says = (block: Shown | undefined, value: Shown): boolean => {
  const text = textOf(block)
  if (text === undefined) return false
  if (text === value) return true
  const parsed = parseJson(text)
  return parsed.ok && isSame(parsed.value, value)
}

/** What of a tool result is to be shown. */
export interface Told<Block extends Shown> {
  readonly content: readonly Block[]
  readonly structured?: Shown
}

const withoutThoseThatSay = <Block extends Shown>(content: readonly Block[], value: Shown): Told<Block> | undefined => {
  const others = content.filter((block) => !says(block, value))
  if (others.length === content.length) return undefined
  return isScalar(value) ? { content } : { content: others, structured: value }
}

const oneTextForEach = <Block extends Shown>(
  content: readonly Block[],
  items: readonly Shown[],
): Told<Block> | undefined => {
  const isEach = content.length === items.length && items.every((item, index) => says(content[index], item))
  if (!isEach) return undefined
  return items.every(isScalar) ? { content } : { content: [], structured: items }
}

// Before 2026-07-28 structured content is an object: other values travel as `{ result: value }`.
const unwrapped = (structured: Shown): Shown | undefined => {
  if (!isRecord(structured)) return undefined
  const { result, ...others }: ShownObject = structured
  return Object.keys(others).length === 0 ? result : undefined
}

/**
 * Content and structured content without what they say twice. Texts that are the JSON of the structured content, or of
 * its items one by one, give way to it, since it can be shown as a table; a text that is all of it stays instead.
 */
export const toldOnce = <Block extends Shown>(
  content: readonly Block[],
  structured: Shown | undefined,
): Told<Block> => {
  if (structured === undefined) return { content }
  const value = unwrapped(structured)
  const told =
    withoutThoseThatSay(content, structured) ??
    (value === undefined ? undefined : withoutThoseThatSay(content, value)) ??
    (isList(value) && value.length > 0 ? oneTextForEach(content, value) : undefined)
  return told ?? { content, structured }
}
