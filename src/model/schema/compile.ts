import type { JsonObject } from '../../wire/json.ts'
import type { Direction } from './carriable.ts'
import { frozenCopy } from './frozen.ts'
import { knownKeys } from './known-keys.ts'
import { notASchema } from './mistaken.ts'
import { type Problem, report } from './problems.ts'
import { isSchema, type Schema, type StandardIssue, type StandardResult } from './standard.ts'
import { standardJson } from './standard-json.ts'
import { standardProblem } from './standard-problems.ts'
import { valibotJson } from './valibot-json.ts'
import { valibotProblem } from './valibot-problems.ts'

/** What came of a value: what the schema made of it, or everything that is wrong with it in one line. */
export type Checked = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problems: string }

/** A schema that is ready for the wire. */
export interface CompiledSchema {
  /** JSON Schema 2020-12 (a raw document may say draft-07) of the side that travels, deeply frozen. */
  readonly json: JsonObject
  /** Answers at once where the schema does. Throws only what a transformation of the user's throws. */
  readonly validate: (value: unknown) => Checked | Promise<Checked>
}

/**
 * Prepares a schema: writes down what a client must send (`input`) or what it gets (`output`, the parsed value as
 * JSON), and wraps the validation. What JSON Schema cannot say, such as a check by a function, is left out of `json`
 * and is part of the validation all the same.
 *
 * @param where begins every error message, such as `tool "add", input`
 * @throws DefinitionError for what is no schema, has no JSON Schema, or has a type that JSON cannot carry
 * @example
 * compileSchema(v.object({ b: v.number() }), 'input', 'tool "add", input').validate({ b: 'two' })
 * // { ok: false, problems: '"b" must be a number, got "two"' }
 */
export const compileSchema = (schema: Schema, direction: Direction, where: string): CompiledSchema => {
  if (!isSchema(schema)) throw notASchema(schema, where)
  const standard = schema['~standard']
  const { vendor } = standard
  const isValibot = vendor === 'valibot'
  const site = { where, vendor, direction }
  const json = frozenCopy(isValibot ? valibotJson(schema, site) : standardJson(standard, site), where)

  const finish = (result: StandardResult<unknown>, value: unknown): Checked => {
    if (!result.issues) return { ok: true, value: result.value }
    const read = (issue: StandardIssue): Problem =>
      isValibot ? valibotProblem(issue, (path) => knownKeys(json, path)) : standardProblem(issue, vendor, value)
    return { ok: false, problems: report(result.issues, read) }
  }
  const validate = (value: unknown): Checked | Promise<Checked> => {
    const result = standard.validate(value)
    // A promise of another kind than the platform's is made one of these.
    return 'then' in result ? Promise.resolve(result).then((settled) => finish(settled, value)) : finish(result, value)
  }
  return Object.freeze({ json, validate })
}
