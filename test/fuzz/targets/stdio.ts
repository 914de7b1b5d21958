import assert from 'node:assert/strict'
import fc from 'fast-check'
import { Connection } from '../../../src/server/connection.ts'
import { ServerRuntime } from '../../../src/server/runtime.ts'
import { settle as settleOptions } from '../../../src/server/settings.ts'
import { parseJson } from '../../../src/wire/json.ts'
import { createLineDecoder } from '../../../src/wire/lines.ts'
import { bytesOf, cutAt } from '../../support/frames.ts'
import { initializeParams, keepingLogger, STATEFUL } from '../../support/messages.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { anySizes, nearly } from '../inputs.ts'
import { checkText } from '../invariants.ts'
import { anyMessages, GOOD, server, TOKENS } from '../messages.ts'
import { settle } from './connection.ts'

interface Input {
  readonly bytes: Uint8Array
  readonly sizes: readonly number[]
}

const opening = fc
  .constantFrom(...STATEFUL)
  .map((version) => ({ jsonrpc: '2.0', id: 'open', method: 'initialize', params: initializeParams(version) }))

const lines = fc
  .tuple(fc.option(opening), fc.array(anyMessages, { maxLength: 6 }))
  .map(([first, messages]) =>
    (first ? [first, ...messages] : messages).map((message) => `${JSON.stringify(message)}\n`).join(''),
  )

const inputs = fc.record<Input>({
  bytes: nearly(lines.map(bytesOf), [...TOKENS, '\n', '\r\n', Uint8Array.of(0xff), Uint8Array.of(0xe4, 0xb8)]),
  sizes: anySizes,
})

const parts = { createLineDecoder, parseJson }

/** Bytes over stdin to lines over stdout, as the transport joins them: each line is a message, and it goes on. */
export const stdio = (use: Partial<typeof parts> = {}): Fuzzer => {
  const { createLineDecoder: create, parseJson: parse } = { ...parts, ...use }
  return fuzzer<Input>({
    name: 'stdio',
    runs: 500,
    inputs,
    open: () => {
      const runtime = new ServerRuntime(server['~definition'], settleOptions({ logger: keepingLogger() }))
      const check = async ({ bytes, sizes }: Input): Promise<void> => {
        const written: string[] = []
        const write = (text: string): undefined => void written.push(text)
        const connection = new Connection(runtime, { send: write, reply: write })
        const decoder = create({
          maxBytes: 2000,
          onLine: (line) => {
            const parsed = parse(line)
            if (parsed.ok) connection.receive(parsed.value)
            else connection.refuse(parsed.reason)
          },
          onTooLong: () => connection.refuse('a line is too long'),
          onMalformed: () => connection.refuse('a line is not UTF-8'),
        })
        const sent = Buffer.concat([bytes, bytesOf(`\n${JSON.stringify(GOOD)}\n`)])
        for (const piece of cutAt(sent, sizes)) decoder.write(piece)
        decoder.end()
        await settle({ runtime, connection })
        const answers = written.flatMap(checkText) as { id?: unknown; result?: unknown }[]
        assert.ok(
          answers.some(({ id, result }) => id === GOOD.id && result),
          'a good request gets no result any more',
        )
        await runtime.calls.idle()
        assert.deepEqual([runtime.listeners.size, runtime.endings.size], [0, 0])
      }
      return { check, close: () => runtime.close(0) }
    },
  })
}
