import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { codeBlocks, type Program, pages, runByTsx, runTogether, writePrograms } from './support/code-blocks.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const LONGEST_PAGE = 150
/** A page that is written by `npm run bench`: as long as its tables are. */
const MEASURED_PAGE = join('docs', 'performance.md')
const LONGEST_MEASURED_PAGE = 250

const programs = await writePrograms('programs')
const texts = new Map(
  await Promise.all((await pages()).map(async (page) => [page, await readFile(join(ROOT, page), 'utf8')] as const)),
)

const isOfReadme = ({ name }: Program): boolean => name.startsWith('README.md')
const running = programs.filter(({ runs }) => runs)
const [first, ...others] = running.filter((program) => !isOfReadme(program))
const outcomes = first && runTogether([first, ...others])

for (const program of running) {
  test(`the pages: ${program.name} runs and prints what it says`, async () => {
    const outcome = isOfReadme(program) ? await runByTsx(program) : (await outcomes)?.get(program.name)
    assert.equal(outcome?.code, 0, outcome?.stderr)
    assert.deepEqual(outcome.stdout.split('\n').slice(0, -1), program.prints)
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
