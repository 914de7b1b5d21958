import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { TemplateVariables } from '../../../src/model/uri-template/index.ts'
// A file of nothing but types counts as covered once it is loaded.
import '../../../src/model/uri-template/variables.ts'

type Equal<Left, Right> =
  (<Type>() => Type extends Left ? 1 : 2) extends <Type>() => Type extends Right ? 1 : 2 ? true : false

const holds = <Condition extends true>(condition?: Condition): void => assert.equal(condition, undefined)

it('TemplateVariables: a string for each variable', () => {
  holds<Equal<TemplateVariables<'greeting://{name}'>, { readonly name: string }>>()
  holds<Equal<TemplateVariables<'a://{x}/{y}/z'>, { readonly x: string; readonly y: string }>>()
  holds<Equal<TemplateVariables<'{a,b}'>, { readonly a: string; readonly b: string }>>()
  holds<Equal<TemplateVariables<'{+a}{.b}{/c}{;d,e}{#f}'>['a' | 'b' | 'c' | 'd' | 'e' | 'f'], string>>()
  holds<Equal<TemplateVariables<'{a:3}{/last.name:10}'>, { readonly a: string; readonly 'last.name': string }>>()
})

it('TemplateVariables: a list for an exploded variable', () => {
  holds<Equal<TemplateVariables<'docs:/{/path*}'>, { readonly path: readonly string[] }>>()
  holds<Equal<TemplateVariables<'{a,b*}'>, { readonly a: string; readonly b: readonly string[] }>>()
})

it('TemplateVariables: query variables are optional', () => {
  holds<Equal<TemplateVariables<'x{?q}'>, { readonly q?: string | undefined }>>()
  holds<
    Equal<
      TemplateVariables<'repo://{owner}{/path*}{?ref,tag*}{&page:2}'>,
      {
        readonly owner: string
        readonly path: readonly string[]
        readonly ref?: string | undefined
        readonly tag?: readonly string[] | undefined
        readonly page?: string | undefined
      }
    >
  >()
})

it('TemplateVariables: none, and not known until run time', () => {
  holds<Equal<keyof TemplateVariables<'note://all'>, never>>()
  holds<Equal<TemplateVariables<string>, Readonly<Record<string, string | readonly string[] | undefined>>>>()
})

it('TemplateVariables: wrong names and wrong uses do not compile', () => {
  const variables: TemplateVariables<'x://{name}{/path*}{?q}'> = { name: 'a', path: ['b'] }
  // @ts-expect-error there is no such variable
  assert.equal(variables.nam, undefined)
  // @ts-expect-error a list is no string
  assert.throws(() => variables.path.toUpperCase())
  // @ts-expect-error a query variable may be missing
  assert.throws(() => variables.q.length)
  // @ts-expect-error a required variable is missing
  const incomplete: TemplateVariables<'{a,b}'> = { a: '' }
  assert.deepEqual(incomplete, { a: '' })
  // @ts-expect-error the condition does not hold
  holds<Equal<TemplateVariables<'{a}'>, { readonly b: string }>>()
})
