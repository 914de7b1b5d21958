import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { withTemporaryFolder } from '../../../scripts/child.ts'
import { taskkill, treeOf } from '../../../src/transport/spawn/tree.ts'
import { beacon } from '../../support/children.ts'

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Puts a program in the place of taskkill, which tells the test what it was given. */
const withTaskkill = async (t: TestContext, work: (told: () => Promise<string>) => Promise<void>): Promise<void> => {
  const { command, caller } = await beacon(t)
  const given = command(({ say }) => void say(process.argv.slice(3).join(' ')).then(() => process.exit(0)), 'taskkill')
  const script = `#!/bin/sh\nexec ${[given.command, ...given.args].map(quoted).join(' ')} "$@"\n`
  const { PATH } = process.env
  await withTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'taskkill.exe'), script, { mode: 0o755 })
    process.env['PATH'] = `${folder}:${PATH}`
    try {
      await work(async () => {
        const { said, gone } = await caller('taskkill')
        await gone
        return said.next()
      })
    } finally {
      process.env['PATH'] = PATH
    }
  })
}

test('PY-62 on Windows a tree is ended by the taskkill of the system, else by the one in the PATH', () => {
  const args = ['/pid', '42', '/t', '/f']
  assert.deepEqual(taskkill(42, { SystemRoot: 'C:\\Windows' }), ['C:\\Windows\\System32\\taskkill.exe', args])
  assert.deepEqual(taskkill(42, {}), ['taskkill.exe', args])
})

test('PY-62 on Windows both signals end a tree by force, and it cannot be found without its first process', async (t) => {
  const tree = treeOf('win32', 42, {})
  assert.equal(tree.isAlive(), false)
  await withTaskkill(t, async (told) => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      tree.end(signal)
      assert.equal(await told(), '/pid 42 /t /f')
    }
    tree.endNow()
    assert.equal(await told(), '/pid 42 /t /f')
  })
})

test('a tree for which there is no taskkill is left as it is', async () => {
  const tree = treeOf('win32', 42, { SYSTEMROOT: 'C:\\nowhere' })
  tree.end('SIGKILL')
  tree.endNow()
  await new Promise((resolve) => setImmediate(resolve))
})

test('PY-59 on POSIX a tree is a process group, which may have gone', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], {
    detached: true,
    stdio: 'ignore',
  })
  const tree = treeOf('linux', child.pid as number, {})
  assert.equal(tree.isAlive(), true)
  tree.endNow()
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM'])
  assert.equal(tree.isAlive(), false)
  tree.end('SIGKILL')
  tree.endNow()
})
