import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { createDocumentServer } from '../../examples/documents/server.ts'
import type { CompleteParams, Connection, ToolArguments } from '../../src/client.ts'
import { ErrorCode } from '../../src/index.ts'
import {
  ALL_REVISIONS,
  assertData,
  assertRejects,
  assertText,
  assertToolError,
  type TestOptions,
  testServer,
} from '../../src/testing.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

type Documents = ReturnType<typeof createDocumentServer>

const makeFolder = async (t: TestContext, files: Files): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'document-server-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return root
}

const connect = async (t: TestContext, root: string, options: TestOptions = {}): Promise<Connection<Documents>> => {
  const { client, close } = await testServer(createDocumentServer(root, { freshForMs: 0 }), options)
  t.after(close)
  return client
}

const ZOO: Files = {
  'cats/lynx.md':
    '# Lynx\n\nIt has tufts on its ears.\n\n## Food\n\nHares, mostly.\n\n## Range\n\n### Food\n\nScarce.\n',
  'otter.md': '---\ntitle: The sea otter\n---\n\nIt floats.\n\n# Food\n\nUrchins.\n',
  '100% true (ö).md': '# Facts\n\nAll true.\n',
}

for (const revision of ALL_REVISIONS) {
  const era = `a client of ${revision}`

  test(`document server: ${era} searches, outlines, reads sections`, async (t) => {
    const client = await connect(t, await makeFolder(t, ZOO), { revision })
    const { total, hits } = await client.tools.search({ query: 'urchin', limit: 1 })
    assert.equal(total, 1)
    assert.deepEqual(
      { ...hits[0], score: 0 },
      { path: 'otter.md', title: 'The sea otter', heading: 'Food', line: 9, snippet: 'Urchins.', score: 0 },
    )

    assertData(await client.callTool('outline', { path: 'otter.md' }), {
      path: 'otter.md',
      title: 'The sea otter',
      sections: [
        { heading: 'The sea otter', level: 0, line: 4 },
        { heading: 'Food', level: 1, line: 7 },
      ],
    })

    const section = (heading: string) => client.callTool('read_section', { path: 'cats/lynx.md', heading })
    assertText(await section('Range'), '## Range\n\n### Food\n\nScarce.')
    assertText(await section('lynx > range > FOOD'), '### Food\n\nScarce.')
    assertText(await section('Food'), '## Food\n\nHares, mostly.\n\n### Food\n\nScarce.')
  })

  test(`document server: ${era} lists, reads and completes documents, whatever their names`, async (t) => {
    const client = await connect(t, await makeFolder(t, ZOO), { revision })
    const resources = await client.listResources()
    // Before 2025-06-18, an entry has no title.
    const titled = (title: string): string | undefined => (revision < '2025-06-18' ? undefined : title)
    assert.deepEqual(
      resources.map(({ uri, name, title, mimeType }) => [uri, name, title, mimeType]),
      [
        ['docs://', 'index', titled('All documents'), 'text/markdown'],
        ['docs://100%25%20true%20(%C3%B6).md', '100% true (ö).md', titled('Facts'), 'text/markdown'],
        ['docs://cats/lynx.md', 'cats/lynx.md', titled('Lynx'), 'text/markdown'],
        ['docs://otter.md', 'otter.md', titled('The sea otter'), 'text/markdown'],
      ],
    )
    for (const { uri, name } of resources.slice(1)) {
      assert.deepEqual((await client.readResource(uri)).contents, [{ uri, mimeType: 'text/markdown', text: ZOO[name] }])
    }
    const [index] = (await client.readResource('docs://')).contents
    assert.ok(index && 'text' in index && index.text.includes('- [Facts](docs://100%25%20true%20(%C3%B6).md)'))

    const complete = async (ref: CompleteParams['ref'], value: string) =>
      (await client.complete({ ref, argument: { name: 'path', value } })).completion.values
    const template = { type: 'ref/resource', uri: 'docs://{+path}' } as const
    const prompt = { type: 'ref/prompt', name: 'summarise' } as const
    assert.deepEqual(await complete(template, 'O'), ['otter.md'])
    assert.deepEqual(await complete(template, 'T'), ['100% true (ö).md', 'cats/lynx.md', 'otter.md'])
    assert.deepEqual(await complete(prompt, 'LYNX'), ['cats/lynx.md'])
    assert.deepEqual(await complete(prompt, 'zebra'), [])
  })

  test(`document server: ${era} gets the prompt with the document in it`, async (t) => {
    const client = await connect(t, await makeFolder(t, ZOO), { revision })
    const { messages } = await client.getPrompt('summarise', { path: 'cats/lynx.md' })
    assert.deepEqual(messages, [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: { uri: 'docs://cats/lynx.md', mimeType: 'text/markdown', text: ZOO['cats/lynx.md'] },
        },
      },
      { role: 'user', content: { type: 'text', text: 'Summarise this document in at most three sentences.' } },
    ])
    const styles = await client.complete({
      ref: { type: 'ref/prompt', name: 'summarise' },
      argument: { name: 'style', value: '' },
    })
    assert.deepEqual(styles.completion.values, ['short', 'detailed', 'bullets'])
  })
}

test('document server: what is missing is answered with what to do instead', async (t) => {
  const root = await makeFolder(t, { ...ZOO, 'empty.md': '', 'latin.md': Uint8Array.of(0xfc) })
  const client = await connect(t, root)
  const outlines: readonly (readonly [path: string, text: string])[] = [
    ['oter.md', 'There is no document "oter.md". Did you mean "otter.md"? Use a path that `search` returned.'],
    ['zebra', 'There is no document "zebra". Use a path that `search` returned.'],
    ['latin.md', '"latin.md" cannot be read: it is not UTF-8 text.'],
  ]
  for (const [path, text] of outlines) assertToolError(await client.callTool('outline', { path }), text)
  const sections: readonly (readonly [args: ToolArguments<Documents, 'read_section'>, text: string])[] = [
    [{ path: 'otter.md', heading: 'Foot' }, '"otter.md" has no section "Foot". Did you mean "Food"?'],
    [{ path: 'otter.md', heading: 'Habitat' }, '"otter.md" has no section "Habitat". It has "The sea otter", "Food".'],
    [{ path: 'empty.md', heading: 'Food' }, '"empty.md" is empty.'],
  ]
  for (const [args, text] of sections) assertToolError(await client.callTool('read_section', args), text)
  await assert.rejects(
    client.getPrompt('summarise', { path: 'oter.md' }),
    /There is no document "oter\.md"\. Did you mean "otter\.md"\?/,
  )
  const [index] = (await client.readResource('docs://')).contents
  assert.ok(index && 'text' in index && index.text.includes('## Not served\n- latin.md: it is not UTF-8 text'))
})

test('document server: words that no document has come back with near ones', async (t) => {
  const client = await connect(t, await makeFolder(t, ZOO))
  assertData(await client.callTool('search', { query: 'urchns' }), {
    total: 0,
    hits: [],
    hint: 'No document has "urchns". Did you mean "urchin"?',
  })
})

test('document server: arguments that do not fit are refused with the reason', async (t) => {
  const client = await connect(t, await makeFolder(t, ZOO))
  for (const args of [{ query: ' ' }, { query: 'x', limit: 0 }, { query: 'x', limit: 51 }, { query: 1 }, {}]) {
    assertToolError(await client.callTool('search', args as { query: string }), /^search: /)
  }
})

test('document server: PY-148: nothing outside of the folder can be read', async (t) => {
  const outside = await makeFolder(t, { 'secret.md': '# Secret' })
  const root = await makeFolder(t, { 'inside/a.md': '# A' })
  await symlink(join(outside, 'secret.md'), join(root, 'link.md'))
  const client = await connect(t, root)
  const name = outside.split('/').at(-1) ?? ''
  const uris = [
    'docs://link.md',
    `docs://../${name}/secret.md`,
    `docs://inside/../../${name}/secret.md`,
    `docs://%2e%2e/${name}/secret.md`,
    `docs://..%2f${name}%2fsecret.md`,
    `docs://${join(outside, 'secret.md')}`,
    `docs://inside/a.md%00`,
    'docs://inside/%2e%2e/inside/a.md',
  ]
  for (const uri of uris) await assertRejects(client.readResource(uri), ErrorCode.InvalidParams)
  for (const path of ['link.md', `../${name}/secret.md`, join(outside, 'secret.md'), 'inside/../inside/a.md']) {
    assertToolError(
      await client.callTool('outline', { path }),
      /^There is no document|a link, and links are not followed\.$/,
    )
  }
})

test('document server: a document that is added, changed or removed while it runs is noticed', async (t) => {
  const root = await makeFolder(t, { 'a.md': '# A\n\nfox' })
  const client = await connect(t, root)
  const search = async (query: string): Promise<readonly string[]> =>
    (await client.tools.search({ query })).hits.map(({ path }) => path)
  assert.deepEqual(await search('fox'), ['a.md'])
  await writeFile(join(root, 'b.md'), '# B\n\nfox and newt')
  assert.deepEqual(await search('newt'), ['b.md'])
  await writeFile(join(root, 'a.md'), '# A\n\nnow a heron')
  assert.deepEqual([await search('fox'), await search('heron')], [['b.md'], ['a.md']])
  await rm(join(root, 'b.md'))
  assert.deepEqual(await search('fox'), [])
})

test('document server: an empty folder is served, and says that it is empty', async (t) => {
  const client = await connect(t, await makeFolder(t, {}))
  assert.deepEqual(
    (await client.listResources()).map(({ uri }) => uri),
    ['docs://'],
  )
  assertToolError(await client.callTool('outline', { path: 'a.md' }), 'The folder has no Markdown documents yet.')
})
