import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseMarkdown } from '../../examples/documents/markdown.ts'
import { anyCharacter } from '../support/characters.ts'

const headings = (text: string): readonly string[] =>
  parseMarkdown(text, 'file').sections.map(({ heading, level }) => `${level} ${heading}`)

const headingTable: readonly (readonly [why: string, text: string, found: readonly string[]])[] = [
  ['hashes give the level', '# A\n## B\n###### C', ['1 A', '2 B', '6 C']],
  ['seven hashes are text', '# A\n####### B', ['1 A']],
  ['a hash without a space is text', '# A\n#B', ['1 A']],
  ['three spaces may stand before, four make code', '   # A\n\n    # B', ['1 A']],
  ['closing hashes are dropped', '# A ##\n## B#\n## C #', ['1 A', '2 B#', '2 C']],
  ['a heading may be empty', '# A\n##\n## ##', ['1 A', '2 ', '2 ']],
  ['an underlined line is a heading', 'A\n===\n\nB\n---', ['1 A', '2 B']],
  ['a line under two lines of text underlines nothing', '# A\n\none\ntwo\n---', ['1 A']],
  ['a rule after a list or a quotation underlines nothing', '# A\n\n- b\n---\n\n> c\n---\n\n1. d\n---', ['1 A']],
  ['a rule after a blank line underlines nothing', '# A\n\n---', ['1 A']],
  [
    'fenced code has no headings',
    '# A\n```sh\n# no\n```\n## B\n~~~\n# no\n```\n# no\n~~~\n## C',
    ['1 A', '2 B', '2 C'],
  ],
  ['a fence closes with at least as many marks', '# A\n````\n```\n# no\n`````\n## B', ['1 A', '2 B']],
  ['an open fence runs to the end', '# A\n```\n# no', ['1 A']],
  ['marks and links become plain text', '# **A** `b` [c](d "e")', ['1 A b c']],
  ['text before the first heading is a section', 'hello\n\n# A', ['0 A', '1 A']],
  ['carriage returns end lines', '# A\r\n## B\r## C', ['1 A', '2 B', '2 C']],
  ['an empty text has no sections', '', []],
  ['blank lines are no section', '\n \n', []],
]

for (const [why, text, found] of headingTable) {
  test(`markdown: ${why}`, () => assert.deepEqual(headings(text), found))
}

const titleTable: readonly (readonly [why: string, text: string, title: string])[] = [
  ['the first heading', 'intro\n\n## A\n# B', 'A'],
  ['the front matter before the heading', '---\ntitle: Front\n---\n# A', 'Front'],
  ['the front matter without its quotes', '---\nTitle: "Fr: ont"\n...\n# A', 'Fr: ont'],
  ['the front matter without its single quotes', "---\ntitle: 'Front'\n---\n", 'Front'],
  ['the front matter with a lone quote', '---\ntitle: "\n---\n', '"'],
  ['the heading when the front matter has no title', '---\ndate: today\n---\n# A', 'A'],
  ['the heading when the title is blank', '---\ntitle:\n---\n# A', 'A'],
  ['the heading when the front matter never ends', '---\ntitle: Front\n# A', 'A'],
  ['the first heading that is not empty', '#\n\n# A', 'A'],
  ['the file name when there is nothing else', 'text', 'file'],
  ['the heading after a byte order mark', '\uFEFF# A', 'A'],
]

for (const [why, text, title] of titleTable) {
  test(`markdown: the title is ${why}`, () => assert.equal(parseMarkdown(text, 'file').title, title))
}

test('markdown: a section knows its trail, its own lines and its lines with subsections', () => {
  const { sections } = parseMarkdown('# A\na\n## B\nb\n### C\nc\n## D\n# E', 'file')
  assert.deepEqual(
    sections.map(({ trail, line, body, ownEnd, end }) => [trail.join(' > '), line, body, ownEnd, end]),
    [
      ['A', 1, 2, 3, 8],
      ['A > B', 3, 4, 5, 7],
      ['A > B > C', 5, 6, 7, 7],
      ['A > D', 7, 8, 8, 8],
      ['E', 8, 9, 9, 9],
    ],
  )
})

test('markdown: line numbers count the front matter', () => {
  const { sections } = parseMarkdown('---\ntitle: T\n---\nintro\n\nB\n---\nb', 'file')
  assert.deepEqual(
    sections.map(({ heading, line, body }) => [heading, line, body]),
    [
      ['T', 4, 4],
      ['B', 6, 8],
    ],
  )
})

test('markdown: whatever the text, sections stand in order and cover all lines after the first of them', () => {
  const line = fc.constantFrom('', '# A', '## B', '### C', 'text', '===', '---', '```', '~~~', '    x', '- y', '\t')
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
      const { sections } = parseMarkdown(lines.join('\n'), 'file')
      for (const [index, section] of sections.entries()) {
        const next = sections[index + 1]?.line ?? Math.max(lines.length, 1) + 1
        assert.equal(section.ownEnd, next)
        assert.ok(section.line <= section.body && section.body <= section.ownEnd && section.ownEnd <= section.end)
      }
    }),
  )
})

test('markdown: any text at all is taken apart without an error', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (text) => {
      assert.ok(parseMarkdown(text, 'file').title.length > 0)
    }),
  )
})

test('markdown: the cost is linear, also for half a megabyte of one hostile character', () => {
  const size = 512 * 1024
  for (const unit of ['# ', '#', '[', '[a](', '`', ' ', '#\n', '###### a\n', 'a\n-\n', '---\n', '\t']) {
    const text = `# ${unit.repeat(size / unit.length)}`
    assert.ok(parseMarkdown(text, 'file').lines.length > 0)
  }
})
