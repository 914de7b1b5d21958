// What a page on another origin runs: it talks to servers over Streamable HTTP and WebSocket, with what browsers have.
const search = new URLSearchParams(location.hash.slice(1))
const friendly = search.get('friendly')
const hostile = search.get('hostile')

const params = (protocolVersion) => ({
  protocolVersion,
  capabilities: { elicitation: {} },
  clientInfo: { name: 'page', version: '1.0.0' },
})

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'page', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

const post = (url, message, headers = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  })

/** The messages of an event stream, one after the other. */
async function* messagesOf(response) {
  let text = ''
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = text
        .slice(0, end)
        .split('\n')
        .find((line) => line.startsWith('data: '))
      text = text.slice(end + 2)
      if (data !== undefined && data.length > 6) yield JSON.parse(data.slice(6))
    }
  }
}

/** Answers what is asked on the way to the result of a call. */
const converse = async (messages, answer) => {
  for await (const message of messages) {
    if (message.method === undefined) return message.result
    await answer({ jsonrpc: '2.0', id: message.id, result: { action: 'accept', content: { name: 'Ada' } } })
  }
}

const stateless = async () => {
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'add' }
  const call = { id: 1, method: 'tools/call', params: { name: 'add', arguments: { a: 2, b: 3 }, _meta: envelope } }
  return (await (await post(friendly, call, headers)).json()).result.content[0].text
}

const session = async () => {
  const opened = await post(friendly, { id: 1, method: 'initialize', params: params('2025-11-25') })
  const headers = { 'mcp-session-id': opened.headers.get('mcp-session-id'), 'mcp-protocol-version': '2025-11-25' }
  await opened.text()
  await post(friendly, { method: 'notifications/initialized' }, headers)
  const called = await post(friendly, { id: 2, method: 'tools/call', params: { name: 'greet' } }, headers)
  const result = await converse(messagesOf(called), (answer) => post(friendly, answer, headers))
  const ended = await fetch(friendly, { method: 'DELETE', headers })
  return { text: result.content[0].text, ended: ended.status }
}

/** A WebSocket whose messages can be awaited. */
const open = (url) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'), 'mcp')
    const inbox = []
    let wake = () => {}
    socket.onmessage = ({ data }) => {
      inbox.push(JSON.parse(data))
      wake()
    }
    const messages = (async function* () {
      for (;;) {
        if (inbox.length === 0) await new Promise((awake) => (wake = awake))
        yield* inbox.splice(0)
      }
    })()
    const send = (message) => socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }))
    socket.onopen = () => resolve({ socket, send, messages })
    socket.onerror = () => reject(new Error('refused'))
  })

const webSocket = async () => {
  const { socket, send, messages } = await open(friendly)
  // Without `return`, a result does not end what comes after it.
  const onwards = { [Symbol.asyncIterator]: () => ({ next: () => messages.next() }) }
  const result = () => converse(onwards, send)
  send({ id: 1, method: 'initialize', params: params('2025-11-25') })
  const { protocolVersion } = await result()
  send({ method: 'notifications/initialized' })
  send({ id: 2, method: 'tools/call', params: { name: 'greet' } })
  const text = (await result()).content[0].text
  const closed = new Promise((resolve) => (socket.onclose = ({ code, wasClean }) => resolve({ code, wasClean })))
  socket.close(1000)
  return { protocolVersion, protocol: socket.protocol, text, closed: await closed }
}

const refused = (work) =>
  work.then(
    () => 'answered',
    () => 'refused',
  )

try {
  globalThis.outcome = {
    stateless: await stateless(),
    session: await session(),
    webSocket: await webSocket(),
    hostile: {
      http: await refused(post(hostile, { id: 1, method: 'ping' })),
      webSocket: await refused(open(hostile)),
    },
  }
} catch (error) {
  globalThis.outcome = { error: String(error?.stack ?? error) }
}
