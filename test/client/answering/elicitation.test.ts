import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, type ElicitationAnswer, type ElicitationAsk } from '../../../src/client.ts'
import { askClient } from '../../support/asking-client.ts'
import { VERSIONS, type Version } from '../../support/messages.ts'

const WITH_FORMS = VERSIONS.filter((version) => version >= '2025-06-18')
const WITH_URLS = VERSIONS.filter((version) => version >= '2025-11-25')

const FORM = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer', minimum: 0 },
    tone: { type: 'string', enum: ['warm', 'dry'], default: 'dry' },
    loud: { type: 'boolean', default: false },
  },
  required: ['name'],
}

/** What the user is shown, and what the server gets. */
const answered = async (version: Version, params: unknown, answer: unknown, modes?: readonly ('form' | 'url')[]) => {
  const asks: ElicitationAsk[] = []
  const client = createClient().elicitation(
    (ask) => {
      asks.push(ask)
      return answer as ElicitationAnswer
    },
    modes ? { modes } : {},
  )
  return { asks, ...(await askClient(client, version, { method: 'elicitation/create', params })) }
}

const form = (requestedSchema: unknown = FORM, more: object = {}) => ({ message: 'Who?', requestedSchema, ...more })

const wrongly = (problem: string) => ({
  code: -32603,
  message: `The elicitation handler of the client answered wrongly: ${problem}`,
})

const unfit = (problem: string) => ({ code: -32602, message: `elicitation/create: ${problem}` })

for (const version of WITH_FORMS) {
  test(`${version}: a form is shown as it is, and its answer is completed by the defaults`, async () => {
    for (const [answer, result] of [
      [
        { action: 'accept', content: { name: 'Ada' } },
        { name: 'Ada', tone: 'dry', loud: false },
      ],
      [
        { action: 'accept', content: { name: 'Ada', tone: 'warm', age: 3 } },
        { name: 'Ada', tone: 'warm', loud: false, age: 3 },
      ],
      [
        { action: 'accept', content: { name: 'Ada', tone: undefined } },
        { name: 'Ada', tone: 'dry', loud: false },
      ],
    ] as const) {
      const { asks, ...reply } = await answered(version, form(FORM, { _meta: { own: 1 } }), answer)
      assert.deepEqual(asks, [{ mode: 'form', message: 'Who?', requestedSchema: FORM, meta: { own: 1 } }])
      assert.deepEqual(reply, { result: { action: 'accept', content: result } })
    }
  })

  test(`${version}: to decline and to cancel are answers, and carry nothing`, async () => {
    for (const action of ['decline', 'cancel']) {
      const { asks, ...reply } = await answered(version, form(), { action, content: { name: 'Ada' } })
      assert.equal(asks.length, 1)
      assert.deepEqual(reply, { result: { action } })
    }
  })

  test(`${version}: content that does not fit its form is an error of the server's call`, async () => {
    for (const [content, problem] of [
      [{}, '"name" is required'],
      [undefined, '"name" is required'],
      [{ name: 5 }, '"name" must be a string, got 5'],
      [{ name: 'Ada', tone: 'loud' }, '"tone" must be one of "warm", "dry", got "loud"'],
      ['Ada', '"content" must be an object'],
      [null, '"content" must be an object'],
    ] as const) {
      const { error } = (await answered(version, form(), { action: 'accept', content })) as { error?: unknown }
      assert.deepEqual(error, wrongly(problem))
    }
  })

  test(`PY-108; ${version}: an answer that is none is an error of the server's call`, async () => {
    for (const answer of [undefined, null, 'accept', [], {}, { action: 'agree' }, { content: { name: 'Ada' } }]) {
      const { error } = (await answered(version, form(), answer)) as { error?: unknown }
      assert.deepEqual(
        error,
        wrongly("it must return { action: 'accept', content }, { action: 'decline' } or { action: 'cancel' }"),
      )
    }
  })

  test(`PY-110; ${version}: a form that is described loosely is shown all the same, and checks what it can`, async () => {
    for (const schema of [
      { type: 'object', properties: { note: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null } } },
      { type: 'object', properties: { name: { type: 'text' } } },
      { type: 'object', properties: { name: 'string' } },
      { type: 'object', properties: 'none' },
      {},
    ]) {
      const { asks, ...reply } = await answered(version, form(schema), { action: 'accept', content: { name: 'Ada' } })
      assert.equal(asks.length, 1)
      const note = 'note' in Object(schema.properties) ? { note: null } : {}
      assert.deepEqual(reply, { result: { action: 'accept', content: { ...note, name: 'Ada' } } })
    }
  })

  test(`${version}: a question that is none is refused, and the user is not asked`, async () => {
    for (const [params, problem] of [
      [{ requestedSchema: FORM }, '"message" must be a string'],
      [{ message: 'Who?' }, '"requestedSchema" must be an object'],
      [form('schema'), '"requestedSchema" must be an object'],
      [form(FORM, { mode: 'voice' }), '"mode" must be form or url'],
      [{ mode: 'url', message: 'Go there', url: 'there' }, '"url" must be a URL'],
      [{ mode: 'url', message: 'Go there' }, '"url" must be a URL'],
    ] as const) {
      const { asks, error } = (await answered(version, params, { action: 'cancel' })) as {
        asks: unknown[]
        error?: unknown
      }
      assert.deepEqual(error, unfit(problem))
      assert.deepEqual(asks, [])
    }
  })

  test(`${version}: a form is refused by a client that has declared URLs alone`, async () => {
    const { asks, error } = (await answered(version, form(), { action: 'cancel' }, ['url'])) as {
      asks: unknown[]
      error?: unknown
    }
    const isUnknown = version === '2025-06-18'
    assert.deepEqual(
      error,
      isUnknown
        ? { code: -32601, message: 'This client does not answer "elicitation/create"' }
        : unfit('this client has not declared the mode "form"'),
    )
    assert.deepEqual(asks, [])
  })
}

const PAGE = { mode: 'url', message: 'Sign in', url: 'https://example.com/in' }

for (const version of WITH_URLS) {
  test(`${version}: a page is shown with its address, and its answer carries nothing`, async () => {
    for (const elicitationId of [undefined, 'e1', 5]) {
      const { asks, ...reply } = await answered(
        version,
        { ...PAGE, elicitationId },
        { action: 'accept', content: { a: 1 } },
      )
      assert.deepEqual(asks, [{ ...PAGE, ...(typeof elicitationId === 'string' && { elicitationId }) }])
      assert.deepEqual(reply, { result: { action: 'accept' } })
    }
  })

  test(`${version}: a page is refused by a client that has declared forms alone`, async () => {
    const { error } = (await answered(version, PAGE, { action: 'accept' }, ['form'])) as { error?: unknown }
    assert.deepEqual(error, unfit('this client has not declared the mode "url"'))
  })
}

test('PY-107: where a revision has no pages, none is shown', async () => {
  const { asks, error } = (await answered('2025-06-18', PAGE, { action: 'accept' })) as {
    asks: unknown[]
    error?: unknown
  }
  assert.deepEqual(error, unfit('this client has not declared the mode "url"'))
  assert.deepEqual(asks, [])
})

for (const version of ['2024-11-05', '2025-03-26'] as const) {
  test(`PY-107; ${version}: where there is no elicitation, nobody is asked`, async () => {
    const { asks, error } = (await answered(version, form(), { action: 'cancel' })) as {
      asks: unknown[]
      error?: unknown
    }
    assert.deepEqual(error, { code: -32601, message: 'This client does not answer "elicitation/create"' })
    assert.deepEqual(asks, [])
  })
}
