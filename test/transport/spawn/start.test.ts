import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join, win32 } from 'node:path'
import { test } from 'node:test'
import { withTemporaryFolder } from '../../../scripts/child.ts'
import { ChildProcessError } from '../../../src/transport/spawn/child-process-error.ts'
import { type SpawnOptions, spawnTransport } from '../../../src/transport/spawn/spawn.ts'
import { startChild } from '../../../src/transport/spawn/start-child.ts'
import { listening } from '../../support/children.ts'

/** What is open in this process, once what is being closed has been: handles of the event loop, and listeners for its exit. */
const open = async (): Promise<string> => {
  for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve))
  return [...process.getActiveResourcesInfo().sort(), process.listenerCount('exit')].join()
}

const failsToStart = async (options: SpawnOptions): Promise<ChildProcessError> => {
  const before = await open()
  const transport = spawnTransport(options)
  const { receiver, heard } = listening()
  assert.equal(transport.send('early'), undefined)
  const error = await Promise.resolve(transport.start(receiver)).then(
    () => assert.fail('it was started'),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof ChildProcessError)
  assert.deepEqual([error.problem, error.code], ['not-started', 'disconnected'])
  assert.equal(transport.send('late'), undefined)
  await transport.close()
  assert.deepEqual([await open(), heard, transport.pid, transport.stderrTail], [before, [], undefined, ''])
  return error
}

const PATH = 'in its PATH, which is "/bin:/nowhere"\\. Install it, or give its whole path'

test('PY-58 a start that fails says why, in words that help, and leaves nothing open', async () => {
  await withTemporaryFolder(async (folder) => {
    const path = (name: string): string => join(folder, name)
    await writeFile(path('text'), 'no program')
    await writeFile(path('script'), '#!/nowhere/at-all\n', { mode: 0o755 })
    const env = { PATH: '/bin:/nowhere' }
    const cases: readonly (readonly [options: SpawnOptions, message: string])[] = [
      [{ command: 'no-such-server', env }, `there is no program of that name ${PATH}$`],
      [{ command: 'npx -y server', env }, `there is no program of that name ${PATH}\\. Arguments belong into args$`],
      [{ command: path('missing') }, `there is no file "${path('missing')}"$`],
      [{ command: './a b', cwd: folder }, `there is no file "${path('a b')}"\\. Arguments belong into args$`],
      [{ command: `${path('text')}/x` }, `there is no file "${path('text')}/x"$`],
      [
        { command: path('script') },
        `"${path('script')}" is there, but the interpreter that its first line names is not$`,
      ],
      [{ command: path('text') }, 'it may not be executed: it is no program, or its permissions do not allow it$'],
      [{ command: folder }, 'it may not be executed: it is no program, or its permissions do not allow it$'],
      [{ command: process.execPath, cwd: path('missing') }, 'the working directory is no folder that exists$'],
      [{ command: process.execPath, cwd: path('text') }, 'the working directory is no folder that exists$'],
      [{ command: 'no-such-server', cwd: path('missing') }, 'the working directory is no folder that exists$'],
      [{ command: process.execPath, args: ['a\0b'] }, 'without null bytes'],
    ]
    for (const [options, message] of cases) {
      const error = await failsToStart(options)
      const where = `cannot start the server "${options.command}" in "${options.cwd ?? process.cwd()}": `
      assert.ok(error.message.startsWith(where), error.message)
      assert.match(error.message.slice(where.length), new RegExp(message))
      assert.ok(error.cause instanceof Error)
    }
  })
})

test('a child has no PATH unless this process or the options have one', async () => {
  const command = { command: 'no-such-server', args: [], cwd: '.', environment: {} }
  await assert.rejects(startChild('linux', command), /in its PATH, which is ""/)
})

test('PY-62 on Windows a program that does not exist is found missing before anything is started', async () => {
  const command = { command: 'no-such-server', args: [], cwd: '.', environment: { Path: 'C:\\bin' } }
  await assert.rejects(startChild('win32', command), {
    name: 'ChildProcessError',
    message: /in its PATH, which is "C:\\bin"/,
  })
})

test('PY-62 on Windows a program is started as it was found, and a batch file says what it does not take', async (t) => {
  const before = process.cwd()
  t.after(() => process.chdir(before))
  await withTemporaryFolder(async (folder) => {
    process.chdir(folder)
    // Where there are no backslashes between folders, the path that is found is the name of a file.
    const found = win32.resolve('tool')
    await writeFile(`${found}.exe`, '#!/bin/sh\nexit 5\n', { mode: 0o755 })
    await writeFile(`${found}.cmd`, '')
    const environment = { PATH: '.' }
    const child = await startChild('win32', { command: './tool.exe', args: [], cwd: '.', environment })
    assert.deepEqual(await child.ended, { code: 5, signal: null, told: undefined })
    child.release()
    const batch = startChild('win32', { command: './tool.cmd', args: ['a\nb'], cwd: '.', environment })
    await assert.rejects(
      batch,
      /: it is a batch file, and cmd\.exe takes no argument with a line break or a NUL in it$/,
    )
  })
})

test('options that do not exist, or cannot be, are mistakes', () => {
  const { command } = { command: 'npx' }
  for (const [options, message] of [
    [{ command, arguments: [] }, /^spawn: there is no option "arguments"\. .*The options are command, args/],
    [undefined, /^spawn: the options are an object, got undefined$/],
    [{ command: '' }, /^spawn: command must be a string that is not empty, got ""$/],
    [{ command: ['npx'] }, /^spawn: command must be a string that is not empty, got /],
    [{ command, args: '-y' }, /^spawn: args must be an array of strings, got "-y"$/],
    [{ command, args: ['-p', 8000] }, /^spawn: args must be an array of strings, got /],
    [{ command, env: 'A=1' }, /^spawn: env must be an object of strings, got "A=1"$/],
    [{ command, env: { A: 1 } }, /^spawn: env must be an object of strings, got /],
    [{ command, cwd: 1 }, /^spawn: cwd must be a string, got 1$/],
    [
      { command, stderr: 'pipe' },
      /^spawn: stderr must be 'keep', 'inherit', or a function \(line\) => void, got "pipe"$/,
    ],
    [{ command, maxLineBytes: 0.5 }, /^spawn: maxLineBytes must be a whole number above 0, got 0\.5$/],
    [{ command, graceMs: 0 }, /^spawn: graceMs must be a whole number above 0, got 0$/],
  ] as const) {
    assert.throws(() => spawnTransport(options as never), { name: 'DefinitionError', message })
  }
})
