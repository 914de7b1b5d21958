import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writePrograms } from '../test/support/code-blocks.ts'
import { buildFolder, repository } from './child.ts'

// Checks all types at once: those of the repository, and of what the README and docs/ show, by the name of the package.

const { include }: { include: readonly string[] } = JSON.parse(
  await readFile(join(repository, 'tsconfig.json'), 'utf8'),
)
const config = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    paths: {
      'fluent-mcp': ['../../src/index.ts'],
      'fluent-mcp/client': ['../../src/client.ts'],
      'fluent-mcp/testing': ['../../src/testing.ts'],
    },
  },
  include: [...include.map((path) => `../../${path}`), '*.ts'],
}

await writePrograms('docs')
const project = join(buildFolder, 'docs', 'tsconfig.json')
await writeFile(project, JSON.stringify(config))
// More room for what is short-lived: tsc makes little else.
const tsc = ['--max-semi-space-size=64', join(repository, 'node_modules', 'typescript', 'bin', 'tsc')]
const { status } = spawnSync(process.execPath, [...tsc, '--noEmit', '-p', project], { stdio: 'inherit' })
process.exitCode = status ?? 1
