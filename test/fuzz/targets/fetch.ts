import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { FetchHandler, Runtime } from '../../../src/index.ts'
import { cutAt } from '../../support/frames.ts'
import { headersOf, URL_OF_TESTS } from '../../support/messages.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import {
  anySent,
  bound,
  checkGood,
  checkIdle,
  checkResponse,
  endSession,
  goodRequest,
  openSession,
  SESSION,
  type Sent,
} from '../http.ts'
import { anySizes } from '../inputs.ts'
import { someTurns } from '../raw.ts'

interface Input {
  readonly sent: Sent
  readonly sizes: readonly number[]
  /** How its body ends, and whether its reader stays. */
  readonly end: 'well' | 'with an error' | 'never' | 'aborted'
}

const UNENDING: Sent = {
  method: 'POST',
  path: '/mcp',
  headers: Object.entries(headersOf('2025-11-25', 'ping')),
  body: Uint8Array.of(91, 93),
}

const inputs = fc.record<Input>({
  sent: anySent,
  sizes: anySizes,
  end: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Input['end']>('well') },
    { weight: 1, arbitrary: fc.constantFrom<Input['end']>('with an error', 'never', 'aborted') },
  ),
})

const streamOf = (pieces: readonly Uint8Array[], end: Input['end']): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (const piece of pieces) if (piece.length > 0) controller.enqueue(new Uint8Array(piece))
      if (end === 'well' || end === 'aborted') controller.close()
      if (end === 'with an error') controller.error(new Error('lost'))
    },
  })

/** The request; undefined where `Request` has none for it. */
const requestOf = (
  { sent: { method, path, headers, body }, sizes, end }: Input,
  session: string,
  signal: AbortSignal,
) => {
  try {
    return new Request(new URL(path, URL_OF_TESTS), {
      method,
      headers: headers.map(([name, value]): [string, string] => [name, value.replace(SESSION, session)]),
      signal,
      ...(method !== 'GET' && { body: streamOf(cutAt(body, sizes), end), duplex: 'half' }),
    } as RequestInit)
  } catch {
    return undefined
  }
}

/** What has come of a response by the time that nothing more comes by itself. */
const readFor = async (response: Response): Promise<string> => {
  const reader = response.body?.getReader()
  const decoder = new TextDecoder()
  let text = ''
  const reading = (async () => {
    for (let read = await reader?.read(); read?.value; read = await reader?.read()) text += decoder.decode(read.value)
  })()
  await someTurns()
  await reader?.cancel()
  await reading
  return text
}

/** `Request` to `Response`: whatever comes gets one response, of messages, and the server goes on. */
export const fetch = (wrap: (handler: FetchHandler, runtime: Runtime) => FetchHandler = (handler) => handler): Fuzzer =>
  fuzzer<Input>({
    name: 'fetch',
    runs: 350,
    inputs,
    corpus: [{ sent: UNENDING, sizes: [], end: 'never' }],
    open: () => {
      const runtime = bound()
      const handler = wrap(runtime.fetch, runtime)
      const check = async (input: Input): Promise<void> => {
        const session = await openSession(runtime)
        const controller = new AbortController()
        const request = requestOf(input, session, controller.signal)
        if (request) {
          const answering = handler(request)
          const mayHang = input.end === 'never' || input.end === 'aborted'
          const ending = mayHang ? someTurns().then(() => controller.abort()) : undefined
          const response = await answering
          const text = await readFor(response)
          await ending
          if (response.status !== 499)
            checkResponse(response.status, response.headers.get('content-type') ?? undefined, text)
          else assert.ok(mayHang || input.end === 'with an error', 'nobody has gone')
        }
        await endSession(runtime, session)
        await checkIdle(runtime)
        const good = await handler(new Request(URL_OF_TESTS, goodRequest()))
        checkGood(good.status, await good.text())
      }
      return { check, close: () => runtime.close({ drainMs: 1 }) }
    },
  })
