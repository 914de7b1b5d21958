import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

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

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
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

const CONFIG = {
  extends: '../../tsconfig.json',
  compilerOptions: {
    paths: { 'fluent-mcp': ['../../src/index.ts'] },
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ['*.ts'],
}

/** Writes every TypeScript block of the pages to a file, where `fluent-mcp` is the source of this package. */
export const writePrograms = async (folder: string): Promise<readonly Program[]> => {
  const target = resolve(ROOT, '.build', folder)
  await rm(target, { recursive: true, force: true })
  await mkdir(target, { recursive: true })
  await writeFile(join(target, 'tsconfig.json'), JSON.stringify(CONFIG))
  const programs = await Promise.all((await pages()).map((page) => readPage(target, page)))
  return programs.flat()
}

const execute = (args: readonly string[], folder: string): Promise<Outcome> =>
  new Promise((done) => {
    // tsx compiles in its own way; its coverage cannot be laid over that of the tests. Node would hand the variable
    // down by itself if it were left out.
    const env = { ...process.env, NODE_V8_COVERAGE: '', TSX_TSCONFIG_PATH: join(folder, 'tsconfig.json') }
    const child = execFile(process.execPath, args, { cwd: folder, env, timeout: 60_000 }, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr })
    })
    child.stdin?.end()
  })

/** Type-checks all programs as one. */
export const typeCheck = (folder: string): Promise<Outcome> => {
  const target = resolve(ROOT, '.build', folder)
  return execute([join(ROOT, 'node_modules/typescript/bin/tsc'), '--noEmit', '-p', target], target)
}

/** Runs a program. Its standard input is at its end from the start, so that a server on stdio finishes. */
export const runProgram = ({ file }: Program): Promise<Outcome> =>
  execute(['--import', import.meta.resolve('tsx'), file], join(file, '..'))
