import { realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { repository } from '../../scripts/child.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.json': 'application/json',
}

/** What the import map needs of a package: its folder, and the file that an import of its name loads. */
interface Package {
  readonly name: string
  readonly folder: string
  readonly entry: string
}

const installed = (name: string): Package => {
  const folder = realpathSync(join(repository, 'node_modules', name))
  return {
    name,
    folder,
    entry: relative(folder, fileURLToPath(import.meta.resolve(name)))
      .split(sep)
      .join('/'),
  }
}

const page = (script: string, packages: readonly Package[]): string => {
  const imports = Object.fromEntries(packages.map(({ name, entry }) => [name, `/packages/${name}/${entry}`]))
  return `<!doctype html>
<link rel="icon" href="data:,">
<script type="importmap">${JSON.stringify({ imports })}</script>
<script type="module" src="/${script}" onerror="outcome = { error: 'a module could not be loaded' }"></script>
`
}

const packagesOf = async (folder: string): Promise<readonly Package[]> => {
  const manifest: { exports: { '.': { default: string } }; dependencies?: Record<string, string> } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  const own = { name: 'fluent-mcp', folder, entry: manifest.exports['.'].default.replace('./', '') }
  return [own, ...Object.keys(manifest.dependencies ?? {}).map(installed)]
}

/**
 * Serves a page that runs a script of this folder: no bundler, and nothing that a browser would not load by itself.
 * @param folder of the unpacked package, which the script may import with what it depends on
 */
export const serveSite = async (
  script: string,
  folder?: string,
): Promise<{ readonly url: string; readonly close: () => void }> => {
  const packages = folder === undefined ? [] : await packagesOf(folder)

  const read = async (path: string): Promise<[type: string, content: string | Buffer] | undefined> => {
    if (path === '/') return ['text/html', page(script, packages)]
    if (path === `/${script}`) return ['text/javascript', await readFile(join(import.meta.dirname, script))]
    const found = packages.find(({ name }) => path.startsWith(`/packages/${name}/`))
    const type = TYPES[extname(path)]
    if (found === undefined || type === undefined) return undefined
    return [type, await readFile(join(found.folder, path.slice(`/packages/${found.name}/`.length)))]
  }

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    read(pathname)
      .catch(() => undefined)
      .then((file) => {
        if (file === undefined) response.writeHead(404).end()
        else response.writeHead(200, { 'content-type': file[0] }).end(file[1])
      })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the site has no port')
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${address.port}/`, close }
}
