import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient } from '../../../src/client.ts'
import { askClient } from '../../support/asking-client.ts'
import { VERSIONS } from '../../support/messages.ts'

const ROOTS = [{ uri: 'file:///work', name: 'work' }, { uri: 'file:///tmp' }]

const METHOD = 'roots/list'

for (const version of VERSIONS) {
  test(`${version}: roots are named, from an array or a function`, async () => {
    const given = [...ROOTS]
    for (const client of [
      createClient().roots(given),
      createClient().roots(() => ROOTS),
      createClient().roots(async ({ signal }) => (signal.aborted ? [] : ROOTS)),
    ]) {
      given.length = 0
      assert.deepEqual(await askClient(client, version, { method: METHOD }), { result: { roots: ROOTS } })
    }
    assert.deepEqual(await askClient(createClient().roots([]), version, { method: METHOD }), { result: { roots: [] } })
  })

  test(`PY-108; ${version}: what are no roots is an error of the server's call`, async () => {
    for (const roots of [undefined, 'file:///work', [{ uri: '/work' }], [{ name: 'work' }], [5]]) {
      const client = createClient().roots(() => roots as never)
      assert.deepEqual(await askClient(client, version, { method: METHOD }), {
        error: {
          code: -32603,
          message:
            'The roots of the client are wrong: they must be an array such as [{ uri: "file:///work", name: "work" }]',
        },
      })
    }
  })

  test(`PY-107; ${version}: what a client was given no function for, and what nobody knows, is not answered`, async () => {
    for (const method of ['roots/list', 'sampling/createMessage', 'elicitation/create', 'acme/own', 'constructor']) {
      assert.deepEqual(await askClient(createClient(), version, { method, params: {} }), {
        error: { code: -32601, message: `This client does not answer "${method}"` },
      })
    }
  })
}
