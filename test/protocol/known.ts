import assert from 'node:assert/strict'
import type { Version } from '../support/messages.ts'
import { CODES, CONTENT, NOTIFICATIONS, RESULTS, TYPES } from './members.ts'

interface Member {
  readonly name: string
  readonly kind: string
  readonly required: boolean
}

type Test = (value: unknown) => boolean

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const PRIMITIVES: Readonly<Record<string, Test>> = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  integer: Number.isSafeInteger,
  boolean: (value) => typeof value === 'boolean',
  object: isObject,
  any: () => true,
  id: (value) => typeof value === 'string' || Number.isSafeInteger(value),
  null: (value) => value === null,
  ObjectSchema: (value) => isObject(value) && value['type'] === 'object',
}

/** Takes `name!:kind` apart. */
export const readMember = (text: string): Member => {
  const [, name, required, kind = 'string'] = /^([^!:]+)(!?)(?::(.+))?$/.exec(text) as unknown as string[]
  return { name: name as string, required: required === '!', kind }
}

/** Whatever is wrong with a value, and where. */
type Problems = string[]

class Walk {
  readonly problems: Problems = []
  readonly #version: Version

  constructor(version: Version) {
    this.#version = version
  }

  value(kind: string, value: unknown, path: string): void {
    if (kind.startsWith('[')) return this.#list(kind.slice(1, -1), value, path)
    if (kind === 'content') return this.#content(value, path)
    if (kind === 'contents') return this.#contents(value, path)
    if (/^[A-Z]/.test(kind) && kind !== 'ObjectSchema') return this.type(kind, value, path)
    const fits = kind.split('|').some((word) => PRIMITIVES[word]?.(value) ?? value === word)
    if (!fits) this.#problem(path, `is no ${kind}: ${JSON.stringify(value)}`)
  }

  type(name: string, value: unknown, path: string): void {
    const text = TYPES[this.#version][name]
    if (text === undefined) return this.#problem(path, `is a ${name}, which does not exist`)
    if (!isObject(value)) return this.#problem(path, `is no ${name}: ${JSON.stringify(value)}`)
    const members = new Map(text.split(' ').map((word) => [readMember(word).name, readMember(word)]))
    for (const [key, item] of Object.entries(value)) {
      const member = members.get(key)
      // `_meta` takes any key besides those that the protocol reserves.
      if (member) this.value(member.kind, item, `${path}.${key}`)
      else if (!name.endsWith('Meta')) this.#problem(`${path}.${key}`, `is unknown in a ${name}`)
    }
    for (const { name: key, required } of members.values()) {
      if (required && !(key in value)) this.#problem(`${path}.${key}`, 'is missing')
    }
  }

  #list(kind: string, value: unknown, path: string): void {
    if (!Array.isArray(value)) return this.#problem(path, 'is no array')
    for (const [index, item] of value.entries()) this.value(kind, item, `${path}[${index}]`)
  }

  #content(value: unknown, path: string): void {
    const type = isObject(value) ? CONTENT[String(value['type'])] : undefined
    if (type) this.type(type, value, path)
    else this.#problem(path, `is no content: ${JSON.stringify(value)}`)
  }

  #contents(value: unknown, path: string): void {
    this.type(isObject(value) && 'blob' in value ? 'BlobResourceContents' : 'TextResourceContents', value, path)
  }

  #problem(path: string, what: string): void {
    this.problems.push(`${path} ${what}`)
  }
}

const checkError = (walk: Walk, version: Version, message: Readonly<Record<string, unknown>>): void => {
  walk.type('ErrorResponse', message, 'message')
  const { code } = (isObject(message['error']) ? message['error'] : {}) as { code?: number }
  const reserved = code !== undefined && code <= -32000 && code >= -32768
  if (reserved && !CODES[version].includes(code)) walk.problems.push(`message.error.code ${code} is unknown`)
}

const checkNotification = (walk: Walk, message: Readonly<Record<string, unknown>>): void => {
  walk.type('Notification', message, 'message')
  const type = NOTIFICATIONS[String(message['method'])]
  if (type) walk.type(type, message['params'], 'params')
  else walk.problems.push(`message.method ${String(message['method'])} is unknown`)
}

const checkResult = (walk: Walk, method: string, message: Readonly<Record<string, unknown>>): void => {
  walk.type('ResultResponse', message, 'message')
  const type = RESULTS[method]
  if (type) walk.type(type, message['result'], 'result')
  else walk.problems.push(`${method} is unknown`)
}

/** Whatever a revision does not know of a message from the server, or misses in it. */
export const unknownIn = (version: Version, method: string, message: unknown): readonly string[] => {
  const walk = new Walk(version)
  if (!isObject(message)) walk.problems.push('message is no object')
  else if ('method' in message) checkNotification(walk, message)
  else if ('error' in message) checkError(walk, version, message)
  else checkResult(walk, method, message)
  return walk.problems
}

/**
 * Fails on a message from the server with a member that its revision does not know, or without one that it demands.
 * @param method of the request that the message belongs to
 */
export const assertKnown = (version: Version, method: string, message: unknown): void =>
  assert.deepEqual(unknownIn(version, method, message), [], `${version} ${method}: ${JSON.stringify(message)}`)
