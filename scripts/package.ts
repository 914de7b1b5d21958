import { join } from 'node:path'
import { repository, runOrThrow } from './child.ts'

/** Packs the repository as `npm publish` would, into `folder`. Resolves to the path of the tarball. */
export const pack = async (folder: string): Promise<string> => {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const answer: unknown = JSON.parse(await runOrThrow('npm', args, { cwd: repository, timeoutMs: 60_000 }))
  const [first]: unknown[] = Array.isArray(answer) ? answer : []
  if (typeof first !== 'object' || first === null || !('filename' in first) || typeof first.filename !== 'string') {
    throw new Error(`npm pack did not name a tarball: ${JSON.stringify(answer)}`)
  }
  return join(folder, first.filename)
}

/** Unpacks a tarball of npm below `folder`. Resolves to the folder of the package. */
export const unpack = async (tarball: string, folder: string): Promise<string> => {
  await runOrThrow('tar', ['-xzf', tarball, '-C', folder], { timeoutMs: 60_000 })
  return join(folder, 'package')
}
