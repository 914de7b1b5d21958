import { writePrograms } from '../test/support/code-blocks.ts'

// Writes the TypeScript of the README and of docs/ to files, which `npm run types` checks with all others.

await writePrograms('docs')
