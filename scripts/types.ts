import { spawnSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writePrograms } from '../test/support/code-blocks.ts'
import { buildFolder, repository } from './child.ts'

// Checks all types: of the sources, the tests, the scripts, and of what the README and docs/ show.

await writePrograms('docs')
// More room for what is short-lived: tsc makes little else.
const tsc = ['--max-semi-space-size=64', join(repository, 'node_modules', 'typescript', 'bin', 'tsc')]
const { status } = spawnSync(process.execPath, [...tsc, '--noEmit', '-p', repository], { stdio: 'inherit' })
// Left behind, they would be checked by others, long after the pages have changed.
await rm(join(buildFolder, 'docs'), { recursive: true, force: true })
process.exitCode = status ?? 1
