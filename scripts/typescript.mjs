import { register } from 'node:module'

// `node --import ./scripts/typescript.mjs file.ts`: runs TypeScript by blanking out its types. Lines and columns stay
// where they are, so that coverage counts what was written, and nothing that a compiler has added. The loader runs in
// a thread of its own, which takes the environment along: without this variable it writes no coverage of itself.
const { NODE_V8_COVERAGE: coverage } = process.env
delete process.env.NODE_V8_COVERAGE
register('./typescript-loader.mjs', import.meta.url)
if (coverage !== undefined) process.env.NODE_V8_COVERAGE = coverage
