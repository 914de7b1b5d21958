// The way its documentation sets it up, without sessions.
import net from 'node:net'
import { FastMCP } from 'fastmcp'
import { z } from 'zod'

const freePort = () =>
  new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

const server = new FastMCP({ name: 'bench', version: '1.0.0' })
server.addTool({
  name: 'add',
  description: 'Adds two numbers',
  parameters: z.object({ a: z.number(), b: z.number() }),
  execute: async ({ a, b }) => String(a + b),
})
if (process.argv[2] === 'http') {
  const port = await freePort()
  const httpStream = { port, host: '127.0.0.1', stateless: true, enableJsonResponse: true }
  await server.start({ transportType: 'httpStream', httpStream })
  console.log(`http://127.0.0.1:${port}/mcp`)
} else {
  await server.start({ transportType: 'stdio' })
}
