import assert from 'node:assert/strict'
import fc from 'fast-check'
import { DefinitionError } from '../../../src/errors.ts'
import { parseUriTemplate, type UriTemplate, type UriTemplateOptions } from '../../../src/model/uri-template/index.ts'
import { anyCharacter } from '../../support/characters.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { nearlyText } from '../inputs.ts'
import { boundedWork } from '../invariants.ts'

type Value = string | readonly string[]

interface Input {
  readonly template: string
  readonly values: Readonly<Record<string, Value>>
  /** Whether what is exploded is an associative array. */
  readonly associative: boolean
  /** How often what stands in it comes, one after the other: what is slow is slow with these. */
  readonly uri: readonly (readonly [text: string, times: number])[]
}

const NAMES = ['a', 'b', 'c', 'd', 'e.f', '%41'] as const
const LITERALS = ['/', '-', '.', ',', ';', ':', '?', '&', '#', 'x', '-a', 'é', '%20', 'ab', '?x=', '&y='] as const
const OPERATORS = ['', '', '', '+', '#', '.', '/', ';', '?', '&'] as const

const variable = fc
  .tuple(fc.constantFrom(...NAMES), fc.constantFrom('', '', '', '*', ':3', ':1'))
  .map((parts) => parts.join(''))
const expression = fc
  .tuple(fc.constantFrom(...OPERATORS), fc.array(variable, { minLength: 1, maxLength: 3 }))
  .map(([operator, names]) => `{${operator}${names.join(',')}}`)
const template = fc
  .array(fc.oneof(fc.constantFrom(...LITERALS), expression), { maxLength: 8 })
  .map((parts) => `x:${parts.join('')}`)

// Every character that means something to a template, and some that mean nothing.
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom('a', 'b', '-', '.', '/', '?', '#', '&', '=', ';', ',', '%', '%41', '%FF', '+', 'é', '🌍'),
    anyCharacter,
  ),
  maxLength: 8,
})
const value = fc.oneof<fc.Arbitrary<Value>[]>(text, fc.array(text, { maxLength: 3 }))

const uri = fc.array(
  fc.tuple(
    fc.oneof(
      fc.constantFrom('x:', '/', '-', '.', ';b', ';c=', '=', '?x=', '&y=', '&', '#', '%', '%41', '%FF', 'é', 'ab', 'a'),
      text,
    ),
    fc.oneof({ weight: 9, arbitrary: fc.constantFrom(1, 2) }, { weight: 1, arbitrary: fc.constantFrom(100, 10_000) }),
  ),
  { maxLength: 8 },
)

const inputs = fc.record<Input>({
  template: nearlyText(template, ['{', '}', '{+a}', '{?q*}', '{a}', '*', ':', ',', '%', '..']),
  values: fc.dictionary(fc.constantFrom(...NAMES), value, { noNullPrototype: true }),
  associative: fc.boolean(),
  uri,
})

const URI = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/

const attempt = <Result>(run: () => Result): Result | undefined => {
  try {
    return run()
  } catch (error) {
    assert.ok(error instanceof DefinitionError, `not for whoever wrote the template: ${error}`)
    return undefined
  }
}

/** Any template is read or refused; any URI is matched or not; what is expanded is a URI that matches again. */
export const uriTemplate = (
  parse: (
    source: string,
    options?: UriTemplateOptions,
  ) => Pick<UriTemplate, 'expand' | 'match' | 'variables'> = parseUriTemplate,
): Fuzzer =>
  fuzzer<Input>({
    name: 'uri-template',
    runs: 1500,
    inputs,
    corpus: [{ template: 'y:{&a*,d*}', values: {}, associative: true, uri: [] }],
    open: () => ({
      check: ({ template: source, values, associative, uri: pieces }) => {
        const plain = attempt(() => boundedWork('parse', () => parse(source)))
        if (!plain) return
        const exploded = plain.variables.filter(({ explode }) => explode).map(({ name }) => name)
        const parsed = associative ? attempt(() => parse(source, { associative: exploded })) : plain
        if (!parsed) return
        const came = pieces.map(([piece, times]) => piece.repeat(times)).join('')
        const found = boundedWork('match', () => parsed.match(came))
        if (found) {
          const names = new Set(parsed.variables.map(({ name }) => name))
          assert.ok(Object.keys(found).every((name) => names.has(name)))
          assert.match(parsed.expand(found), URI)
        }
        const expanded = attempt(() => parsed.expand(values))
        if (expanded === undefined) return
        assert.match(expanded, URI)
        const again = parsed.match(expanded)
        if (!again || /[+#]/.test(source)) return
        const rewritten = parsed.expand(again)
        assert.deepEqual(parsed.match(rewritten), again, `${expanded} reads like ${rewritten}`)
      },
    }),
  })
