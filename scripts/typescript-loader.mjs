import { createHash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

// Every server that a test starts is a process that loads the whole library. So what amaro has made of a source is kept
// under the hash of both, and amaro itself (4 MB) is loaded only for what is new. The folder may be deleted at any time.
const kept = new URL('../.build/stripped/', import.meta.url)
const amaro = readFileSync(new URL('../node_modules/amaro/package.json', import.meta.url))

const strip = async (source) => {
  const { transformSync } = await import('amaro')
  return transformSync(source, { mode: 'strip-only' }).code
}

const stripped = async (source) => {
  const file = new URL(createHash('sha256').update(amaro).update(source).digest('hex'), kept)
  if (existsSync(file)) return readFileSync(file)
  const code = await strip(source.toString())
  // Others may strip the same source at the same time, and none may read half of it.
  const partial = new URL(`${file.href}.${randomUUID()}`)
  mkdirSync(kept, { recursive: true })
  writeFileSync(partial, code)
  renameSync(partial, file)
  return code
}

/** Node would look for links, and in every folder on the way for a package.json. */
export const resolve = (specifier, context, nextResolve) => {
  if (specifier.startsWith('.') && specifier.endsWith('.ts')) {
    const url = new URL(specifier, context.parentURL)
    if (existsSync(url)) return { url: url.href, format: 'module', shortCircuit: true }
  }
  return nextResolve(specifier, context)
}

export const load = async (url, context, nextLoad) => {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
  return { format: 'module', source: await stripped(readFileSync(new URL(url))), shortCircuit: true }
}
