import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type BindOptions, createServer, type NodeRequest, type NodeResponse } from '../../../src/index.ts'
import { messagesOf } from '../../support/messages.ts'
import { calling, gate, sendToPort, serveNode, testBoth } from './support.ts'

const server = createServer({ name: 'one', version: '1.0.0' }).tool('one', () => 1)

const call = (path: string) => ({ ...calling('2025-06-18', 'one'), path })

/** An option for the path, where a request goes, and whether it is answered. */
type Case = readonly [option: string | undefined, path: string, answered: boolean]

const paths: readonly Case[] = [
  [undefined, '/mcp', true],
  [undefined, '/mcp/', true],
  [undefined, '/mcp?session=1', true],
  [undefined, '/mcp/?a=/mcp', true],
  [undefined, '/', false],
  [undefined, '/mcp/x', false],
  [undefined, '/mcpx', false],
  [undefined, '/x/mcp', false],
  [undefined, '/MCP', false],
  [undefined, '/?/mcp', false],
  ['/api/v1', '/api/v1', true],
  ['/api/v1', '/api/v1/', true],
  ['/api/v1/', '/api/v1', true],
  ['/api/v1', '/mcp', false],
  ['/', '/', true],
  ['/', '/?x', true],
  ['/', '/mcp', false],
  ['*', '/', true],
  ['*', '/mcp', true],
  ['*', '/anything/at?all', true],
]

for (const [path, url, answered] of paths) {
  testBoth(
    `PY-88: with path ${JSON.stringify(path)}, ${url} is ${answered ? 'answered, without a redirect' : 'a 404'}`,
    async (_, bound) => {
      const { send } = await bound(server, path === undefined ? {} : { path })
      const response = await send(call(url))
      assert.equal(response.status, answered ? 200 : 404)
      if (!answered) {
        assert.equal(response.headers.get('content-type'), 'text/plain')
        assert.equal(await response.text(), 'Not found\n')
      }
    },
  )
}

test('RFC 9112 §3.2.2: a target with scheme and host is answered by its path', async (t) => {
  const port = await serveNode(t, server.handler)
  for (const [target, status] of [
    [`http://localhost:${port}/mcp`, 200],
    [`HTTP://localhost:${port}/mcp/?x`, 200],
    [`http://localhost:${port}/`, 404],
    [`http://localhost:${port}`, 404],
    [`http://localhost:${port}?/mcp`, 404],
    ['ftp://localhost/mcp', 404],
  ] as const) {
    assert.equal((await sendToPort(port, call(target)).response).status, status, target)
  }
})

testBoth('HEAD of what is not there is a 404 without a body', async (_, bound) => {
  const { send } = await bound(server)
  const response = await send({ method: 'HEAD', path: '/elsewhere' })
  assert.equal(response.status, 404)
  assert.equal(await response.text(), '')
})

/** Where a handler sends what a host makes of a request: its own answer, the host's, or the 404. */
const routeOf = async (
  options: BindOptions,
  request: Partial<NodeRequest>,
  hasNext = true,
  face: 'handler' | 'root' = 'handler',
): Promise<string> => {
  const runtime = server.bind(options)
  const { opened: promise, open: resolve } = gate<string>()
  const response = {
    headersSent: false,
    writeHead: (status: number) => resolve(status === 404 ? '404' : 'answered'),
    end: () => undefined,
  }
  const full = { method: 'GET', headers: {}, ...request } as NodeRequest
  runtime[face](full, response as unknown as NodeResponse, hasNext ? () => resolve('next') : undefined)
  return promise
}

const mounted: readonly (readonly [
  name: string,
  options: BindOptions,
  request: Partial<NodeRequest>,
  route: string,
])[] = [
  ['at its mount root', {}, { url: '/', baseUrl: '/mcp', originalUrl: '/mcp' }, 'answered'],
  [
    'at its mount root, whatever the prefix is',
    {},
    { url: '/?a', baseUrl: '/any/thing', originalUrl: '/any/thing?a' },
    'answered',
  ],
  ['below its mount root', {}, { url: '/x', baseUrl: '/mcp', originalUrl: '/mcp/x' }, 'next'],
  ['at /mcp below its mount root', {}, { url: '/mcp', baseUrl: '/api', originalUrl: '/api/mcp' }, 'next'],
  ['without a prefix', {}, { url: '/mcp', baseUrl: '', originalUrl: '/mcp' }, 'answered'],
  ['without a prefix, elsewhere', {}, { url: '/', baseUrl: '', originalUrl: '/' }, 'next'],
  [
    'an explicit path is the original one',
    { path: '/api/mcp' },
    { url: '/mcp', baseUrl: '/api', originalUrl: '/api/mcp' },
    'answered',
  ],
  [
    'an explicit path is not that within the mount',
    { path: '/mcp' },
    { url: '/mcp', baseUrl: '/api', originalUrl: '/api/mcp' },
    'next',
  ],
  [
    'an explicit path where the host strips without a baseUrl',
    { path: '/api/mcp' },
    { url: '/', originalUrl: '/api/mcp' },
    'answered',
  ],
  ["'*' anywhere", { path: '*' }, { url: '/x', baseUrl: '/api', originalUrl: '/api/x' }, 'answered'],
  ['without a URL', {}, {}, 'next'],
  ['without a method', {}, { url: '/mcp', method: undefined }, 'answered'],
]

for (const [name, options, request, route] of mounted) {
  test(`a handler that a host has mounted: ${name} → ${route}`, async () => {
    assert.equal(await routeOf(options, request), route)
    assert.equal(await routeOf(options, request, false), route === 'next' ? '404' : route)
  })
}

test('runtime.root serves the root of the host app: the health check alone', async () => {
  const health = { health: true }
  assert.equal(await routeOf(health, { url: '/health' }, true, 'root'), 'answered')
  assert.equal(
    await routeOf(health, { url: '/health/?x', originalUrl: '/health/?x', baseUrl: '' }, false, 'root'),
    'answered',
  )
  assert.equal(
    await routeOf(health, { url: '/health', originalUrl: '/api/health', baseUrl: '/api' }, true, 'root'),
    'next',
  )
  assert.equal(await routeOf(health, { url: '/mcp' }, true, 'root'), 'next')
  assert.equal(await routeOf(health, { url: '/health', method: 'POST' }, false, 'root'), '404')
  assert.equal(await routeOf({}, { url: '/health' }, true, 'root'), 'next')
})

testBoth('health: GET and HEAD of its path, and nothing else, beside any path of the endpoint', async (_, bound) => {
  for (const options of [{ health: true }, { health: '/health', path: '*' }, { health: '/health/', path: '/' }]) {
    const { send } = await bound(server, options)
    const response = await send({ method: 'GET', path: '/health' })
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'application/json')
    assert.equal(response.headers.get('cache-control'), 'no-store')
    assert.deepEqual(await response.json(), { status: 'ok' })
    const head = await send({ method: 'HEAD', path: '/health?x' })
    assert.equal(head.status, 200)
    assert.equal(await head.text(), '')
  }
  const { send } = await bound(server, { health: '/livez' })
  assert.equal((await send({ method: 'GET', path: '/health' })).status, 404)
  assert.equal((await send({ method: 'POST', path: '/livez' })).status, 404)
  assert.equal((await send({ method: 'GET', path: '/livez' })).status, 200)
})

testBoth('health: 503 while the server is closing', async (_, bound) => {
  const { send, runtime } = await bound(server, { health: true })
  await runtime.close()
  const response = await send({ method: 'GET', path: '/health' })
  assert.equal(response.status, 503)
  assert.deepEqual(await response.json(), { status: 'closing' })
})

testBoth('health: waits for the lifespan, and is a 503 when that has failed', async (_, bound) => {
  let started = 0
  const good = server.lifespan(async () => {
    started += 1
  })
  const fine = await bound(good, { health: true })
  assert.equal((await fine.send({ method: 'GET', path: '/health' })).status, 200)
  assert.equal((await fine.send({ method: 'GET', path: '/health' })).status, 200)
  assert.equal(started, 1)
  const bad = server.lifespan(async () => {
    throw new Error('no database')
  })
  const failed = await bound(bad, { health: true })
  const response = await failed.send({ method: 'GET', path: '/health' })
  assert.equal(response.status, 503)
  assert.deepEqual(await response.json(), { status: 'failed to start' })
})

test('several servers on several paths of one http server', async (t) => {
  const names = ['a', 'b', 'c'] as const
  const [a, b, c] = names.map((name) =>
    createServer({ name, version: '1.0.0' })
      .tool('one', () => name)
      .bind({ path: `/${name}` }),
  )
  const port = await serveNode(t, (request, response) =>
    a?.handler(request, response, () => b?.handler(request, response, () => c?.handler(request, response))),
  )
  for (const name of names) {
    const [reply] = await messagesOf(await sendToPort(port, call(`/${name}`)).response)
    assert.equal(reply?.result.content[0].text, name)
  }
  assert.equal((await sendToPort(port, call('/d')).response).status, 404)
})
