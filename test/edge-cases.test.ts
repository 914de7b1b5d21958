import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EDGE_CASES } from './edge-cases.ts'
import { answeredIn, isMissing, namesIn, survey } from './support/edge-cases.ts'

const { cases, unknown } = survey()

const numbersOf = (standings: typeof cases): readonly string[] => standings.map(({ number }) => number)

test('edge cases are numbered from 1 on without a gap, and titled in three to eight words', () => {
  for (const list of Object.values(EDGE_CASES)) {
    const entries = Object.entries(list)
    assert.deepEqual(
      entries.map(([key]) => Number(key)),
      entries.map((_, index) => index + 1),
    )
    for (const [key, [, title]] of entries) {
      const words = title.split(' ').length
      assert.ok(words >= 3 && words <= 8, `${key}: ${title}`)
    }
  }
})

test('every edge case of a server or a client has a test with its number, or an answer in docs/design.md', () => {
  assert.deepEqual(numbersOf(cases.filter(isMissing)), [])
})

test('every number in the name of a test, or in docs/design.md, is that of an edge case', () => {
  assert.deepEqual(unknown, [])
})

test('no more than ten edge cases are answered by prose', () => {
  const answered = numbersOf(cases.filter(({ isAnswered }) => isAnswered))
  assert.ok(answered.length <= 10, answered.join())
})

test('a number counts in the texts of a test, and nowhere else', () => {
  const text = [
    "test('a (PY-1), TS-22: one', run)",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the source of a test
    '`TSBUG-3: ${of} PY-4${at}`',
    '// PY-5',
    "const PY6 = 'XPY-6 PY-7a'",
  ].join('\n')
  assert.deepEqual(namesIn('a.test.ts', text), ['a (PY-1), TS-22: one', 'TSBUG-3: … PY-4…'])
})

test('an answer is an item of a list that begins with its number', () => {
  assert.deepEqual(answeredIn('- PY-1: ours\n- TSBUG-2: ours\nPY-3: no\n- PY-4, no\n'), ['PY-1', 'TSBUG-2'])
})
