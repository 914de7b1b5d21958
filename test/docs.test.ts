import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { codeBlocks, pages, runProgram, typeCheck, writePrograms } from './support/code-blocks.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LONGEST_PAGE = 150
/** A page that is written by `npm run bench`: as long as its tables are. */
const MEASURED_PAGE = join('docs', 'performance.md')
const LONGEST_MEASURED_PAGE = 250

const programs = await writePrograms('docs')
const texts = new Map(
  await Promise.all((await pages()).map(async (page) => [page, await readFile(join(ROOT, page), 'utf8')] as const)),
)

test('the pages: all TypeScript compiles', async () => {
  const { code, stdout } = await typeCheck('docs')
  assert.equal(code, 0, stdout)
})

for (const program of programs.filter(({ runs }) => runs)) {
  test(`the pages: ${program.name} runs and prints what it says`, async () => {
    const { code, stdout, stderr } = await runProgram(program)
    assert.equal(code, 0, stderr)
    assert.deepEqual(stdout.split('\n').slice(0, -1), program.prints)
  })
}

for (const [page, text] of texts) {
  const longest = page === MEASURED_PAGE ? LONGEST_MEASURED_PAGE : LONGEST_PAGE
  test(`the pages: ${page} is at most ${longest} lines long`, () => {
    assert.ok(text.split('\n').length - 1 <= longest)
  })

  test(`the pages: ${page} has code of known kinds only, and says \`ts run\` wherever it promises output`, () => {
    for (const { info, code, line } of codeBlocks(text)) {
      assert.match(info, /^(?:ts|ts run|json|sh|text)$/, `${page}:${line}`)
      if (code.includes('// → ')) assert.equal(info, 'ts run', `${page}:${line}`)
    }
  })
}

const slug = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')

const anchors = (text: string): readonly string[] =>
  text.split('\n').flatMap((line) => (/^#{1,6} /.test(line) ? [slug(line.replace(/^#+ /, ''))] : []))

const localLinks = (text: string): readonly string[] =>
  Array.from(text.matchAll(/\]\(([^)]+)\)/g), ([, target = '']) => target).filter((target) => !/^[a-z]+:/.test(target))

for (const [page, text] of texts) {
  test(`the pages: every link of ${page} leads somewhere`, async () => {
    for (const target of localLinks(text)) {
      const [path = '', anchor] = target.split('#')
      const file = path === '' ? page : normalize(join(dirname(page), path))
      const linked = texts.get(file) ?? (await readFile(join(ROOT, file), 'utf8'))
      if (anchor !== undefined) assert.ok(anchors(linked).includes(anchor), `${page}: ${target}`)
    }
  })
}
