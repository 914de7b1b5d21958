import { readFile } from 'node:fs/promises'
import { transformSync } from 'amaro'

export const load = async (url, context, nextLoad) => {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return nextLoad(url, context)
  const source = await readFile(new URL(url), 'utf8')
  return { format: 'module', source: transformSync(source, { mode: 'strip-only' }).code, shortCircuit: true }
}
