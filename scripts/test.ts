import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { pathToFileURL } from 'node:url'
import { buildFolder, repository, run as runProgram } from './child.ts'

// `npm test` needs nothing but npm; what stands in test/system needs more, and runs when it is asked for by name.
const [asked] = process.argv.slice(2)
const folder = asked ?? 'test'

const belongs = (file: string): boolean =>
  file.endsWith('.test.ts') && (asked !== undefined || !file.startsWith(`system${sep}`))

const found = await readdir(join(repository, folder), { recursive: true })
const files = found
  .filter(belongs)
  .sort()
  .map((file) => join(repository, folder, file))

// The tests of a folder run in one process, one after the other: to start one, and to load the library into it, takes
// longer than most files do. Here stands what must have a process of its own, because it happens once in each; and folders
// of which each file has one: since a clock that one moves would reach the connections that another has left to `fetch`,
// or since each takes long.
const alone = new Set(['test/model/schema/json-schema.test.ts'].map((file) => join(repository, file)))
const eachAlone = new Set(
  ['test/transport/http-client', 'test/faults', 'test/faults/sockets'].map((name) => join(repository, name)),
)

// What takes longest begins first, so that no core waits at the end.
const longest = ['test/transport', 'test/fuzz', 'test/transport/http', 'test', 'test/examples']

/** The files of each process, by the name of the file or of the folder. */
const processes = (): ReadonlyMap<string, readonly string[]> => {
  const together = new Map<string, string[]>(longest.map((name) => [join(repository, name), []]))
  for (const file of files) {
    const name = alone.has(file) || eachAlone.has(dirname(file)) ? file : dirname(file)
    together.set(name, [...(together.get(name) ?? []), file])
  }
  return new Map([...together].filter(([, { length }]) => length > 0))
}

/** Writes what each process is to load. */
const entries = async (): Promise<string[]> => {
  const target = join(buildFolder, 'tests')
  await rm(target, { recursive: true, force: true })
  await mkdir(target, { recursive: true })
  return Promise.all(
    [...processes()].map(async ([name, loaded]) => {
      const entry = join(target, `${relative(repository, name).replaceAll(sep, '-')}.ts`)
      await writeFile(entry, loaded.map((file) => `import '${pathToFileURL(file)}'\n`).join(''))
      return entry
    }),
  )
}

/** `npm run types` beside the tests: it takes one core, and a while. */
const checkTypes = async (): Promise<readonly string[]> => {
  if (asked !== undefined) return []
  const env = { ...process.env, NODE_V8_COVERAGE: '' }
  const options = { cwd: repository, env, timeoutMs: 600_000 }
  const { code, stdout, stderr, error } = await runProgram('npm', ['run', '--silent', 'types'], options)
  return code === 0 ? [] : [`types: ${[error ?? '', stdout, stderr].join('').trim()}`]
}

const problems: string[] = []
let passed = 0
const typed = checkTypes()

if (files.length === 0) problems.push(`no *.test.ts in ${folder}`)
else {
  const stream = run({ files: await entries(), concurrency: availableParallelism() + 1, timeout: 600_000 })
  const where = (test: { name: string; file?: string | undefined }): string =>
    `${test.name} (${relative(repository, test.file ?? folder)})`
  stream.on('test:pass', (test) => {
    if (test.skip !== undefined) problems.push(`skipped: ${where(test)}`)
    else if (test.todo !== undefined) problems.push(`todo: ${where(test)}`)
    else if (test.details.type !== 'suite') passed += 1
  })
  stream.on('test:fail', (test) => problems.push(`failed: ${where(test)}`))
  const report = stream.compose(new spec())
  for await (const chunk of report) process.stdout.write(chunk)
}

problems.push(...(await typed))
if (passed === 0 && problems.length === 0) problems.push(`no test ran in ${folder}`)
if (problems.length > 0) {
  console.error(`\n${problems.length} problem(s):\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  process.exitCode = 1
}
