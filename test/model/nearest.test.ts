import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { didYouMean, nearest } from '../../src/model/nearest.ts'

const cases: readonly (readonly [
  why: string,
  name: string,
  candidates: readonly string[],
  expected: string | undefined,
])[] = [
  ['a missing character', 'ad', ['multiply', 'add'], 'add'],
  ['a character too many', 'addd', ['add'], 'add'],
  ['a wrong character', 'adx', ['add'], 'add'],
  ['two swapped characters count once', 'dad', ['add'], 'add'],
  ['a swap at the end', 'get_weathre', ['get_weather'], 'get_weather'],
  ['another case', 'GETWEATHER', ['getweathen', 'getWeather'], 'getWeather'],
  ['two edits in six characters', 'wehter', ['weather', 'other'], 'weather'],
  ['the nearest wins', 'get_user', ['set_users', 'get_users', 'get_userss'], 'get_users'],
  ['the first of equals wins', 'cat', ['bat', 'hat'], 'bat'],
  ['a name itself', 'add', ['adds', 'add'], 'add'],
  ['more than a third differs', 'weather', ['leopard'], undefined],
  ['three edits in six characters', 'abcdef', ['abcxyz'], undefined],
  ['two edits in a short name', 'add', ['aXY'], undefined],
  ['a length too different', 'add', ['addition'], undefined],
  ['one character that is another', 'a', ['b'], undefined],
  ['one character in another case', 'a', ['A'], 'A'],
  ['one character of two', 'a', ['ab'], 'ab'],
  ['two characters, one wrong', 'ab', ['ac'], 'ac'],
  ['an empty name', '', ['a', ''], undefined],
  ['an empty candidate', 'a', [''], undefined],
  ['no candidates', 'add', [], undefined],
]

for (const [why, name, candidates, expected] of cases) {
  test(`${why}: ${JSON.stringify(name)} means ${JSON.stringify(expected)}`, () =>
    assert.equal(nearest(name, candidates), expected))
}

test('a name of 64 characters is looked for, a longer one is not', () => {
  assert.equal(nearest('a'.repeat(64), ['a'.repeat(65)]), 'a'.repeat(65))
  assert.equal(nearest('a'.repeat(65), ['a'.repeat(64)]), undefined)
})

test('lower case may be longer than the name', () => {
  assert.equal(nearest('\u0130'.repeat(64), ['\u0130'.repeat(65)]), '\u0130'.repeat(65))
})

test('only the first 1,000 candidates are looked at', () => {
  const others = (count: number): readonly string[] => new Array<string>(count).fill('something else')
  assert.equal(nearest('ad', [...others(999), 'add']), 'add')
  assert.equal(nearest('ad', [...others(1000), 'add']), undefined)
})

test('a match in another case ends the search', () => {
  const candidates = function* (): Iterable<string> {
    yield 'ADD'
    assert.fail('asked for more')
  }
  assert.equal(nearest('add', candidates()), 'ADD')
})

test('the suggestion is quoted as JSON, and absent when nothing is near', () => {
  assert.equal(didYouMean('ad', ['add']), ' Did you mean "add"?')
  assert.equal(didYouMean('say "hi"', ['say "hi!"']), ' Did you mean "say \\"hi!\\""?')
  assert.equal(didYouMean('ad', ['multiply']), '')
})

/** The whole table of the textbook, without any shortcut. */
const distanceOf = (from: string, to: string): number => {
  const known = new Map<string, number>()
  const at = (i: number, j: number): number => {
    if (i === 0 || j === 0) return i + j
    const key = `${i},${j}`
    const found = known.get(key)
    if (found !== undefined) return found
    const swap = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
    const distance = Math.min(
      at(i - 1, j) + 1,
      at(i, j - 1) + 1,
      at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1),
      swap ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
    )
    known.set(key, distance)
    return distance
  }
  return at(from.length, to.length)
}

test('agrees with the textbook distance', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 14 })
  fc.assert(
    fc.property(name, fc.array(name, { maxLength: 6 }), (wanted, candidates) => {
      const limit = Math.max(1, Math.floor(wanted.length / 3))
      const near = candidates
        .map((candidate) => ({ candidate, distance: distanceOf(wanted, candidate) }))
        .filter(({ candidate, distance }) => distance <= limit && distance < Math.max(wanted.length, candidate.length))
      const least = Math.min(...near.map(({ distance }) => distance))
      assert.equal(nearest(wanted, candidates), near.find(({ distance }) => distance === least)?.candidate)
    }),
    { numRuns: 2000 },
  )
})

test('whatever the names are, the suggestion is one of them', () => {
  const name = fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 80 })
  fc.assert(
    fc.property(name, fc.array(name), (wanted, candidates) => {
      const suggestion = nearest(wanted, candidates)
      assert.ok(suggestion === undefined || candidates.includes(suggestion))
    }),
  )
})
