import assert from 'node:assert/strict'
import { test } from 'node:test'
import { VERSIONS } from '../../support/messages.ts'
import {
  calling,
  notification,
  open,
  opening,
  outgoing,
  polite,
  type Received,
  revisionOf,
  serve,
  testBoth,
} from './support.ts'

const METADATA = '2026-07-28 Streamable HTTP, Request Metadata'

/** The headers that say what a message is. */
const ownOf = ({ headers }: Received) =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => /^(mcp-.*|accept|accept-encoding|content-type)$/.test(name)),
  )

const COMMON = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'accept-encoding': 'identity',
}

for (const version of VERSIONS) {
  testBoth(`PY-97: what opens by itself names no revision, what follows names ${version}`, async (t, fetch) => {
    const { url, requests } = await serve(t, polite)
    const { carrier, recorder } = await open(t, url, { fetch })
    carrier.request(opening(version))
    await recorder.next()
    carrier.speak(revisionOf(version))
    await carrier.send(notification('notifications/initialized'))
    carrier.speak(undefined)
    carrier.request(opening(version))
    await recorder.next()
    assert.deepEqual(requests.map(ownOf), [COMMON, { ...COMMON, 'mcp-protocol-version': version }, COMMON])
  })
}

const mirrored: readonly (readonly [method: string, params: object, name: string | undefined])[] = [
  ['tools/call', { name: 'get weather' }, 'get weather'],
  ['tools/call', { name: 'погода' }, '=?base64?0L/QvtCz0L7QtNCw?='],
  ['tools/call', { name: ' padded ' }, '=?base64?IHBhZGRlZCA=?='],
  ['tools/call', { name: '=?base64?YQ==?=' }, '=?base64?PT9iYXNlNjQ/WVE9PT89?='],
  ['tools/call', { name: 7 }, undefined],
  ['resources/read', { uri: 'note://1', name: 'other' }, 'note://1'],
  ['prompts/get', { name: 'greet' }, 'greet'],
  ['tools/list', { name: 'no' }, undefined],
  ['toString', { name: 'no' }, undefined],
]

for (const [method, params, name] of mirrored) {
  testBoth(`${METADATA}: ${method} of ${JSON.stringify(params)} is mirrored into headers`, async (t, fetch) => {
    const { url, requests } = await serve(t, polite)
    const { carrier, recorder } = await open(t, url, { fetch })
    carrier.speak(revisionOf('2026-07-28'))
    carrier.request(outgoing('2026-07-28', 1, method, { ...params }))
    await recorder.next()
    assert.deepEqual(ownOf(requests[0] as Received), {
      ...COMMON,
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name !== undefined && { 'mcp-name': name }),
    })
  })
}

testBoth(`${METADATA}: arguments of tools travel as headers, and nothing is mirrored before`, async (t, fetch) => {
  const { url, requests } = await serve(t, polite)
  const { carrier, recorder } = await open(t, url, { fetch })
  const params = { 'Mcp-Param-Region': 'us-west1' }
  for (const version of ['2026-07-28', '2025-11-25'] as const) {
    carrier.speak(revisionOf(version))
    carrier.request(outgoing(version, version, 'tools/call', { name: 'sql' }, params))
    await recorder.next()
  }
  const [modern, before] = requests.map(ownOf)
  assert.deepEqual([modern?.['mcp-param-region'], modern?.['mcp-name']], ['us-west1', 'sql'])
  assert.deepEqual([before?.['mcp-param-region'], before?.['mcp-name']], ['us-west1', undefined])
})

testBoth('TS-30: headers of the user are sent, but replace none of the protocol', async (t, fetch) => {
  const { url, requests } = await serve(t, polite)
  const { carrier, recorder, log } = await open(t, url, {
    fetch,
    headers: {
      Authorization: 'Bearer 1',
      'X-Tenant': 'a',
      'Content-Type': 'text/plain',
      Accept: 'application/json;q=0.5, application/vnd.x+json,, text/event-stream',
      'Mcp-Method': 'evil',
      'MCP-Protocol-Version': '1999-01-01',
      'mcp-session-id': 'stolen',
      'Content-Length': '7',
      Host: 'elsewhere',
    },
  })
  carrier.speak(revisionOf('2026-07-28'))
  carrier.request(calling('2026-07-28', 1, 'add'))
  await recorder.next()
  const { headers } = requests[0] as Received
  assert.equal(headers['authorization'], 'Bearer 1')
  assert.equal(headers['x-tenant'], 'a')
  assert.equal(headers.host, url.host)
  assert.deepEqual(ownOf(requests[0] as Received), {
    ...COMMON,
    accept: 'application/json, text/event-stream, application/json;q=0.5, application/vnd.x+json',
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': 'add',
  })
  assert.deepEqual(
    log.lines.map(({ level, message }) => [level, /"(.*?)"/.exec(message)?.[1]]),
    ['Content-Type', 'Mcp-Method', 'MCP-Protocol-Version', 'mcp-session-id', 'Content-Length', 'Host'].map((name) => [
      'warn',
      name,
    ]),
  )
})

testBoth(
  'TS-30: headers of the authorization replace those of the user, and none of the protocol',
  async (t, fetch) => {
    const { url, requests } = await serve(t, polite)
    const { carrier, recorder } = await open(t, url, {
      fetch,
      headers: { authorization: 'Bearer user', 'x-tenant': 'a' },
      auth: {
        headers: () => ({ Authorization: 'Bearer auth', Accept: 'text/html', 'Mcp-Name': 'evil', DPoP: 'proof' }),
      },
    })
    carrier.speak(revisionOf('2026-07-28'))
    carrier.request(calling('2026-07-28', 1, 'add'))
    await recorder.next()
    const received = requests[0] as Received
    const { headers } = received
    assert.deepEqual([headers['authorization'], headers['dpop'], headers['x-tenant']], ['Bearer auth', 'proof', 'a'])
    assert.deepEqual([headers.accept, headers['mcp-name']], [COMMON.accept, 'add'])
    assert.equal(received.rawHeaders.filter((name) => name.toLowerCase() === 'authorization').length, 1)
  },
)

testBoth('a header that is none fails its request', async (t, fetch) => {
  const { url } = await serve(t, polite)
  const { carrier, recorder } = await open(t, url, { fetch, headers: { 'x-bad': 'a\nb' } })
  carrier.request(calling('2025-11-25', 1, 'add'))
  const { message } = await recorder.failure(1)
  assert.match(message, /^Cannot reach http:\/\/127\.0\.0\.1:\d+: /)
})

for (const [address, message] of [
  ['ftp://example.com/', /a server over HTTP has a URL such as "https:\/\/example\.com\/mcp", got one of "ftp:"/],
  ['https://user:secret@example.com/', /give credentials by createClient\(\)\.auth/],
  ['https://user@example.com/', /give credentials/],
  ['https://:secret@example.com/', /give credentials/],
] as const) {
  test(`${address} is no address of a server`, async (t) => {
    await assert.rejects(open(t, new URL(address)), { name: 'DefinitionError', message })
  })
}
