import fs from 'node:fs'
import { register } from 'node:module'
import { isMainThread } from 'node:worker_threads'

// The suite imports `globSync` from `fs`, which Node 20 lacks, for a command that is not used here. This module is
// loaded twice: as `--import` it registers itself, and on the thread of the hooks it answers for `fs`.

if (isMainThread && !('globSync' in fs)) register(import.meta.url)

const withGlobSync = `
  export * from 'node:fs'
  export { default } from 'node:fs'
  export const globSync = () => { throw new Error('fs.globSync needs Node 22') }
`

const needsGlobSync = (specifier, parent) =>
  specifier === 'fs' && parent?.includes('/@modelcontextprotocol/conformance/') === true

export const resolve = (specifier, context, next) =>
  needsGlobSync(specifier, context.parentURL)
    ? { url: `data:text/javascript,${encodeURIComponent(withGlobSync)}`, shortCircuit: true }
    : next(specifier, context)
