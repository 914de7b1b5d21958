import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { UriTemplateValues } from '../../../src/model/uri-template/index.ts'
import { expandUriTemplate, parseUriTemplate } from '../../../src/model/uri-template/index.ts'
import { anyCharacter } from '../../support/characters.ts'

type Value = string | readonly string[]

/** Writes one variable into a template: `{` and `}` around the name are its own. */
interface Kind {
  readonly write: (name: string) => string
  readonly value: fc.Arbitrary<Value>
}

interface Sample {
  readonly template: string
  readonly values: Readonly<Record<string, Value>>
}

const URI = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/

const kindsOf = (text: fc.Arbitrary<string>, reserved: fc.Arbitrary<string>, separator: string): readonly Kind[] => {
  const list = fc.array(text, { maxLength: 4 })
  return [
    { write: (name) => `${separator}{${name}}`, value: text },
    { write: (name) => `{/${name}}`, value: text },
    { write: (name) => `{.${name}}`, value: text },
    { write: (name) => `{;${name}}`, value: text },
    { write: (name) => `${separator}{+${name}}`, value: reserved },
    { write: (name) => `{/${name}*}`, value: list },
    { write: (name) => `{.${name}*}`, value: list },
    { write: (name) => `{;${name}*}`, value: list },
    // One empty member expands like no member at all.
    { write: (name) => `${separator}{${name}*}`, value: list.filter((members) => members.join() !== '') },
  ]
}

const isWide = (written: string): boolean => /[+*]/.test(written)

const path = (
  text: fc.Arbitrary<string>,
  reserved: fc.Arbitrary<string>,
  separators: readonly string[],
): fc.Arbitrary<Sample> => {
  const kinds = separators.flatMap((separator) => kindsOf(text, reserved, separator))
  const written = kinds.map(({ write, value }) => value.map((chosen) => ({ write, chosen })))
  return fc.array(fc.oneof(...written), { minLength: 1, maxLength: 5 }).map((chosen) => {
    const wide = chosen.findIndex(({ write }) => isWide(write('')))
    const kept = chosen.filter(({ write }, index) => index === wide || !isWide(write('')))
    return {
      template: kept.map(({ write }, index) => write(`v${index}`)).join(''),
      values: Object.fromEntries(kept.map((one, index) => [`v${index}`, one.chosen])),
    }
  })
}

const parseable = ({ template }: Sample): boolean => {
  try {
    parseUriTemplate(template)
    return true
  } catch {
    return false
  }
}

const anything = fc.string({ unit: anyCharacter })
const wellFormed = anything.map((text) => text.replace(/\p{Surrogate}/gu, ''))
const withoutDots = wellFormed.map((text) => text.replaceAll('.', ''))
// Triplets, and what begins a query or a fragment, pass through reserved expansion.
const reservedText = wellFormed.map((text) => text.replace(/[%?#]/g, ''))

describe('match and expand', () => {
  it('PY-145: give back the values when the text between the variables is reserved', () => {
    const query = fc.record({ q: wellFormed, r: wellFormed }, { requiredKeys: [] })
    const list = fc.array(wellFormed, { minLength: 1, maxLength: 4 })
    const samples = path(withoutDots, reservedText, ['/', ',', ';', ':', '@', '!']).filter(parseable)
    fc.assert(
      fc.property(samples, query, list, wellFormed, ({ template, values }, optional, tags, part) => {
        const all: Readonly<Record<string, Value>> = { ...values, ...optional, tags, part: part.replaceAll('%', '') }
        const { expand, match } = parseUriTemplate(`x:${template}{?q,tags*}{&r}{#part}`)
        assert.deepEqual(match(expand(all)), all)
      }),
    )
  })

  it('agree on the URI also when its values can be read in more ways', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '-', '.', '0'), maxLength: 6 })
    const reserved = fc.string({ unit: fc.constantFrom('a', '-', '.', '/'), maxLength: 6 })
    const samples = path(text, reserved, ['-', 'a', '.', '-a', '--', '/', '0.'])
      .filter(({ template }) => !template.includes(';'))
      .filter(parseable)
    fc.assert(
      fc.property(samples, ({ template, values }) => {
        const { expand, match } = parseUriTemplate(template)
        const uri = expand(values)
        const found = match(uri)
        assert.ok(found, `${template} ${uri}`)
        assert.equal(expand(found), uri)
      }),
      { numRuns: 1000 },
    )
  })

  it('never make a URI of characters that are none', () => {
    const scalar = fc.oneof(anything, fc.integer(), fc.boolean(), fc.constant(null))
    const value = fc.oneof(scalar, fc.array(scalar), fc.dictionary(anything, scalar))
    fc.assert(
      fc.property(anything, value, (literal, x) => {
        const text = literal.replace(/[{}]/g, '')
        const values: UriTemplateValues = { x }
        for (const operator of ['', '+', '#', '.', '/', ';', '?', '&']) {
          assert.match(expandUriTemplate(`${text}{${operator}x}`, values), URI)
          assert.match(expandUriTemplate(`${text}{${operator}x*}`, values), URI)
        }
      }),
    )
  })
})

describe('match of what comes from outside', () => {
  const MEGABYTE = 2 ** 20
  const fill = (text: string): string => text.repeat(MEGABYTE / text.length)
  const large: readonly (readonly [template: string, uri: string, matches: boolean])[] = [
    ['x:{a}', `x:${fill('a')}`, true],
    ['x:{a}', `x:${fill('%41')}`, true],
    ['x:{a}', `x:${fill('%4')}`, false],
    ['{a}-{b}-{c}.{d}!', `${fill('-')}.`, false],
    ['{a}ab{b}ab{c}ab{d}x', fill('a'), false],
    ['{+a}-{b}-{c}!', fill('-'), false],
    ['{+a}ab{b}ab{c}ab{d}', fill('a'), false],
    ['{a}{/b*}/{c}', fill('/'), true],
    ['{a}-{b}{.c*}-', fill('.-'), true],
    ['{;a,b}', fill(';a='), false],
    ['{?a*,b}', `?${fill('a&')}`, true],
    ['{?a}', `?${fill('%FF&')}`, false],
    ['?x={+a}&y={b}{&c}', `?${fill('&')}`, false],
    ['{a:3}', fill('a'), false],
  ]
  for (const [template, uri, matches] of large) {
    it(`PY-145: takes work that grows with the URI alone: ${template} with a megabyte of ${uri.slice(2, 5)}`, () => {
      assert.equal(parseUriTemplate(template).match(uri) !== undefined, matches)
    })
  }

  it('reads an associative array of a megabyte', () => {
    const { match } = parseUriTemplate('{?a*}', { associative: ['a'] })
    assert.deepEqual(match(`?${fill('k=v&')}`), { a: { k: 'v' } })
  })
})
