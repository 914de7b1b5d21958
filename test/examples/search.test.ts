import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Document } from '../../examples/documents/documents.ts'
import { parseMarkdown } from '../../examples/documents/markdown.ts'
import { editDistance, nearest } from '../../examples/documents/near.ts'
import { createSearch, tokenise } from '../../examples/documents/search.ts'

const documentOf = (path: string, text: string): Document => ({
  path,
  text,
  size: text.length,
  modified: new Date(0),
  ...parseMarkdown(text, path),
})

const searchIn = (files: Readonly<Record<string, string>>) => {
  const search = createSearch()
  search.index(Object.entries(files).map(([path, text]) => documentOf(path, text)))
  return (query: string, limit = 10) => search.find(query, limit)
}

const tokenTable: readonly (readonly [text: string, tokens: readonly string[]])[] = [
  ['Brakes, brake & BRAKE!', ['brake', 'brake', 'brake']],
  ['batteries glass bus axis gas', ['battery', 'glass', 'bus', 'axis', 'gas']],
  ['Crème brûlée / ÄÖÜ', ['creme', 'brulee', 'aou']],
  ['cre\u0300me', ['creme']],
  ['25 mm, v2 a_b', ['25', 'mm', 'v2', 'a', 'b']],
  ['自転車 rad', ['自', '転', '車', 'rad']],
  ['велосипед', ['велосипед']],
  ['  …—  ', []],
]

for (const [text, tokens] of tokenTable) {
  test(`search: ${JSON.stringify(text)} has the words ${JSON.stringify(tokens)}`, () => {
    assert.deepEqual(
      tokenise(text),
      tokens.map((token) => token.normalize('NFKD').replace(/\p{M}/gu, '')),
    )
  })
}

test('search: a hit names the document, the heading, the matching line and its number', () => {
  const find = searchIn({ 'a.md': '# Otters\n\nThey swim.\nThey eat urchins daily.\n\n## Rest\n\nOn kelp.' })
  const { total, hits, unknown } = find('Urchin')
  assert.equal(total, 1)
  assert.deepEqual(unknown, [])
  const [{ score, ...hit } = { score: 0 }] = hits
  assert.ok(score > 0)
  assert.deepEqual(hit, {
    path: 'a.md',
    title: 'Otters',
    heading: 'Otters',
    snippet: 'They eat urchins daily.',
    line: 4,
  })
})

test('search: rare words weigh more than frequent ones, headings more than text, short sections more than long', () => {
  const filler = 'common words all over the place. '.repeat(20)
  const find = searchIn({
    'frequent.md': `# One\n\ncommon common common ${filler}`,
    'heading.md': '# Quokka\n\ncommon',
    'long.md': `# Two\n\nquokka ${filler}`,
    'short.md': '# Three\n\nquokka common',
  })
  assert.deepEqual(
    find('common quokka').hits.map(({ path }) => path),
    ['heading.md', 'short.md', 'long.md', 'frequent.md'],
  )
})

test('search: more matching words rank higher', () => {
  const find = searchIn({ 'a.md': '# A\n\nred', 'b.md': '# B\n\nred green', 'c.md': '# C\n\nred green blue' })
  assert.deepEqual(
    find('blue green red').hits.map(({ path }) => path),
    ['c.md', 'b.md', 'a.md'],
  )
})

test('search: equal scores are ordered by path, then by line', () => {
  const find = searchIn({ 'b.md': '# X\n\nfox\n\n# X\n\nfox', 'a.md': '# X\n\nfox' })
  assert.deepEqual(
    find('fox').hits.map(({ path, line }) => [path, line]),
    [
      ['a.md', 3],
      ['b.md', 3],
      ['b.md', 7],
    ],
  )
})

test('search: the limit cuts the hits, not the total', () => {
  const find = searchIn({ 'a.md': Array.from({ length: 20 }, (_, index) => `# H${index}\n\nfox`).join('\n') })
  const { total, hits } = find('fox', 3)
  assert.deepEqual([total, hits.length], [20, 3])
})

test('search: a word that stands in the heading alone shows the first line below it, or the heading itself', () => {
  const find = searchIn({ 'a.md': '# Walrus\n\nIt has tusks.\nAnd a beard.', 'b.md': '# Narwhal' })
  assert.equal(find('walrus').hits[0]?.snippet, 'It has tusks.')
  assert.deepEqual([find('narwhal').hits[0]?.snippet, find('narwhal').hits[0]?.line], ['Narwhal', 1])
})

test('search: the line with the most words of the query is shown', () => {
  const find = searchIn({ 'a.md': '# A\n\nthe oil\nthe oil of the hub\nthe hub' })
  assert.deepEqual([find('hub oil').hits[0]?.snippet, find('hub oil').hits[0]?.line], ['the oil of the hub', 4])
})

const long = (before: number, after: number): string => `${'a '.repeat(before)}needle${' b'.repeat(after)}`
const snippetTable: readonly (readonly [why: string, text: string, starts: boolean, ends: boolean])[] = [
  ['short lines are whole', long(10, 10), false, false],
  ['a match at the start is cut behind', long(2, 300), false, true],
  ['a match at the end is cut before', long(300, 2), true, false],
  ['a match in the middle is cut on both sides', long(300, 300), true, true],
]

for (const [why, text, starts, ends] of snippetTable) {
  test(`search: snippets: ${why}`, () => {
    const snippet = searchIn({ 'a.md': `# A\n\n${text}` })('needle').hits[0]?.snippet ?? ''
    assert.match(snippet, /needle/)
    assert.ok(snippet.length <= 202)
    assert.deepEqual([snippet.startsWith('…'), snippet.endsWith('…')], [starts, ends])
  })
}

test('search: unknown words come back with near ones; known words are found all the same', () => {
  const find = searchIn({ 'a.md': '# Derailleur\n\nThe chain skips.' })
  const { total, unknown } = find('chain derailer xyz')
  assert.equal(total, 1)
  assert.deepEqual(unknown, [
    { word: 'derailer', near: ['derailleur'] },
    { word: 'xyz', near: [] },
  ])
})

test('search: a query without a single word, and an index without a document, find nothing', () => {
  assert.deepEqual(searchIn({ 'a.md': '# A' })('?!'), { total: 0, hits: [], unknown: [] })
  assert.deepEqual(searchIn({})('fox'), { total: 0, hits: [], unknown: [{ word: 'fox', near: [] }] })
})

test('search: words are words, also those that every object has', () => {
  const find = searchIn({ 'a.md': '# A\n\nthe constructor and __proto__' })
  assert.equal(find('constructor').total, 1)
  assert.equal(find('hasOwnProperty').total, 0)
})

test('search: indexing again takes in what is new, forgets what is gone, and equals a fresh index', () => {
  const [kept, gone, added] = [
    documentOf('kept.md', '# Kept\n\nfox and owl'),
    documentOf('gone.md', '# Gone\n\nfox and newt'),
    documentOf('added.md', '# Added\n\nfox and toad'),
  ]
  const search = createSearch()
  const first = [kept, gone]
  search.index(first)
  search.index(first)
  assert.equal(search.find('fox', 10).total, 2)
  search.index([kept, added])
  const fresh = createSearch()
  fresh.index([kept, added])
  for (const query of ['fox', 'owl', 'toad', 'newt', 'fox toad newt']) {
    assert.deepEqual(search.find(query, 10), fresh.find(query, 10))
  }
})

test('search: every word of a document finds it', () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 20 }), fc.nat(), (words, pick) => {
      const find = searchIn({ 'a.md': `# Title\n\n${words.join(' ')}`, 'b.md': '# 1\n\n2 3 4' })
      const wanted = words[pick % words.length] ?? ''
      assert.equal(find(wanted).hits[0]?.path, 'a.md')
      assert.deepEqual(find(wanted).unknown, [])
    }),
  )
})

const distanceTable: readonly (readonly [from: string, to: string, edits: number])[] = [
  ['', '', 0],
  ['', 'abc', 3],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['brakes', 'brakes', 0],
  ['🚲a', '🚲b', 1],
]

for (const [from, to, edits] of distanceTable) {
  test(`near: from "${from}" to "${to}" it takes ${edits} edits`, () => assert.equal(editDistance(from, to), edits))
}

const nearTable: readonly (readonly [
  why: string,
  wanted: string,
  candidates: readonly string[],
  near: readonly string[],
])[] = [
  ['a slip is forgiven', 'raeds.md', ['reads.md', 'other.md'], ['reads.md']],
  ['case and accents do not count', 'CREME.md', ['crème.md'], ['crème.md']],
  ['part of a name is enough', 'brakes', ['repairs/brakes.md', 'gears.md'], ['repairs/brakes.md']],
  ['the nearest comes first', 'abcdef', ['abcdxx', 'abcdex', 'zzzzzz'], ['abcdex', 'abcdxx']],
  ['nothing in common is no suggestion', 'abcdef', ['uvwxyz'], []],
  ['an empty name resembles nothing', '', ['a'], []],
  ['three are enough', 'a', ['a1', 'a2', 'a3', 'a4'], ['a1', 'a2', 'a3']],
]

for (const [why, wanted, candidates, near] of nearTable) {
  test(`near: ${why}`, () => assert.deepEqual(nearest(wanted, candidates), near))
}
