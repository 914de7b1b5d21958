import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { repository } from '../../../scripts/child.ts'

/** This library as it is published, from dist, which need not be there when types are checked. */
export const library: typeof import('../../../src/index.ts') = await import(
  pathToFileURL(join(repository, 'dist', 'index.js')).href
)

/** Its client. */
export const clientLibrary: typeof import('../../../src/client.ts') = await import(
  pathToFileURL(join(repository, 'dist', 'client.js')).href
)
