import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { UriTemplateOptions } from '../../../src/model/uri-template/index.ts'
import { parseUriTemplate } from '../../../src/model/uri-template/index.ts'

const names = (count: number): string => Array.from({ length: count }, (_, index) => `{v${index}}`).join('/')

describe('parseUriTemplate', () => {
  const refused: readonly (readonly [template: string, problem: string, options?: UriTemplateOptions])[] = [
    ['a{b', 'a "{" is not closed before the next one or the end; add its "}", or write it as %7B'],
    ['{a{b}}', 'a "{" is not closed before the next one or the end; add its "}", or write it as %7B'],
    ['a}', 'a "}" closes nothing; write it as %7D, or add the "{" before it'],
    ['{a}}', 'a "}" closes nothing; write it as %7D, or add the "{" before it'],
    ['{}', 'a variable has no name; write one between the braces, as in {name}'],
    ['{?}', 'a variable has no name; write one between the braces, as in {name}'],
    ['{a,}', 'a variable has no name; write one between the braces, as in {name}'],
    ['{/*}', 'a variable has no name; write one between the braces, as in {name}'],
    ['{+:3}', 'a variable has no name; write one between the braces, as in {name}'],
    ['{!a}', '"!" is no operator; an expression may begin with + # . / ; ? or &'],
    ['{|a}', '"|" is no operator; an expression may begin with + # . / ; ? or &'],
    ['{-a}', '"-" is no operator; an expression may begin with + # . / ; ? or &'],
    ['{user-id}', '"user-id" is no variable name; use letters, digits, "_" and single dots in between'],
    ['{ a}', '" a" is no variable name; use letters, digits, "_" and single dots in between'],
    ['{é}', '"é" is no variable name; use letters, digits, "_" and single dots in between'],
    ['{a..b}', '"a..b" is no variable name; use letters, digits, "_" and single dots in between'],
    ['{a.}', '"a." is no variable name; use letters, digits, "_" and single dots in between'],
    ['{..a}', '".a" is no variable name; use letters, digits, "_" and single dots in between'],
    ['{%2x}', '"%2x" is no variable name; use letters, digits, "_" and single dots in between'],
    ['{a**}', '"a*" is no variable name; use letters, digits, "_" and single dots in between'],
    ['{??a}', '"?a" is no variable name; use letters, digits, "_" and single dots in between'],
    ['{a:3*}', '{a:3*} has both ":" and "*"; keep one of them'],
    ['{a:0}', '{a:0} needs a whole number from 1 to 9999 after ":", as in {a:3}'],
    ['{a:10000}', '{a:10000} needs a whole number from 1 to 9999 after ":", as in {a:3}'],
    ['{a:}', '{a:} needs a whole number from 1 to 9999 after ":", as in {a:3}'],
    ['{a:1:2}', '{a:1:2} needs a whole number from 1 to 9999 after ":", as in {a:3}'],
    ['{a}/{a}', '"a" is there twice; give each variable its own name'],
    ['{__proto__}', '"__proto__" is a member of every object; choose another name'],
    ['{?constructor}', '"constructor" is a member of every object; choose another name'],
    ['{a}{b}', 'nothing tells "a" and "b" apart; put text between them, such as "/"'],
    ['{+a}{b}', 'nothing tells "a" and "b" apart; put text between them, such as "/"'],
    ['{a}{b*}', 'nothing tells "a" and "b" apart; put text between them, such as "/"'],
    ['{/a*}{b}', 'nothing tells "a" and "b" apart; put text between them, such as "/"'],
    ['{;a}{b}', 'nothing tells "a" and "b" apart; put text between them, such as "/"'],
    ['?{a}{b}', 'nothing tells "a" and "b" apart; put text between them, such as "/"'],
    ['{+a}/{+b}', '"a" and "b" can both span many segments; make one of them a plain {name}'],
    ['{/a*}/x{/b*}', '"a" and "b" can both span many segments; make one of them a plain {name}'],
    ['{#a,b}', '"a" and "b" can both span many segments; make one of them a plain {name}'],
    ['{a*,b}', 'put "a*" last within its braces, or in braces of its own'],
    ['{?a}{?b}', 'its query has begun already; write {&…} for {?…}'],
    ['x?a=1{?b}', 'its query has begun already; write {&…} for {?…}'],
    ['{?a}/x', 'move {?…} and {&…} to its end; only {#…} and text that begins with "#" can follow them'],
    ['{?a}{b}', 'move {?…} and {&…} to its end; only {#…} and text that begins with "#" can follow them'],
    ['{?a}x#y', 'move {?…} and {&…} to its end; only {#…} and text that begins with "#" can follow them'],
    ['{#a}{?b}', 'move {?…} before the "#"'],
    ['x#y{&b}', 'move {&…} before the "#"'],
    ['{a}', '"a" can only be associative when it is written {a*}', { associative: ['a'] }],
    ['{a*}', '"b" can only be associative when it is written {b*}', { associative: ['b'] }],
    [
      '{?a*,b*}',
      'its query has two associative arrays; only one can take the other parameters',
      { associative: ['a', 'b'] },
    ],
  ]
  for (const [template, problem, options] of refused) {
    it(`refuses ${template} and says what to change`, () => {
      assert.throws(() => parseUriTemplate(template, options), {
        name: 'DefinitionError',
        message: `URI template "${template}": ${problem}`,
      })
    })
  }

  it('takes 8192 characters and no more', () => {
    assert.ok(parseUriTemplate('x'.repeat(8192)))
    assert.throws(() => parseUriTemplate('x'.repeat(8193)), {
      message: `URI template "${'x'.repeat(200)}…": it has 8193 characters; shorten it to 8192`,
    })
  })

  it('takes 256 variables and no more', () => {
    assert.equal(parseUriTemplate(names(256)).variables.length, 256)
    assert.throws(() => parseUriTemplate(names(257)), /it has 257 variables; keep at most 256$/)
  })

  it('lists the variables in the order of the template', () => {
    const { source, variables } = parseUriTemplate('x://{a:3}{/b*}{?c,d*}')
    assert.equal(source, 'x://{a:3}{/b*}{?c,d*}')
    assert.deepEqual(variables, [
      { name: 'a', explode: false, maxLength: 3, optional: false },
      { name: 'b', explode: true, maxLength: undefined, optional: false },
      { name: 'c', explode: false, maxLength: undefined, optional: true },
      { name: 'd', explode: true, maxLength: undefined, optional: true },
    ])
  })

  it('takes a template without variables', () => {
    assert.deepEqual(parseUriTemplate('note://all').variables, [])
  })

  it('gives a frozen value', () => {
    assert.ok(Object.isFrozen(parseUriTemplate('{a}')))
  })
})
