import assert from 'node:assert/strict'
import { type Checked, compileSchema, type Direction, type Schema } from '../../../src/model/schema/index.ts'
import type { JsonObject } from '../../../src/wire/json.ts'

/** The JSON Schema that a schema becomes. */
export const jsonOf = (schema: Schema, direction: Direction = 'input'): JsonObject =>
  compileSchema(schema, direction, `tool "t", ${direction}`).json

/** What is wrong with a value, in one line. */
export const problemsOf = async (schema: Schema, value: unknown): Promise<string> => {
  const checked: Checked = await compileSchema(schema, 'input', 'tool "t", input').validate(value)
  assert.ok(!checked.ok, 'the value was accepted')
  return checked.problems
}

/** What a schema makes of a value. */
export const accepted = async (schema: Schema, value: unknown): Promise<unknown> => {
  const checked: Checked = await compileSchema(schema, 'input', 'tool "t", input').validate(value)
  assert.ok(checked.ok, checked.ok ? '' : checked.problems)
  return checked.value
}

/** Whether a value and everything inside it is frozen. */
export const isFrozen = (value: unknown): boolean =>
  Object.isFrozen(value) && (typeof value !== 'object' || value === null || Object.values(value).every(isFrozen))
