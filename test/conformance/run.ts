import { parseArgs } from 'node:util'
import { messageOf } from '../../scripts/child.ts'
import { reportOf, summaryOf } from './row.ts'
import { judgeClient } from './run-client.ts'
import { judgeOwnServer, judgeServer } from './run-server.ts'

// Runs the official conformance suite against the server and the client under test, or with `--url` against one server
// that runs already.

const { values } = parseArgs({ options: { url: { type: 'string' } } })

try {
  const found =
    values.url === undefined ? [await judgeOwnServer(), await judgeClient()] : [await judgeServer(values.url)]
  const rows = found.flatMap((one) => one.rows)
  const { line, isGood } = summaryOf(rows)
  console.log(reportOf({ rows, left: found.flatMap((one) => one.left) }))
  console.log(`\n${line}`)
  if (!isGood) process.exitCode = 1
} catch (error) {
  console.error(`The conformance run failed: ${messageOf(error)}`)
  process.exitCode = 1
}
