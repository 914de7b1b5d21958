import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { threadId } from 'node:worker_threads'

// Every test file, and every server that a test starts, is a process that loads the whole library. So what amaro has
// made of a source is kept, under the hash of both, and amaro itself (4 MB) is loaded only for what is new.
const kept = new URL('../.build/stripped/', import.meta.url)
const amaro = readFileSync(new URL('../node_modules/amaro/package.json', import.meta.url))

mkdirSync(kept, { recursive: true })

const strip = async (source) => {
  const { transformSync } = await import('amaro')
  return transformSync(source, { mode: 'strip-only' }).code
}

const stripped = async (source) => {
  const file = new URL(createHash('sha256').update(amaro).update(source).digest('hex'), kept)
  if (existsSync(file)) return readFileSync(file)
  const code = await strip(source.toString())
  // Others may strip the same source at the same time, and none may read half of it.
  const partial = new URL(`${file.href}.${process.pid}.${threadId}`)
  writeFileSync(partial, code)
  renameSync(partial, file)
  return code
}

/** Node would look up every folder on the way for a link and a package.json: half of the time of a load. */
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
