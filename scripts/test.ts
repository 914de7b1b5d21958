import { readdir } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { repository } from './child.ts'

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

const problems: string[] = []
let passed = 0

if (files.length === 0) problems.push(`no *.test.ts in ${folder}`)
else {
  const stream = run({ files, concurrency: 2, timeout: 300_000 })
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

if (passed === 0 && problems.length === 0) problems.push(`no test ran in ${folder}`)
if (problems.length > 0) {
  console.error(`\n${problems.length} problem(s):\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  process.exitCode = 1
}
