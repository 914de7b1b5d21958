import { accessSync, constants } from 'node:fs'
import { run } from './child.ts'

// Makes sure that there is a Chromium for the system tests: Debian's, unless CHROMIUM names another one.

const path = process.env['CHROMIUM'] ?? '/usr/bin/chromium'

const runs = async (): Promise<boolean> => {
  try {
    accessSync(path, constants.X_OK)
  } catch {
    return false
  }
  return (await run(path, ['--version'], { timeoutMs: 30_000 })).code === 0
}

const asRoot = (command: string[]): string[] => (process.getuid?.() === 0 ? command : ['sudo', '-n', ...command])

const install = async (): Promise<string | undefined> => {
  for (const step of [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', 'chromium'],
  ]) {
    const [command = '', ...args] = asRoot(step)
    console.log([command, ...args].join(' '))
    const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const { code, stderr, error } = await run(command, args, { timeoutMs: 600_000, env: environment })
    if (code !== 0) return `${error ?? `exit code ${code}`}\n${stderr}`.trimEnd()
  }
  return undefined
}

if (!(await runs())) {
  const failure = process.env['CHROMIUM'] === undefined ? await install() : 'CHROMIUM names a file that does not run'
  if (!(await runs())) {
    console.error(`The system tests need Chromium, and ${path} does not run. Install it, or set CHROMIUM to its path.`)
    if (failure !== undefined) console.error(failure)
    process.exitCode = 1
  }
}
