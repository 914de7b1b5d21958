import * as v from 'valibot'
import { createServer } from '../src/index.ts'

await createServer({ name: 'hello', version: '1.0.0' })
  .tool('add', v.object({ a: v.number(), b: v.number() }), ({ a, b }) => a + b)
  .run()
