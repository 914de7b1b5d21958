import assert from 'node:assert/strict'
import fc from 'fast-check'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { exchange } from '../../server/asking.ts'
import { type Bindable, opened } from '../../support/connection.ts'
import { type Params, VERSIONS, type Version } from '../../support/messages.ts'
import { type Fuzzer, fuzzer } from '../engine.ts'
import { anyJson, asJson, INHERITED, nearlyText } from '../inputs.ts'

const sound = createServer({ name: 'test', version: '1.0.0' })
  .tool('echo', v.looseObject({}), (args) => args)
  .prompt('echo', v.object({ style: v.picklist(['a', 'b']) }), ({ style }) => style)
  .resource('a://b', () => 'b')
  .resource(
    'a://{x}/{+y}{?z}',
    { complete: { x: (value) => [value] }, list: () => ['a://1/2', 'a://3/4'] },
    (args) => args,
  )
  .tool('hidden', { enabled: () => false }, () => 'h')

const METHODS = [
  'tools/list',
  'tools/call',
  'prompts/list',
  'prompts/get',
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'completion/complete',
] as const

interface Input {
  readonly version: Version
  readonly method: (typeof METHODS)[number]
  readonly given: Params
}

/** A cursor as the server makes them, which a test cannot know. */
const NEXT = 'next'
const cursor = fc.oneof(
  fc.constant(NEXT),
  fc
    .record({ at: fc.nat({ max: 60 }), text: fc.string({ maxLength: 2 }) })
    .map(({ at, text }) => `${NEXT} ${at} ${text}`),
  fc.base64String(),
  anyJson,
)

const given = fc.record(
  {
    name: fc.oneof(fc.constantFrom('echo', 'hidden', 'ech', ...INHERITED), anyJson),
    uri: fc.oneof(
      fc.constantFrom('a://b', 'a://1/2', 'a://../x'),
      nearlyText(fc.constantFrom('a://1/2', 'a://1/2/3?z=4'), ['..', '/', '%2e', '%', '%00', '?', '#', '{x}', 'é']),
      anyJson,
    ),
    arguments: fc.oneof(fc.dictionary(fc.string(), anyJson, { noNullPrototype: true }), anyJson),
    cursor,
    ref: fc.oneof(
      fc.constantFrom({ type: 'ref/prompt', name: 'echo' }, { type: 'ref/resource', uri: 'a://{x}/{+y}{?z}' }),
      anyJson,
    ),
    argument: fc.oneof(fc.record({ name: fc.constantFrom('style', 'x', 'y'), value: fc.string() }), anyJson),
    context: anyJson,
  },
  { requiredKeys: [] },
)

const inputs = fc.record<Input>({ version: fc.constantFrom(...VERSIONS), method: fc.constantFrom(...METHODS), given })

const withCursor = ({ method, given: params }: Input, real: string): Params => {
  const { cursor: wanted, ...rest } = asJson(params) as Params
  if (typeof wanted !== 'string' || !wanted.startsWith(NEXT))
    return { ...rest, ...(wanted !== undefined && { cursor: wanted }) }
  const [, at, text = ''] = wanted.split(' ')
  const index = Number(at ?? real.length)
  return { ...rest, cursor: method === 'resources/list' ? real.slice(0, index) + text + real.slice(index + 1) : wanted }
}

/** Parameters: each request gets one result or one error of its sender, and nothing is taken for a failure of the server. */
export const params = (server: Bindable = sound): Fuzzer =>
  fuzzer<Input>({
    name: 'params',
    runs: 1200,
    inputs,
    open: async () => {
      const open = async (version: Version) => [version, await opened(server, version, { pageSize: 1 })] as const
      const connections = new Map(await Promise.all(VERSIONS.map(open)))
      const check = async (input: Input): Promise<void> => {
        const { version, method } = input
        const connected = connections.get(version)
        assert.ok(connected)
        const page = await exchange(connected, version, 'resources/list', {})
        const { reply, notifications } = await exchange(
          connected,
          version,
          method,
          withCursor(input, page.reply.result.nextCursor),
        )
        assert.deepEqual(notifications, [])
        assert.equal(reply.id, 1)
        assert.notEqual('result' in reply, 'error' in reply)
        if (reply.error) assert.ok([-32602, -32002].includes(reply.error.code), JSON.stringify(reply.error))
        assert.deepEqual(connected.logger.lines, [])
      }
      return { check, close: () => Promise.all([...connections.values()].map(({ runtime }) => runtime.close(0))) }
    },
  })
