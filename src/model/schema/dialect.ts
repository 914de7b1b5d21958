/** A dialect of JSON Schema, by the name that the validator has for it. */
export type Draft = '2020-12' | '7'

const DIALECTS: readonly (readonly [RegExp, Draft])[] = [
  [/^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/, '2020-12'],
  [/^https?:\/\/json-schema\.org\/draft-07\/schema#?$/, '7'],
]

/** The dialects that {@link draftOf} knows, in words. */
export const SUPPORTED_DIALECTS =
  '"https://json-schema.org/draft/2020-12/schema" and "http://json-schema.org/draft-07/schema#"'

/** The dialect that a `$schema` names: 2020-12 where there is none, `undefined` for one that is not supported. */
export const draftOf = (dialect: unknown): Draft | undefined => {
  if (dialect === undefined) return '2020-12'
  return DIALECTS.find(([uri]) => typeof dialect === 'string' && uri.test(dialect))?.[1]
}

// The validator applies the keywords of every dialect at once, but a dialect ignores what it does not have.
const IGNORED: Readonly<Record<Draft, ReadonlySet<string>>> = {
  '2020-12': new Set(['additionalItems']),
  '7': new Set([
    '$anchor',
    '$dynamicAnchor',
    '$dynamicRef',
    'dependentRequired',
    'dependentSchemas',
    'maxContains',
    'minContains',
    'prefixItems',
    'unevaluatedItems',
    'unevaluatedProperties',
  ]),
}

/** Whether a dialect ignores a keyword. */
export const isIgnored = (keyword: string, draft: Draft): boolean => IGNORED[draft].has(keyword)
