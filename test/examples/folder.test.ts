import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import type { Folder, FolderOptions } from '../../examples/documents/documents.ts'
import { openFolder } from '../../examples/documents/documents.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

const makeFolder = async (t: TestContext, files: Files): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'documents-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return root
}

const open = async (t: TestContext, files: Files, options: FolderOptions = {}): Promise<Folder> =>
  openFolder(await makeFolder(t, files), { freshForMs: 0, ...options })

const paths = async (folder: Folder): Promise<readonly string[]> =>
  (await folder.snapshot()).documents.map(({ path }) => path)

test('folder: Markdown files are found at any depth, sorted by path, with `/` between the parts', async (t) => {
  const folder = await open(t, {
    'b.md': '# B',
    'a/z.md': '# Z',
    'a/b/c.MARKDOWN': '# C',
    'a/picture.png': 'x',
    'notes.txt': 'x',
  })
  assert.deepEqual(await paths(folder), ['a/b/c.MARKDOWN', 'a/z.md', 'b.md'])
})

test('folder: a document has its title, text, size in bytes and time of change', async (t) => {
  const folder = await open(t, { 'a.md': '# Fünf' })
  const when = new Date('2024-02-29T12:00:00Z')
  await utimes(join(folder.root, 'a.md'), when, when)
  const document = (await folder.snapshot()).byPath.get('a.md')
  assert.deepEqual([document?.title, document?.text, document?.size, document?.modified], ['Fünf', '# Fünf', 7, when])
})

test('folder: the title falls back to the file name without its ending', async (t) => {
  const folder = await open(t, { 'deep/Read me.md': 'text' })
  assert.equal((await folder.snapshot()).documents[0]?.title, 'Read me')
})

test('folder: names with spaces, percent signs, quotes, brackets and other scripts are kept as they are', async (t) => {
  const names = ['100% sure.md', '100%25.md', 'a b/c d.md', "it's [odd] (yes) #1?.md", 'äöü/日本語.md', '🚲.md']
  const folder = await open(t, Object.fromEntries(names.map((name) => [name, `# ${name}`])))
  assert.deepEqual(await paths(folder), [...names].sort())
})

test('folder: an empty folder has no documents', async (t) => {
  const folder = await open(t, {})
  assert.deepEqual(await folder.snapshot(), { documents: [], skipped: [], byPath: new Map() })
})

test('folder: hidden files, hidden folders and node_modules are left out', async (t) => {
  const folder = await open(t, { '.a.md': '', '.git/b.md': '', 'c/node_modules/d/README.md': '', 'e.md': '# E' })
  assert.deepEqual(await paths(folder), ['e.md'])
  assert.deepEqual((await folder.snapshot()).skipped, [])
})

test('folder: what is not UTF-8 is skipped and says so', async (t) => {
  const folder = await open(t, {
    'latin.md': Uint8Array.from([0x23, 0x20, 0x66, 0xfc, 0x6e, 0x66]),
    'utf16.md': Uint8Array.from([0xff, 0xfe, 0x41, 0x00]),
    'bom.md': Uint8Array.from([0xef, 0xbb, 0xbf, 0x23, 0x20, 0x41]),
  })
  const { documents, skipped } = await folder.snapshot()
  assert.deepEqual(
    documents.map(({ path, title }) => [path, title]),
    [['bom.md', 'A']],
  )
  assert.deepEqual(
    skipped,
    ['latin.md', 'utf16.md'].map((path) => ({ path, reason: 'it is not UTF-8 text' })),
  )
})

test('folder: a huge file is skipped unread, at exactly the limit it is read', async (t) => {
  const folder = await open(t, { 'huge.md': '#'.repeat(1.5 * 1024 * 1024), 'large.md': 'x'.repeat(1024 * 1024) })
  assert.deepEqual(await paths(folder), ['large.md'])
  const [skipped] = (await folder.snapshot()).skipped
  assert.deepEqual(skipped, { path: 'huge.md', reason: 'it has 1.5 MiB; at most 1.0 MiB is read' })
})

test('folder: PY-148: links are not followed, whether they lead out of the folder or not', async (t) => {
  const outside = await makeFolder(t, { 'secret.md': '# Secret' })
  const root = await makeFolder(t, { 'a.md': '# A' })
  await symlink(join(outside, 'secret.md'), join(root, 'out.md'))
  await symlink(join(root, 'a.md'), join(root, 'in.md'))
  await symlink(join(root, 'nothing'), join(root, 'broken.md'))
  await symlink(outside, join(root, 'elsewhere'))
  await symlink(root, join(root, 'loop'))
  const folder = await openFolder(root)
  assert.deepEqual(await paths(folder), ['a.md'])
  assert.deepEqual(
    (await folder.snapshot()).skipped,
    ['broken.md', 'in.md', 'out.md'].map((path) => ({ path, reason: 'it is a link, and links are not followed' })),
  )
})

test('folder: a folder named like a document is entered, a pipe named like one is never opened', async (t) => {
  const root = await makeFolder(t, { 'book.md/chapter.md': '# Chapter' })
  if (process.platform !== 'win32') execFileSync('mkfifo', [join(root, 'pipe.md')])
  const folder = await openFolder(root)
  assert.deepEqual(await paths(folder), ['book.md/chapter.md'])
  const expected = process.platform === 'win32' ? [] : [{ path: 'pipe.md', reason: 'it is no ordinary file' }]
  assert.deepEqual((await folder.snapshot()).skipped, expected)
})

test('folder: the folder itself may be a link', async (t) => {
  const root = await makeFolder(t, { 'a.md': '# A' })
  const parent = await makeFolder(t, {})
  await symlink(root, join(parent, 'link'))
  assert.deepEqual(await paths(await openFolder(join(parent, 'link'))), ['a.md'])
})

test('folder: only what changed is read again; the rest is the same object', async (t) => {
  const folder = await open(t, { 'a.md': '# A', 'b.md': '# B', 'c.md': '# C' })
  const before = await folder.snapshot()
  await writeFile(join(folder.root, 'b.md'), '# B, changed')
  await rm(join(folder.root, 'c.md'))
  await writeFile(join(folder.root, 'd.md'), '# D')
  const after = await folder.snapshot()
  assert.deepEqual(
    after.documents.map(({ title }) => title),
    ['A', 'B, changed', 'D'],
  )
  assert.equal(after.byPath.get('a.md'), before.byPath.get('a.md'))
  assert.notEqual(after.byPath.get('b.md'), before.byPath.get('b.md'))
  assert.equal(before.byPath.get('b.md')?.title, 'B')
})

test('folder: a new time of change is enough, and nothing changed gives the same snapshot', async (t) => {
  const folder = await open(t, { 'a.md': '# A', 'bad.md': Uint8Array.from([0xff]) })
  await symlink(join(folder.root, 'a.md'), join(folder.root, 'link.md'))
  const first = await folder.snapshot()
  assert.equal(await folder.snapshot(), first)
  await utimes(join(folder.root, 'a.md'), new Date(0), new Date(0))
  assert.notEqual(await folder.snapshot(), first)
})

test('folder: calls at the same time share one look, and a fresh snapshot is not looked up again', async (t) => {
  const folder = await open(t, { 'a.md': '# A' }, { freshForMs: 3_600_000 })
  const [one, two] = await Promise.all([folder.snapshot(), folder.snapshot()])
  await writeFile(join(folder.root, 'b.md'), '# B')
  assert.equal(one, two)
  assert.equal(await folder.snapshot(), one)
  const impatient = await openFolder(folder.root, { freshForMs: 0 })
  assert.equal(impatient.snapshot() instanceof Promise, true)
  const [three, four] = await Promise.all([impatient.snapshot(), impatient.snapshot()])
  assert.equal(three, four)
})

test('folder: a thousand files in a deep tree are all served', async (t) => {
  const names = Array.from({ length: 1000 }, (_, index) => `${index % 10}/${index % 7}/n${index}.md`)
  const folder = await open(t, Object.fromEntries(names.map((name) => [name, `# ${name}`])))
  assert.deepEqual(await paths(folder), names.sort())
})

test('folder: opening what is missing or no folder says so', async (t) => {
  const root = await makeFolder(t, { 'a.md': '# A' })
  await assert.rejects(openFolder(join(root, 'nowhere')), /nowhere" cannot be opened \(ENOENT\)/)
  await assert.rejects(openFolder(join(root, 'a.md')), /a\.md" is no folder; name the folder that holds the files/)
})

test('folder: when the folder itself goes away the next look fails, and works again when it is back', async (t) => {
  const folder = await open(t, { 'a.md': '# A' })
  await rm(folder.root, { recursive: true })
  await assert.rejects(folder.snapshot(), /ENOENT/)
  await mkdir(folder.root)
  assert.deepEqual(await paths(folder), [])
})
