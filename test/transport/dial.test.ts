import assert from 'node:assert/strict'
import { createServer as createHttpServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type ClientAuth, createClient } from '../../src/client.ts'
import { createMemoryTransports, createServer } from '../../src/index.ts'
import { keepingLogger } from '../support/messages.ts'
import { scripted, speaking } from '../support/scripted-server.ts'

const NO_URL =
  "is no URL of a server; write 'https://example.com/mcp' (or ws:), { command: 'node', args: ['server.js'] } for a " +
  'process, or pass a server'

const NO_TARGET = 'connect: pass a URL, { command, args, env }, a server, a runtime or a transport, got'

const WRONG: readonly (readonly [target: unknown, message: string])[] = [
  ['example.com/mcp', `connect: "example.com/mcp" ${NO_URL}`],
  ['', `connect: "" ${NO_URL}`],
  ['localhost:8000/mcp', `connect: "localhost:8000/mcp" ${NO_URL}`],
  ['ftp://example.com', `connect: "ftp://example.com" ${NO_URL}`],
  [new URL('file:///server.js'), `connect: "file:///server.js" ${NO_URL}`],
  [undefined, `${NO_TARGET} undefined`],
  [null, `${NO_TARGET} null`],
  [5, `${NO_TARGET} 5`],
  [['node', 'server.js'], `${NO_TARGET} an array`],
  [{}, `${NO_TARGET} an object`],
  [{ url: 'https://example.com/mcp' }, `${NO_TARGET} an object`],
  [{ command: ['node', 'server.js'] }, `${NO_TARGET} an object`],
  [{ start: () => undefined, send: () => undefined }, `${NO_TARGET} an object`],
  [
    { command: 'node', arg: ['server.js'] },
    'connect: there is no option "arg". Did you mean "args"? The options are command, args, env, cwd, stderr, graceMs',
  ],
  [{ command: '' }, 'spawn: command must be a string that is not empty, got ""'],
]

test('what nobody can be connected to is refused, with what to pass instead', async () => {
  for (const [target, message] of WRONG) {
    await assert.rejects(createClient().connect(target as never), { name: 'DefinitionError', message })
  }
})

test('a server that is not there is unreachable, by whichever way', async () => {
  const gone = createHttpServer()
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve))
  const { port } = gone.address() as AddressInfo
  await new Promise((resolve) => gone.close(resolve))
  for (const scheme of ['http', 'ws']) {
    await assert.rejects(createClient().connect(`${scheme}://127.0.0.1:${port}/mcp`), {
      name: 'ConnectionError',
      code: 'unreachable',
    })
  }
  await assert.rejects(createClient().connect({ command: 'there-is-no-such-program' }), {
    name: 'ConnectionError',
    code: 'unreachable',
    message: /^The server cannot be reached: .*there-is-no-such-program/,
  })
})

const own = createServer({ name: 'own', version: '1.0.0' }).tool('who', () => 'own')

test('a server, a runtime, a transport and URLs in both forms are connected to', async (t) => {
  const running = await own.listen({ port: 0 })
  t.after(() => running.close())
  const [near, far] = createMemoryTransports()
  const over = running.runtime.connect(far)
  const targets = [own, running.runtime, near, running.url, new URL(running.url), running.url.replace('http', 'ws')]
  for (const target of targets) {
    const client = await createClient().connect(target)
    assert.equal(await client.tools['who']?.(), 'own')
    await client.close()
  }
  await over
  await own.runtime.close()
})

const PROGRAM = `
  const lines = require('node:readline').createInterface({ input: process.stdin })
  console.error('begun ' + process.argv.slice(1).join() + ' ' + process.env.PLACE)
  lines.on('line', (line) => {
    const { id, method } = JSON.parse(line)
    if (id === undefined) return
    const result = method === 'tools/call'
      ? { content: [{ type: 'text', text: [process.cwd(), process.env.PLACE].join() }] }
      : { supportedVersions: ['2026-07-28'], capabilities: {} }
    console.log(JSON.stringify({ jsonrpc: '2.0', id, result }))
  })
`

test('a process is started with its arguments, environment and folder, and heard', async () => {
  const heard: string[] = []
  const cwd = import.meta.dirname
  const stderr = (line: string): void => void heard.push(line)
  const target = { command: process.execPath, args: ['-e', PROGRAM, 'one'], env: { PLACE: 'here' }, cwd, stderr }
  const client = await createClient().connect(target)
  assert.equal((await client.callTool('where')).text, `${cwd},here`)
  await client.close()
  assert.deepEqual(heard, ['begun one here'])
  const plain = await createClient().connect({ command: process.execPath, args: ['-e', PROGRAM] })
  assert.equal((await plain.callTool('where')).text, `${process.cwd()},`)
  await plain.close()
})

test('a process is given the time to end that the target says', async () => {
  const command = { command: process.execPath, args: ['-e', PROGRAM] }
  const client = await createClient().connect({ ...command, graceMs: 10_000 })
  await client.close()
  await assert.rejects(createClient().connect({ ...command, graceMs: 0 }), {
    name: 'DefinitionError',
    message: 'spawn: graceMs must be a whole number above 0, got 0',
  })
})

test('a process that was given up while it was being started is not left behind', async () => {
  const controller = new AbortController()
  const connecting = createClient().connect(
    { command: process.execPath, args: ['-e', PROGRAM] },
    { signal: controller.signal },
  )
  controller.abort()
  await assert.rejects(connecting, { name: 'AbortedError' })
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap'),
    [],
  )
})

/** Hears what the first request of each connection says of its caller, and refuses those that are in `refusals`. */
const doorman = async (t: TestContext, refusals: number) => {
  const seen: IncomingHttpHeaders[] = []
  const http = createHttpServer((request, response) => {
    seen.push(request.headers)
    if (seen.length <= refusals) {
      response.writeHead(401, { 'www-authenticate': 'Bearer realm="a"' }).end('who are you?')
      return
    }
    const result = { supportedVersions: ['2026-07-28'], capabilities: {} }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    http.closeAllConnections()
    return new Promise((resolve) => http.close(resolve))
  })
  return { seen, url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp` }
}

test('a client says who it is by a token, a function or an object, beside the headers of connect', async (t) => {
  const { seen, url } = await doorman(t, 0)
  let count = 0
  const object: ClientAuth = {
    headers: ({ url: asked, method }) => ({ authorization: `Own ${method} ${new URL(asked).pathname}` }),
  }
  for (const [auth, expected] of [
    ['secret', 'Bearer secret'],
    [() => `token ${++count}`, 'Bearer token 1'],
    [async () => 'later', 'Bearer later'],
    [object, 'Own POST /mcp'],
  ] as const) {
    const client = await createClient()
      .auth(auth)
      .connect(url, { headers: { 'x-tenant': 'a' } })
    await client.close()
    assert.deepEqual([seen.at(-1)?.authorization, seen.at(-1)?.['x-tenant']], [expected, 'a'])
  }
})

test('a refusal is taken to the object, and tried again where that is worth it', async (t) => {
  for (const [isWorthIt, requests] of [
    [true, 2],
    [false, 1],
  ] as const) {
    const { seen, url } = await doorman(t, 1)
    const challenges: unknown[] = []
    const auth: ClientAuth = {
      headers: () => ({ authorization: `Bearer ${challenges.length}` }),
      challenged: (challenge) => {
        challenges.push(challenge)
        return isWorthIt
      },
    }
    const connecting = createClient().auth(auth).connect(url)
    if (isWorthIt) await (await connecting).close()
    else
      await assert.rejects(connecting, { name: 'ConnectionError', code: 'refused', status: 401, body: 'who are you?' })
    assert.equal(seen.length, requests)
    assert.deepEqual(challenges, [{ url, status: 401, header: 'Bearer realm="a"' }])
  }
})

test('a caller who cannot say who they are fails as they do', async (t) => {
  const { seen, url } = await doorman(t, 0)
  const failure = new Error('no token today')
  const client = createClient().auth(() => Promise.reject(failure))
  await assert.rejects(client.connect(url), failure)
  await assert.rejects(client.connect(url.replace('http', 'ws')), (error: Error) => error.cause === failure)
  assert.equal(seen.length, 0)
})

test('over HTTP, requests are made by the fetch that connect is given', async () => {
  const asked: string[] = []
  const fetch: typeof globalThis.fetch = async (input, init) => {
    asked.push(String(input))
    const { id } = JSON.parse(String(init?.body))
    const result = { supportedVersions: ['2026-07-28'], capabilities: {}, content: [] }
    return Response.json({ jsonrpc: '2.0', id, result })
  }
  const client = await createClient().connect('http://nowhere.invalid/mcp', { fetch })
  assert.deepEqual((await client.callTool('any')).content, [])
  await client.close()
  assert.deepEqual(asked, ['http://nowhere.invalid/mcp', 'http://nowhere.invalid/mcp'])
})

test('a transport is used once: what it has lost stays lost', async () => {
  const server = scripted(speaking('2026-07-28'))
  const client = await createClient().connect(server.transport(), { logger: keepingLogger() })
  server.drop()
  await new Promise((resolve) => setImmediate(resolve))
  await assert.rejects(client.ping(), { name: 'ConnectionError', code: 'disconnected' })
  assert.equal(server.connections, 1)
  await client.close()
})

test('a runtime is connected to anew once its connection is lost', async () => {
  const server = scripted(speaking('2026-07-28'))
  const client = await createClient().connect(server.runtime)
  server.drop()
  await new Promise((resolve) => setImmediate(resolve))
  await client.ping()
  assert.equal(server.connections, 2)
  await client.close()
})
