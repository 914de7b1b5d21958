import { fileURLToPath } from 'node:url'
import { createDocumentServer } from './server.ts'

const [folder = '--'] = process.argv.slice(2)
const library = fileURLToPath(new URL('library', import.meta.url))

await createDocumentServer(folder.startsWith('--') ? library : folder).run()
