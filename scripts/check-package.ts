import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { buildFolder, messageOf, repository, run, withTemporaryFolder } from './child.ts'
import { identifiersOf, importsOf, isNodeBuiltin } from './imports.ts'
import { pack, unpack } from './package.ts'

// Checks the package as it would be published: what a user's bundler, type checker and browser will meet.

type Problems = readonly string[]

const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** Follows the static imports from one file of the package to all that a browser would load with it. */
const loadedWith = (entry: string): Map<string, string> => {
  const texts = new Map<string, string>()
  const waiting = [entry]
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (texts.has(file)) continue
    const text = readFileSync(file, 'utf8')
    texts.set(file, text)
    for (const { specifier, kind } of importsOf(file, text)) {
      if (kind === 'static' && specifier.startsWith('.')) waiting.push(join(dirname(file), specifier))
    }
  }
  return texts
}

/** The entries that run wherever JavaScript does. */
const portable = ['index.js', 'client.js']

const staticImports = (folder: string, dependencies: ReadonlySet<string>): Problems => {
  const problems: string[] = []
  const loaded = new Map(portable.flatMap((entry) => [...loadedWith(join(folder, 'dist', entry))]))
  for (const [file, text] of loaded) {
    for (const { specifier, kind, line } of importsOf(file, text)) {
      const where = `${relative(folder, file)}:${line}`
      if (kind === 'static' && isNodeBuiltin(specifier)) {
        problems.push(`${where} loads "${specifier}" together with its entry; import() it where it is needed`)
      } else if (!specifier.startsWith('.') && !isNodeBuiltin(specifier) && !dependencies.has(packageOf(specifier))) {
        problems.push(`${where} imports "${specifier}", which is not one of the dependencies in package.json`)
      }
    }
  }
  return problems
}

const nodeTypes = new Set(['NodeJS', 'Buffer'])

const declarations = (folder: string): Problems => {
  const files = readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
  const declared = files.filter((file) => file.endsWith('.d.ts'))
  if (declared.length === 0) return ['dist has no declarations']
  return declared.flatMap((file) => {
    const text = readFileSync(join(folder, 'dist', file), 'utf8')
    const named = [
      ...identifiersOf(file, text)
        .filter(({ name }) => nodeTypes.has(name))
        .map(({ name, line }) => ({ what: name, line })),
      ...importsOf(file, text)
        .filter(({ specifier }) => isNodeBuiltin(specifier))
        .map(({ specifier, line }) => ({ what: `"${specifier}"`, line })),
      ...text.split('\n').flatMap((source, index) => {
        return /^\s*\/\/\/\s*<reference\s+types=["']node["']/.test(source)
          ? [{ what: 'the types of Node', line: index + 1 }]
          : []
      }),
    ]
    return named.map(({ what, line }) => `dist/${file}:${line} mentions ${what}, which only Node's types know`)
  })
}

/** tsup bundles what is no dependency; nobody asked for a copy of a development dependency in the package. */
const bundled = (folder: string): Problems =>
  readdirSync(join(folder, 'dist'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js.map'))
    .flatMap((file) => {
      const { sources = [] }: { sources?: string[] } = JSON.parse(readFileSync(join(folder, 'dist', file), 'utf8'))
      const foreign = sources.flatMap((source) => source.split('node_modules/').at(1) ?? [])
      return [...new Set(foreign.map(packageOf))].map((name) => `dist/${file.slice(0, -4)} contains a copy of ${name}`)
    })

const manifestOf = (folder: string): { dependencies?: Record<string, string> } =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

const tool = async (name: string, ...args: string[]): Promise<Problems> => {
  const bin = join(repository, 'node_modules', '.bin', name)
  const env = { ...process.env, NO_COLOR: '1' }
  const { code, stdout, stderr, error } = await run(bin, args, { cwd: repository, env, timeoutMs: 120_000 })
  return code === 0 ? [] : [`${error ?? `${name} exited with code ${code}`}\n${stdout}${stderr}`.trimEnd()]
}

const withoutNode = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    types: [],
  },
  files: ['dist/index.d.ts', 'dist/client.d.ts', 'dist/testing.d.ts'],
}

/** Compiles the declarations as a user without `@types/node` would; only what stands in the package itself counts. */
const compiles = async (folder: string): Promise<Problems> => {
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(withoutNode))
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout, error } = await run(process.execPath, [tsc, '-p', folder], { cwd: folder, timeoutMs: 120_000 })
  return error === undefined ? stdout.split('\n').filter((line) => /^(dist|tsconfig)|^error/.test(line)) : [error]
}

const checks: readonly [name: string, check: (folder: string, tarball: string) => Problems | Promise<Problems>][] = [
  [
    'the entries for browsers load nothing of Node and nothing undeclared',
    (folder) => staticImports(folder, new Set(Object.keys(manifestOf(folder).dependencies ?? {}))),
  ],
  ['the package contains no code of others', bundled],
  ['the declarations mention no type of Node', declarations],
  ['the declarations compile without the types of Node', compiles],
  ['publint', (_, tarball) => tool('publint', 'run', tarball, '--strict')],
  ['are the types wrong', (_, tarball) => tool('attw', tarball, '--profile', 'esm-only', '--no-color', '--no-emoji')],
]

const checkPackage = async (folder: string): Promise<boolean> => {
  const tarball = await pack(folder)
  const unpacked = await unpack(tarball, folder)
  let sound = true
  for (const [name, check] of checks) {
    const problems = await check(unpacked, tarball)
    console.log(`${problems.length === 0 ? 'ok    ' : 'failed'}  ${name}`)
    for (const problem of problems) console.log(`        ${problem.replaceAll('\n', '\n        ')}`)
    sound &&= problems.length === 0
  }
  return sound
}

if (!existsSync(join(repository, 'dist', 'index.js'))) {
  console.error('There is no dist/index.js to check: run `npm run build` first.')
  process.exitCode = 1
} else {
  try {
    if (!(await withTemporaryFolder(checkPackage, buildFolder))) process.exitCode = 1
  } catch (error) {
    console.error(messageOf(error))
    process.exitCode = 1
  }
}
