import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

import { typescript } from '../../scripts/child.ts'

const DEMO = fileURLToPath(new URL('../../examples/demo.ts', import.meta.url))

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const runDemo = (...args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    const command = [...typescript, DEMO, ...args]
    execFile(process.execPath, command, { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    })
  })

const makeFolder = async (t: TestContext, files: Readonly<Record<string, string>>): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'demo-'))
  t.after(() => rm(root, { recursive: true, force: true }))
  await mkdir(join(root, 'sea life'))
  for (const [path, text] of Object.entries(files)) await writeFile(join(root, path), text)
  return root
}

const CONNECTIONS = [
  'stdio, revision 2026-07-28',
  'HTTP, revision 2026-07-28',
  'HTTP, an older client, revision 2025-11-25',
  'WebSocket, revision 2026-07-28',
]

test('the demo shows the content of a folder that it has never seen, over every connection', async (t) => {
  const root = await makeFolder(t, {
    'sea life/otters (50%).md':
      '# Sea otters\n\nAn otter floats on its back.\n\n## Diet\n\nUrchins, clams and abalone.\n',
    'whales.md': '# Whales\n\nThey sing.\n',
  })
  const { code, stdout, stderr } = await runDemo(root, 'urchins')
  assert.equal(code, 0, stderr)
  for (const connection of CONNECTIONS) assert.ok(stdout.includes(connection), `${connection} is missing in ${stdout}`)
  for (const shown of [
    'docs://sea%20life/otters%20(50%25).md  Sea otters',
    'docs://whales.md  Whales',
    'sea life/otters (50%).md:7  Diet: Urchins, clams and abalone.',
    '# Sea otters',
    'Did you mean "sea life/otters (50%).md"?',
    'All of it worked.',
  ]) {
    assert.ok(stdout.includes(shown), `"${shown}" is missing in ${stdout}`)
  }
})

test('without a query the demo searches for the title of the first document', async (t) => {
  const root = await makeFolder(t, { 'a.md': '# Zebra crossing\n\nBlack and white.\n' })
  const { code, stdout } = await runDemo(root)
  assert.equal(code, 0)
  assert.match(stdout, /search "Zebra crossing"/)
})

test('without a folder the demo shows the library that comes with the example', async () => {
  const { code, stdout } = await runDemo()
  assert.equal(code, 0)
  assert.match(stdout, /repairs\/brakes\.md:\d+ {2}Squealing: A rim brake that squeals in the rain/)
})

test('the demo fails, and says why, when the folder is empty, missing or has no such words', async (t) => {
  const empty = await makeFolder(t, {})
  const failures: readonly (readonly [args: readonly string[], why: RegExp])[] = [
    [[empty], /the folder has no Markdown documents/],
    [[join(empty, 'nowhere')], /nowhere" cannot be opened \(ENOENT\)/],
    [[await makeFolder(t, { 'a.md': '# A' }), 'zebra'], /nothing was found for "zebra"/],
  ]
  for (const [args, why] of failures) {
    const { code, stderr } = await runDemo(...args)
    assert.notEqual(code, 0)
    assert.match(stderr, why)
  }
})
