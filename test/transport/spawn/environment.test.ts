import assert from 'node:assert/strict'
import { test } from 'node:test'
import { childEnvironment, variable } from '../../../src/transport/spawn/environment.ts'
import { serverThat } from '../../support/children.ts'

const POSIX = { HOME: '/root', LOGNAME: 'root', PATH: '/bin', SHELL: '/bin/sh', TERM: 'xterm', USER: 'root' }

test('TS-42 on POSIX a child inherits what is safe, in the case in which it is written, and gets what is added', () => {
  const own = { ...POSIX, path: '/tmp', AWS_SECRET_ACCESS_KEY: 'secret', NODE_OPTIONS: '--inspect', UNSET: undefined }
  for (const platform of ['linux', 'darwin'] as const) {
    assert.deepEqual(childEnvironment(platform, own, {}), POSIX)
    assert.deepEqual(childEnvironment(platform, own, { KEY: 'given', HOME: '/home' }), {
      ...POSIX,
      KEY: 'given',
      HOME: '/home',
    })
  }
})

test('TS-42 on Windows a child inherits what programs need there, whatever the case of the names', () => {
  const own = {
    Path: 'C:\\bin',
    PathExt: '.EXE',
    SystemRoot: 'C:\\Windows',
    ComSpec: 'C:\\Windows\\System32\\cmd.exe',
    'ProgramFiles(x86)': 'C:\\Program Files (x86)',
    HOME: 'C:\\Users\\me',
    SECRET: 'secret',
  }
  const { HOME, SECRET, ...safe } = own
  assert.deepEqual(childEnvironment('win32', own, {}), safe)
  const { Path, ...others } = safe
  assert.deepEqual(childEnvironment('win32', own, { PATH: 'D:\\bin', home: HOME }), {
    ...others,
    PATH: 'D:\\bin',
    home: HOME,
  })
})

test('TS-42 every name of the list for Windows is inherited', () => {
  const names = [
    'APPDATA HOMEDRIVE HOMEPATH LOCALAPPDATA PATH PATHEXT PROCESSOR_ARCHITECTURE PROGRAMFILES SYSTEMDRIVE SYSTEMROOT TEMP',
    'USERNAME USERPROFILE COMSPEC OS PROGRAMDATA PROGRAMFILES(X86) TMP WINDIR',
  ].flatMap((line) => line.split(' '))
  const own = Object.fromEntries(names.map((name) => [name, name]))
  assert.deepEqual(childEnvironment('win32', { ...own, SHELL: 'sh' }, {}), own)
})

test('PY-67 exported functions of a shell are not inherited, but what is added is taken as it is', () => {
  const own = { PATH: '/bin', TERM: '() { :; }; echo vulnerable', HOME: undefined }
  assert.deepEqual(childEnvironment('linux', own, {}), { PATH: '/bin' })
  assert.deepEqual(childEnvironment('win32', { PATH: '() { :; }' }, {}), {})
  assert.deepEqual(childEnvironment('linux', {}, { KEY: '()' }), { KEY: '()' })
})

test('a variable is found by its name: on Windows in any case', () => {
  const environment = { Path: 'one' }
  assert.equal(variable('win32', environment, 'PATH'), 'one')
  assert.equal(variable('linux', environment, 'PATH'), undefined)
  assert.equal(variable('linux', environment, 'Path'), 'one')
})

test('PY-67, TS-42: a child sees nothing else', async (t) => {
  const before = { ...process.env }
  t.after(() => {
    process.env = before
  })
  Object.assign(process.env, { FLUENT_MCP_SECRET: 'secret', TERM: '() { :; }' })
  const { texts } = await serverThat(t, ({ out }) => out(JSON.stringify(process.env)), { env: { ADDED: 'yes' } })
  const { ADDED, ...inherited } = JSON.parse(await texts.next())
  assert.equal(ADDED, 'yes')
  assert.equal(inherited.PATH, process.env['PATH'])
  const safe = new Set(Object.keys(POSIX))
  safe.delete('TERM')
  // Node hands this on while coverage is counted. What an operating system adds by itself begins with two underscores.
  safe.add('NODE_V8_COVERAGE')
  assert.deepEqual(
    Object.keys(inherited).filter((name) => !safe.has(name) && !name.startsWith('__')),
    [],
  )
})
