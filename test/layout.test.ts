import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, posix, relative, sep } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { type Import, importsOf, isNodeBuiltin } from '../scripts/imports.ts'

const root = join(import.meta.dirname, '..', 'src')

/** Reading order: a module may use what stands before its own line, and its own line. */
const order: readonly string[] = [
  'errors.ts',
  'version.ts',
  'wire',
  'model',
  'peer',
  'protocol',
  'server',
  'client',
  'transport',
  'version.ts',
  'index.ts',
  'client.ts',
  'testing',
  'testing.ts',
]

/** Lines that may use Node's own modules. */
const onNode = new Set(['transport', 'testing'])

/** What else needs Node, and loads it with `import()` when it is called: exactly these. */
const onFirstUse = ['src/model/content.ts loads node:fs/promises'] // image.fromFile, audio.fromFile

const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.split(sep).join(posix.sep))
  .sort()

const lineOf = (file: string): string => file.split(posix.sep)[0] ?? file

const rankOf = (file: string): number => order.indexOf(lineOf(file))

const parsed = new Map(files.map((file) => [file, importsOf(file, readFileSync(join(root, file), 'utf8'))]))

const imports = (file: string): readonly Import[] => parsed.get(file) ?? []

const targetOf = (file: string, specifier: string): string =>
  relative(root, join(root, dirname(file), specifier))
    .split(sep)
    .join(posix.sep)

test('every module of src stands in a folder that the reading order names', () => {
  assert.ok(files.length > 0, 'src has no modules')
  const strangers = files.filter((file) => rankOf(file) === -1)
  assert.deepEqual(strangers, [], 'add the folder to `order`, at the place where it may be used')
})

test('imports point down the reading order only', () => {
  const upward = files.flatMap((file) =>
    imports(file)
      .filter(({ specifier }) => specifier.startsWith('.'))
      .map(({ specifier, line }) => ({ line, target: targetOf(file, specifier) }))
      .filter(({ target }) => rankOf(target) === -1 || rankOf(target) > rankOf(file))
      .map(({ target, line }) => `src/${file}:${line} imports ${target}`),
  )
  assert.deepEqual(upward, [])
})

test('a relative import names a module of src with its extension', () => {
  const known = new Set(files)
  const missing = files.flatMap((file) =>
    imports(file)
      .filter(({ specifier }) => specifier.startsWith('.') && !known.has(targetOf(file, specifier)))
      .map(({ specifier, line }) => `src/${file}:${line} imports ${specifier}`),
  )
  assert.deepEqual(missing, [])
})

test('only the transports use the modules of Node', () => {
  const uses = files
    .filter((file) => !onNode.has(lineOf(file)))
    .flatMap((file) =>
      imports(file)
        .filter(({ specifier }) => isNodeBuiltin(specifier))
        .map(({ specifier, kind }) => `src/${file} ${kind === 'dynamic' ? 'loads' : 'imports'} ${specifier}`),
    )
  assert.deepEqual(uses, onFirstUse)
})

test('every dated revision is listed in src/protocol/index.ts', () => {
  const dated = files.filter((file) => /^protocol\/\d{4}-\d{2}-\d{2}\.ts$/.test(file))
  assert.ok(dated.length > 0, 'src/protocol has no dated revision')
  const listed = new Set(imports('protocol/index.ts').map(({ specifier }) => targetOf('protocol/index.ts', specifier)))
  assert.deepEqual(
    dated.filter((file) => !listed.has(file)),
    [],
  )
})

// A module that nothing loads would be missing from the coverage report instead of standing there with 0%.
for (const file of files) {
  test(`src/${file} can be imported by itself`, async () => {
    await import(pathToFileURL(join(root, file)).href)
  })
}
