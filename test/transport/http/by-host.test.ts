import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { byHost, createServer } from '../../../src/index.ts'
import { keepingLogger, messagesOf } from '../../support/messages.ts'
import { calling, sendToPort, serveNode } from './support.ts'

const named = (name: string) => createServer({ name, version: '1.0.0' }).tool('name', () => name)

const router = byHost({
  'A.example': named('a'),
  'b.example:8000': named('b8000'),
  'b.example': named('b'),
  '[::1]': named('six'),
  'bound.example': named('bound').bind({ allowedHosts: ['bound.example'] }),
})

const sent = calling('2026-07-28', 'name')

/** A host, and who answers for it; nobody, where it is a 421. */
const hosts: readonly (readonly [host: string, name: string | undefined])[] = [
  ['a.example', 'a'],
  ['A.EXAMPLE', 'a'],
  ['a.example:1234', 'a'],
  ['b.example', 'b'],
  ['b.example:8000', 'b8000'],
  ['b.example:8001', 'b'],
  ['[::1]', 'six'],
  ['[::1]:8000', 'six'],
  ['bound.example:1', 'bound'],
  ['c.example', undefined],
  ['a.example.evil', undefined],
  ['localhost', undefined],
  ['constructor', undefined],
]

const answered = async (response: Response): Promise<string | undefined> => {
  if (response.status === 421) {
    assert.match(await response.text(), /does not answer for this host/)
    return undefined
  }
  return (await messagesOf(response))[0]?.result.content[0].text
}

for (const [host, name] of hosts) {
  test(`byHost: ${host} → ${name ?? '421'} (Node)`, async (t) => {
    const port = await serveNode(t, router)
    const { headers, body } = sent
    assert.equal(await answered(await sendToPort(port, { headers: { ...headers, host }, body }).response), name)
  })

  test(`byHost: ${host} → ${name ?? '421'} (fetch)`, async () => {
    const { headers, body } = sent
    const byHeader = new Request('http://elsewhere.example/mcp', {
      method: 'POST',
      headers: { ...headers, host },
      body,
    })
    assert.equal(await answered(await router.fetch(byHeader)), name)
    const byUrl = new Request(`http://${host}/mcp`, { method: 'POST', headers, body })
    assert.equal(await answered(await router.fetch(byUrl)), name)
  })
}

test('byHost: PY-88: a host that is not named goes to the next of the host app', async (t) => {
  const port = await serveNode(t, (request, response) =>
    router.handler(request, response, () => {
      response.writeHead(200, {})
      response.end('next')
    }),
  )
  assert.equal(await (await sendToPort(port, { headers: { host: 'c.example' } }).response).text(), 'next')
})

test('byHost: HTTP/2 names the host in :authority', async (t) => {
  const http = createHttp2Server(router.handler)
  t.after(() => http.close())
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const client = connectHttp2(`http://127.0.0.1:${(http.address() as AddressInfo).port}`)
  t.after(() => client.close())
  const ask = async (authority: string) => {
    const stream = client.request({ ':method': 'POST', ':path': '/mcp', ':authority': authority, ...sent.headers })
    stream.end(sent.body)
    const [headers] = await once(stream, 'response')
    let text = ''
    for await (const chunk of stream) text += chunk
    return { status: headers[':status'], text }
  }
  assert.match((await ask('a.example')).text, /"text":"a"/)
  assert.equal((await ask('c.example')).status, 421)
})

test('byHost: HTTP/1.0 without Host is a 421', async (t) => {
  const { connect } = await import('node:net')
  const socket = connect(await serveNode(t, router), '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write('POST /mcp HTTP/1.0\r\n\r\n')
  let text = ''
  for await (const chunk of socket) text += chunk
  assert.match(text, /^HTTP\/1\.1 421 /)
})

test('byHost: a runtime that was bound before keeps its own options', async () => {
  const log = keepingLogger()
  const bound = byHost({ 'a.example': named('a').bind({ allowedHosts: ['other.example'], logger: log }) })
  const { headers, body } = sent
  const response = await bound.fetch(new Request('http://a.example/mcp', { method: 'POST', headers, body }))
  assert.equal(response.status, 421)
  assert.match(log.lines[0]?.message ?? '', /allowedHosts/)
})

test('byHost: without a host there is nothing to route', () => {
  assert.throws(() => byHost({}), /byHost: name at least one host/)
})
