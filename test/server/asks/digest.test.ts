import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { digestOf } from '../../../src/server/asks/digest.ts'
import type { Question } from '../../../src/server/asks/question.ts'
import type { JsonObject } from '../../../src/wire/json.ts'
import { anyCharacter } from '../../support/characters.ts'

type Method = Question<unknown>['method']

const digest = (params: JsonObject, method: Method = 'elicitation/create'): string =>
  digestOf({ method, params, title: '', needs: {}, read: () => assert.fail('it was read') })

describe('the digest of a question', () => {
  it('is the same for the same question, short, and fit for JSON', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (params) => {
        const one = digest(params as JsonObject)
        assert.equal(one, digest(JSON.parse(JSON.stringify(params))))
        assert.match(one, /^[\da-z]{1,7}-[\da-z]{1,7}$/)
      }),
    )
  })

  it('tells any two texts apart', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter }), (one, other) => {
        assert.equal(digest({ message: one }) === digest({ message: other }), one === other)
      }),
      { numRuns: 2_000 },
    )
  })

  it('tells texts apart that differ in one place, wherever it is', () => {
    const text = 'Transfer 100 € to account 0123456789?'
    const variants = [...text].flatMap((_, index) =>
      ['0', '1', 'x', '\uffff'].map((character) => text.slice(0, index) + character + text.slice(index + 1)),
    )
    const different = new Set([text, ...variants])
    assert.equal(new Set([...different].map((message) => digest({ message }))).size, different.size)
  })

  it('has few collisions among many questions: none here', () => {
    const many = Array.from({ length: 50_000 }, (_, index) => digest({ message: `Delete file ${index}?` }))
    assert.equal(new Set(many).size, many.length)
  })

  it('tells methods apart', () => {
    const methods: readonly Method[] = ['elicitation/create', 'sampling/createMessage', 'roots/list']
    assert.equal(new Set(methods.map((method) => digest({}, method))).size, 3)
  })
})
