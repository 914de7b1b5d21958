import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { createDocumentServer } from '../../examples/documents/server.ts'

type Files = Readonly<Record<string, string | Uint8Array>>
type Mode = 'legacy' | { readonly pin: string }

const MODERN: Mode = { pin: '2026-07-28' }

const makeFolder = async (t: TestContext, files: Files): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'document-server-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  return root
}

const connect = async (t: TestContext, root: string, mode: Mode = MODERN): Promise<Client> => {
  const runtime = createDocumentServer(root, { freshForMs: 0 }).bind()
  const transport = new StreamableHTTPClientTransport(new URL('http://127.0.0.1/mcp'), {
    fetch: (url, init) => runtime.fetch(new Request(url, init)),
  })
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } })
  t.after(async () => {
    await client.close()
    await runtime.close()
  })
  await client.connect(transport)
  return client
}

interface Answer {
  readonly isError: boolean
  readonly text: string
  readonly data: unknown
}

const call = async (client: Client, name: string, args: Record<string, unknown>): Promise<Answer> => {
  const { isError = false, content, structuredContent } = await client.callTool({ name, arguments: args })
  const [first] = content
  return { isError, text: first?.type === 'text' ? first.text : '', data: structuredContent }
}

const refused = (text: string): Answer => ({ isError: true, text, data: undefined })

const ZOO: Files = {
  'cats/lynx.md':
    '# Lynx\n\nIt has tufts on its ears.\n\n## Food\n\nHares, mostly.\n\n## Range\n\n### Food\n\nScarce.\n',
  'otter.md': '---\ntitle: The sea otter\n---\n\nIt floats.\n\n# Food\n\nUrchins.\n',
  '100% true (ö).md': '# Facts\n\nAll true.\n',
}

for (const mode of [MODERN, 'legacy'] as const) {
  const era = mode === 'legacy' ? 'an older client' : 'a client of 2026-07-28'

  test(`document server: ${era} searches, outlines, reads sections`, async (t) => {
    const client = await connect(t, await makeFolder(t, ZOO), mode)
    const { data } = await call(client, 'search', { query: 'urchin', limit: 1 })
    const { total, hits } = data as { readonly total: number; readonly hits: readonly Record<string, unknown>[] }
    assert.equal(total, 1)
    assert.deepEqual(
      { ...hits[0], score: 0 },
      { path: 'otter.md', title: 'The sea otter', heading: 'Food', line: 9, snippet: 'Urchins.', score: 0 },
    )

    assert.deepEqual((await call(client, 'outline', { path: 'otter.md' })).data, {
      path: 'otter.md',
      title: 'The sea otter',
      sections: [
        { heading: 'The sea otter', level: 0, line: 4 },
        { heading: 'Food', level: 1, line: 7 },
      ],
    })

    const section = async (heading: string): Promise<string> =>
      (await call(client, 'read_section', { path: 'cats/lynx.md', heading })).text
    assert.equal(await section('Range'), '## Range\n\n### Food\n\nScarce.')
    assert.equal(await section('lynx > range > FOOD'), '### Food\n\nScarce.')
    assert.equal(await section('Food'), '## Food\n\nHares, mostly.\n\n### Food\n\nScarce.')
  })

  test(`document server: ${era} lists, reads and completes documents, whatever their names`, async (t) => {
    const client = await connect(t, await makeFolder(t, ZOO), mode)
    const { resources } = await client.listResources()
    assert.deepEqual(
      resources.map(({ uri, name, title, mimeType }) => [uri, name, title, mimeType]),
      [
        ['docs://', 'index', 'All documents', 'text/markdown'],
        ['docs://100%25%20true%20(%C3%B6).md', '100% true (ö).md', 'Facts', 'text/markdown'],
        ['docs://cats/lynx.md', 'cats/lynx.md', 'Lynx', 'text/markdown'],
        ['docs://otter.md', 'otter.md', 'The sea otter', 'text/markdown'],
      ],
    )
    for (const { uri, name } of resources.slice(1)) {
      assert.deepEqual((await client.readResource({ uri })).contents, [
        { uri, mimeType: 'text/markdown', text: ZOO[name] },
      ])
    }
    const [index] = (await client.readResource({ uri: 'docs://' })).contents
    assert.ok(index && 'text' in index && index.text.includes('- [Facts](docs://100%25%20true%20(%C3%B6).md)'))

    const complete = async (ref: Parameters<Client['complete']>[0]['ref'], value: string) =>
      (await client.complete({ ref, argument: { name: 'path', value } })).completion.values
    const template = { type: 'ref/resource', uri: 'docs://{+path}' } as const
    const prompt = { type: 'ref/prompt', name: 'summarise' } as const
    assert.deepEqual(await complete(template, 'O'), ['otter.md'])
    assert.deepEqual(await complete(template, 'T'), ['100% true (ö).md', 'cats/lynx.md', 'otter.md'])
    assert.deepEqual(await complete(prompt, 'LYNX'), ['cats/lynx.md'])
    assert.deepEqual(await complete(prompt, 'zebra'), [])
  })

  test(`document server: ${era} gets the prompt with the document in it`, async (t) => {
    const client = await connect(t, await makeFolder(t, ZOO), mode)
    const { messages } = await client.getPrompt({ name: 'summarise', arguments: { path: 'cats/lynx.md' } })
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
  const table: readonly (readonly [tool: string, args: Record<string, unknown>, text: string])[] = [
    [
      'outline',
      { path: 'oter.md' },
      'There is no document "oter.md". Did you mean "otter.md"? Use a path that `search` returned.',
    ],
    ['outline', { path: 'zebra' }, 'There is no document "zebra". Use a path that `search` returned.'],
    ['outline', { path: 'latin.md' }, '"latin.md" cannot be read: it is not UTF-8 text.'],
    ['read_section', { path: 'otter.md', heading: 'Foot' }, '"otter.md" has no section "Foot". Did you mean "Food"?'],
    [
      'read_section',
      { path: 'otter.md', heading: 'Habitat' },
      '"otter.md" has no section "Habitat". It has "The sea otter", "Food".',
    ],
    ['read_section', { path: 'empty.md', heading: 'Food' }, '"empty.md" is empty.'],
  ]
  for (const [tool, args, text] of table) assert.deepEqual(await call(client, tool, args), refused(text))
  await assert.rejects(
    client.getPrompt({ name: 'summarise', arguments: { path: 'oter.md' } }),
    /There is no document "oter\.md"\. Did you mean "otter\.md"\?/,
  )
  const [index] = (await client.readResource({ uri: 'docs://' })).contents
  assert.ok(index && 'text' in index && index.text.includes('## Not served\n- latin.md: it is not UTF-8 text'))
})

test('document server: words that no document has come back with near ones', async (t) => {
  const client = await connect(t, await makeFolder(t, ZOO))
  const { data } = await call(client, 'search', { query: 'urchns' })
  assert.deepEqual(data, { total: 0, hits: [], hint: 'No document has "urchns". Did you mean "urchin"?' })
})

test('document server: arguments that do not fit are refused with the reason', async (t) => {
  const client = await connect(t, await makeFolder(t, ZOO))
  for (const args of [{ query: ' ' }, { query: 'x', limit: 0 }, { query: 'x', limit: 51 }, { query: 1 }, {}]) {
    const { isError, text } = await call(client, 'search', args)
    assert.equal(isError, true)
    assert.match(text, /^search: /)
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
  for (const uri of uris) await assert.rejects(client.readResource({ uri }), { code: -32602 }, uri)
  for (const path of ['link.md', `../${name}/secret.md`, join(outside, 'secret.md'), 'inside/../inside/a.md']) {
    assert.equal((await call(client, 'outline', { path })).isError, true)
  }
})

test('document server: a document that is added, changed or removed while it runs is noticed', async (t) => {
  const root = await makeFolder(t, { 'a.md': '# A\n\nfox' })
  const client = await connect(t, root)
  const search = async (query: string): Promise<readonly string[]> => {
    const { data } = await call(client, 'search', { query })
    return (data as { readonly hits: readonly { readonly path: string }[] }).hits.map(({ path }) => path)
  }
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
    (await client.listResources()).resources.map(({ uri }) => uri),
    ['docs://'],
  )
  assert.deepEqual(
    await call(client, 'outline', { path: 'a.md' }),
    refused('The folder has no Markdown documents yet.'),
  )
})
