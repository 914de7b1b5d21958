import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { buildFolder, repository as ROOT, typescript } from '../../scripts/child.ts'

/** A block of code on a page. */
export interface CodeBlock {
  /** The info string after the fence, such as `ts run`. */
  readonly info: string
  readonly code: string
  /** The number of the first line of the code on its page, from 1. */
  readonly line: number
}

/** A block of TypeScript, written to a file of its own. */
export interface Program {
  /** `README.md:12` */
  readonly name: string
  readonly file: string
  readonly runs: boolean
  /** What it says it prints: the text after `// → ` on its lines. */
  readonly prints: readonly string[]
}

/** How a program ended. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const FENCE = /^( *)(`{3,})(.*)$/
const PRINTS = '// → '

/** The fenced code blocks of a Markdown text. */
export const codeBlocks = (markdown: string): readonly CodeBlock[] => {
  const blocks: CodeBlock[] = []
  let open:
    | { readonly fence: string; readonly info: string; readonly line: number; readonly lines: string[] }
    | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, , fence = '', info = ''] = FENCE.exec(line) ?? []
    if (open === undefined) {
      if (fence !== '') open = { fence, info: info.trim(), line: index + 2, lines: [] }
    } else if (fence === open.fence && info === '') {
      blocks.push({ info: open.info, line: open.line, code: open.lines.join('\n') })
      open = undefined
    } else {
      open.lines.push(line)
    }
  }
  return blocks
}

/** The pages whose code must work: the README and everything in `docs/`. */
export const pages = async (): Promise<readonly string[]> => {
  const docs = await readdir(join(ROOT, 'docs'))
  return ['README.md', ...docs.filter((name) => name.endsWith('.md')).map((name) => join('docs', name))].sort()
}

const promised = (code: string): readonly string[] =>
  code
    .split('\n')
    .filter((line) => line.includes(PRINTS))
    .map((line) => line.slice(line.indexOf(PRINTS) + PRINTS.length))

const isTypeScript = ({ info }: CodeBlock): boolean => /^ts( |$)/.test(info)

const readPage = async (folder: string, page: string): Promise<readonly Program[]> => {
  const blocks = codeBlocks(await readFile(join(ROOT, page), 'utf8')).filter(isTypeScript)
  return Promise.all(
    blocks.map(async ({ info, code, line }) => {
      const file = join(folder, `${basename(page, '.md')}-${line}.ts`)
      // As many empty lines as the page has before the block: an error then names the line of the page.
      await writeFile(file, `${'\n'.repeat(line - 1)}${code}\nexport {}\n`)
      return { name: `${page}:${line}`, file, runs: info === 'ts run', prints: promised(code) }
    }),
  )
}

/** The entries of the package, and where their source stands. */
const ENTRIES = ['index', 'client', 'testing'] as const

const EXPORTS = Object.fromEntries(
  ENTRIES.map((entry) => [entry === 'index' ? '.' : `./${entry}`, `./${entry}.ts`] as const),
)

/** What stands beside the programs: a package by the name of this one, which is its source. */
const BESIDE: Readonly<Record<string, string>> = {
  'package.json': JSON.stringify({ type: 'module' }),
  'node_modules/fluent-mcp/package.json': JSON.stringify({ type: 'module', exports: EXPORTS }),
  ...Object.fromEntries(
    ENTRIES.map((entry) => [
      `node_modules/fluent-mcp/${entry}.ts`,
      `export * from '${pathToFileURL(join(ROOT, `src/${entry}.ts`))}'`,
    ]),
  ),
}

/** Writes every TypeScript block of the pages to a file below `.build`. */
export const writePrograms = async (folder: string): Promise<readonly Program[]> => {
  const target = join(buildFolder, folder)
  await rm(target, { recursive: true, force: true })
  for (const [name, text] of Object.entries(BESIDE)) {
    await mkdir(dirname(join(target, name)), { recursive: true })
    await writeFile(join(target, name), text)
  }
  const programs = await Promise.all((await pages()).map((page) => readPage(target, page)))
  return programs.flat()
}

// A page shows, and covers nothing. Node would hand the variable down by itself if it were left out.
const env = { ...process.env, NODE_V8_COVERAGE: '' }

/** Runs Node in the folder of a program. Its standard input is at its end from the start: a server on stdio finishes. */
const runNode = (args: readonly string[], { file }: Program): Promise<Outcome> =>
  new Promise((done) => {
    const options = { cwd: dirname(file), env, timeout: 60_000 }
    const child = execFile(process.execPath, args, options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
    child.stdin?.end()
  })

/** Runs a program by tsx, as the README does. */
export const runByTsx = (program: Program): Promise<Outcome> =>
  runNode(['--import', import.meta.resolve('tsx'), program.file], program)

const RUNS = fileURLToPath(new URL('../fixtures/programs.ts', import.meta.url))

/** Runs programs in one process, one after the other, since starting one takes longer than they do. By their names. */
export const runTogether = async (
  programs: readonly [Program, ...Program[]],
): Promise<ReadonlyMap<string, Outcome>> => {
  const files = programs.map(({ file }) => file)
  const { code, stdout, stderr } = await runNode([...typescript, RUNS, ...files], programs[0])
  const parts = stdout.split('\0').slice(1)
  return new Map(
    programs.map(({ name, file }, index) => {
      const own = parts[index]?.slice(file.length + 1)
      // What fails ends them all, and is the last that has begun.
      const failed = own === undefined || (code !== 0 && index === parts.length - 1)
      return [name, { code: failed ? 1 : 0, stdout: own ?? '', stderr }]
    }),
  )
}
