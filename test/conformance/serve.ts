import { parseArgs } from 'node:util'
import { messageOf } from '../../scripts/child.ts'
import { server } from './server.ts'

// Serves the server under test over HTTP on 127.0.0.1 until it is ended, and prints its URL.

const { values } = parseArgs({ options: { port: { type: 'string', default: '8000' } } })
const port = Number(values.port)

if (!Number.isInteger(port) || port < 0 || port > 65_535) {
  console.error(`--port must be a number from 0 (any free port) to 65535, got "${values.port}"`)
  process.exitCode = 1
} else {
  try {
    const { url } = await server.listen({ port })
    console.log(url)
  } catch (error) {
    console.error(`The server under test cannot listen on port ${port}: ${messageOf(error)}`)
    process.exitCode = 1
  }
}
