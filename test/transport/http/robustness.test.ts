import assert from 'node:assert/strict'
import { once } from 'node:events'
import fc from 'fast-check'
import * as v from 'valibot'
import { createServer } from '../../../src/index.ts'
import { calling, gate, testBoth } from './support.ts'

const server = createServer({ name: 'robust', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .tool('later', async (_, ctx) => {
    await ctx.progress(1)
    return 1
  })

// Everything that a header may carry: tabs, and Latin-1 without its control characters.
const headerValue = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff }), fc.constant(9)), {
    maxLength: 30,
  })
  .map((codes) => String.fromCharCode(...codes))

testBoth('PY-90: calls that have ended are not held on to, however they ended', async (t, bound) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let started = gate()
  const { begin, runtime } = await bound(
    server.tool('forever', async (_args, ctx) => {
      started.open()
      await once(ctx.signal, 'abort')
    }),
    { timeoutMs: 1000 },
  )
  for (const name of ['add', 'later', 'unknown']) await (await begin(calling('2026-07-28', name)).response).text()
  const tooLong = begin(calling('2026-07-28', 'forever')).response
  await started.opened
  t.mock.timers.tick(1000)
  await (await tooLong).text()
  started = gate()
  const { response, leave } = begin(calling('2026-07-28', 'forever'))
  response.catch(() => undefined)
  await started.opened
  await leave()
  // Its time to drain never passes here, so that this settles only when there is nothing to wait for.
  await runtime.close()
})

testBoth('a well-formed call survives any other headers, but those that mean something', async (_, bound) => {
  const { send } = await bound(server)
  const other = fc.tuple(fc.stringMatching(/^x-[a-z0-9-]{1,12}$/), headerValue)
  await fc.assert(
    fc.asyncProperty(fc.array(other, { maxLength: 5 }), fc.integer(), fc.integer(), async (others, a, b) => {
      const { headers, body } = calling('2026-07-28', 'add', { a, b })
      const response = await send({ headers: [...Object.entries(headers), ...others], body })
      assert.equal(response.status, 200)
      assert.equal(JSON.parse(await response.text()).result.structuredContent, a + b)
    }),
    { numRuns: 100 },
  )
})
