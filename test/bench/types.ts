import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildFolder, messageOf, repository, run, withTemporaryFolder } from '../../scripts/child.ts'

// Counts what the type checker does for a server with many chained tools, as a user of the package meets it: against
// the declarations in dist. Instantiations are exact; the seconds are only for information.

const SIZES: readonly { tools: number; limit?: number }[] = [
  { tools: 10 },
  { tools: 100, limit: 120_000 },
  { tools: 500, limit: 900_000 },
]

const output = 'output: v.object({ id: v.number(), summary: v.string() }),'

const tool = (index: number): string => {
  const summary = `\`\${ctx.user.name}: \${name} \${note ?? ''} \${ctx.lifespan.database.find(id)}\``
  return `  .tool(
    'tool_${index}',
    {
      description: 'Tool number ${index}',
      input: v.object({
        id: v.pipe(v.number(), v.integer(), v.minValue(0)),
        name: v.pipe(v.string(), v.minLength(1)),
        note: v.optional(v.string()),
      }),
      ${index % 2 === 0 ? output : ''}
    },
    ({ id, name, note }, ctx) => (${index % 2 === 0 ? `{ id, summary: ${summary} }` : summary}),
  )`
}

const program = (tools: number): string => `import { createServer } from 'fluent-mcp'
import * as v from 'valibot'

export const server = createServer({ name: 'many-tools', version: '1.0.0' })
  .lifespan(async () => ({ database: { find: (id: number): string => String(id) } }))
  .use(async (_, next) => next({ user: { name: 'Ada' } }))
${Array.from({ length: tools }, (_, index) => tool(index)).join('\n')}
`

const config = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable', 'DOM', 'DOM.Iterable'],
    module: 'NodeNext',
    types: [],
    skipLibCheck: true,
  },
  files: ['server.ts'],
}

interface Figures {
  readonly instantiations: number
  readonly seconds: string
}

const compile = (tools: number): Promise<Figures> =>
  withTemporaryFolder(async (folder) => {
    await writeFile(join(folder, 'server.ts'), program(tools))
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc')
    const args = [tsc, '-p', folder, '--extendedDiagnostics']
    const { code, stdout, stderr, error } = await run(process.execPath, args, { cwd: folder, timeoutMs: 300_000 })
    if (error !== undefined) throw new Error(error)
    if (code !== 0) {
      const lines = `${stdout}${stderr}`.split('\n').slice(0, 20).join('\n')
      throw new Error(`a server with ${tools} tools does not compile:\n${lines}`)
    }
    const instantiations = Number(/^Instantiations:\s+(\d+)$/m.exec(stdout)?.[1])
    if (!Number.isInteger(instantiations)) throw new Error(`tsc printed no figure for instantiations:\n${stdout}`)
    return { instantiations, seconds: /^Check time:\s+(\S+)$/m.exec(stdout)?.[1] ?? '?' }
  }, buildFolder)

const count = (value: number): string => value.toLocaleString('en-US').padStart(9)

const bench = async (): Promise<boolean> => {
  let within = true
  const { instantiations: base } = await compile(0)
  console.log(`tools  instantiations      limit  check time   (${count(base).trim()} without a tool)`)
  for (const { tools, limit } of SIZES) {
    const { instantiations, seconds } = await compile(tools)
    const holds = limit === undefined || instantiations <= limit
    const shown = limit === undefined ? '–'.padStart(9) : count(limit)
    const verdict = holds ? '' : `   too many: ${count(instantiations - (limit ?? 0)).trim()} over the limit`
    console.log(
      `${String(tools).padStart(5)}  ${count(instantiations).padStart(14)}  ${shown}  ${seconds.padStart(10)}${verdict}`,
    )
    within &&= holds
  }
  return within
}

try {
  if (!existsSync(join(repository, 'dist', 'index.d.ts'))) {
    throw new Error('there is no dist/index.d.ts to compile against: run `npm run build` first')
  }
  if (!(await bench())) process.exitCode = 1
} catch (error) {
  console.error(`The count of type instantiations failed: ${messageOf(error)}`)
  process.exitCode = 1
}
