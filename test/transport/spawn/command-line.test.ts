import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Command, type CommandLine, commandLine } from '../../../src/transport/spawn/command-line.ts'
import { findWindowsProgram } from '../../../src/transport/spawn/windows-command.ts'
import { argumentsOf, handedOn, readByPrompt } from '../../support/cmd.ts'

const command = (given: Partial<Command>): Command => ({
  command: 'server',
  args: [],
  cwd: 'C:\\work',
  environment: {},
  ...given,
})

const having =
  (...files: readonly string[]) =>
  (path: string): boolean =>
    files.includes(path)

const never = (): boolean => assert.fail('nobody has to look for a file')

const lineOf = (given: Command, ...files: readonly string[]): CommandLine => {
  const line = commandLine('win32', given, having(...files))
  assert.ok(!('problem' in line))
  return line
}

test('on POSIX a command is left to the operating system', () => {
  for (const platform of ['linux', 'darwin', 'freebsd'] as const) {
    assert.deepEqual(commandLine(platform, command({ args: ['$HOME', '"'] }), never), {
      file: 'server',
      args: ['$HOME', '"'],
      windowsVerbatimArguments: false,
    })
  }
})

const BIN = { Path: 'C:\\one;"C:\\two; too";;three', PATHEXT: '.EXE;;.CMD' }

for (const [name, given, files, expected] of [
  ['by its name, in the order of the PATH', 'npx', ['C:\\two\\npx.EXE', 'C:\\one\\npx.CMD'], 'C:\\one\\npx.CMD'],
  ['by its name, in the order of PATHEXT', 'npx', ['C:\\one\\npx.CMD', 'C:\\one\\npx.EXE'], 'C:\\one\\npx.EXE'],
  ['never without an extension', 'npx', ['C:\\one\\npx', 'C:\\work\\three\\npx.CMD'], 'C:\\work\\three\\npx.CMD'],
  ['by its name with an extension', 'npx.cmd', ['C:\\one\\npx.cmd'], 'C:\\one\\npx.cmd'],
  ['with an extension that is none', 'server.v2', ['C:\\one\\server.v2.EXE'], 'C:\\one\\server.v2.EXE'],
  ['not in the working directory', 'npx', ['C:\\work\\npx.EXE'], undefined],
  ['by a path of its own', 'C:/x/npx', ['C:\\x\\npx.CMD', 'C:\\one\\npx.EXE'], 'C:\\x\\npx.CMD'],
  ['by a path from the working directory', '.\\bin\\npx', ['C:\\work\\bin\\npx.EXE'], 'C:\\work\\bin\\npx.EXE'],
  ['not at all', 'npx', [], undefined],
] as const) {
  test(`PY-62 on Windows a program is found ${name}`, () => {
    assert.equal(findWindowsProgram(given, 'C:\\work', BIN, having(...files)), expected)
  })
}

test('PY-62 on Windows a program is found without a PATHEXT, and nothing without a PATH', () => {
  const files = having('C:\\one\\npx.CMD')
  assert.equal(findWindowsProgram('npx', 'C:\\work', { PATH: 'C:\\one' }, files), 'C:\\one\\npx.CMD')
  assert.equal(findWindowsProgram('npx', 'C:\\work', {}, files), undefined)
  assert.deepEqual(commandLine('win32', command({}), files), { problem: 'ENOENT' })
})

test('PY-62 on Windows a program is started without a shell', () => {
  const given = command({ command: 'node', args: ['a b', '"', '%PATH%\n'], environment: { PATH: 'C:\\one' } })
  for (const file of ['C:\\one\\node.EXE', 'C:\\one\\node.COM']) {
    assert.deepEqual(lineOf(given, file), { file, args: given.args, windowsVerbatimArguments: false })
  }
})

test('PY-62 on Windows a batch file is started by cmd.exe', () => {
  const given = command({
    command: 'npx',
    args: ['-y', '@scope/server', 'a & b'],
    environment: { PATH: 'C:\\Node JS' },
  })
  const args = ['/d', '/e:on', '/v:off', '/s', '/c', '""C:\\Node JS\\npx.CMD" -y @scope/server "a & b""']
  const line = lineOf(given, 'C:\\Node JS\\npx.CMD')
  assert.deepEqual(line, { file: 'cmd.exe', args, windowsVerbatimArguments: true })
  const withShell = { ...given, environment: { ...given.environment, ComSpec: 'C:\\cmd.exe' } }
  assert.equal(lineOf(withShell, 'C:\\Node JS\\npx.CMD').file, 'C:\\cmd.exe')
})

test('PY-62 on Windows a batch file takes no argument with a line break or a NUL', () => {
  for (const character of ['\n', '\r', '\0']) {
    const given = command({ command: 'npx', args: ['fine', `a${character}b`], environment: { PATH: 'C:\\one' } })
    assert.deepEqual(commandLine('win32', given, having('C:\\one\\npx.CMD')), { problem: 'LINE_BREAK' })
  }
})

test('PY-62 on Windows any arguments reach the program behind a batch file, and are no commands on their way', () => {
  const piece = fc.oneof(
    fc.string({ unit: fc.constantFrom(...'ab"\\%^&|<>()!,;=* :~\'`@$[]{}#\t') }),
    fc.string({ unit: 'grapheme' }).filter((text) => !/[\0\r\n]/.test(text)),
    fc.constantFrom('%PATH%', '%cd%', '"&calc', '\\"', 'a\\\\"b', '%%', '', '%cd:~,%', 'C:\\a b\\', '%0', '%*'),
  )
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 3 }).map((parts) => parts.join(''))), (args) => {
      const given = command({ command: 'C:\\100% (good) tools\\npx.cmd', args })
      const { args: line } = lineOf(given, given.command)
      const [program, rest] = readByPrompt(line.at(-1) as string)
      assert.equal(program, given.command)
      assert.deepEqual(argumentsOf(handedOn(rest)), args)
    }),
    { numRuns: 2_000 },
  )
})
