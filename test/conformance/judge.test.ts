import assert from 'node:assert/strict'
import { test } from 'node:test'
import { reasonNotJudged } from './expectations.ts'
import { type Check, type Judgement, judge } from './judge.ts'
import { scenariosOf, serverScenarios } from './suite.ts'

const check = (status: Check['status'], id = 'a', errorMessage?: string): Check => ({
  id,
  status,
  description: `what ${id} looks at`,
  ...(errorMessage !== undefined && { errorMessage }),
})

const NOTHING_PROVED = 'no check succeeded that proves anything'

const cases: [what: string, checks: Check[] | undefined, expected: Judgement][] = [
  ['no result', undefined, { verdict: 'failed', succeeded: 0, notes: ['the suite wrote no result'] }],
  ['no checks', [], { verdict: 'skipped', succeeded: 0, notes: [NOTHING_PROVED] }],
  ['a success', [check('SUCCESS')], { verdict: 'passed', succeeded: 1, notes: [] }],
  [
    'a failure beside a success',
    [check('SUCCESS', 'b'), check('FAILURE', 'a', 'it\n  broke')],
    { verdict: 'failed', succeeded: 1, notes: ['failed a: it broke'] },
  ],
  [
    'a failure without a message, twice',
    [check('FAILURE'), check('FAILURE')],
    { verdict: 'failed', succeeded: 0, notes: ['failed a: what a looks at'] },
  ],
  [
    'a warning beside a success',
    [check('SUCCESS', 'b'), check('WARNING', 'a', 'should')],
    { verdict: 'passed', succeeded: 1, notes: ['warning a: should'] },
  ],
  [
    'a warning alone',
    [check('WARNING', 'a', 'should')],
    { verdict: 'skipped', succeeded: 0, notes: [NOTHING_PROVED, 'warning a: should'] },
  ],
  [
    'only the check that proves nothing, and skips',
    [check('SUCCESS', 'wire-schema-valid'), check('SKIPPED'), check('INFO', 'b')],
    { verdict: 'skipped', succeeded: 0, notes: [NOTHING_PROVED] },
  ],
  [
    'an invalid message',
    [check('SUCCESS'), check('FAILURE', 'wire-schema-valid', 'no resultType')],
    { verdict: 'failed', succeeded: 1, notes: ['failed wire-schema-valid: no resultType'] },
  ],
]

for (const [what, checks, expected] of cases) {
  test(`a scenario with ${what} is ${expected.verdict}`, () => {
    assert.deepEqual(judge(checks), expected)
  })
}

test('scenarios that are not judged are named by what they begin with', () => {
  assert.equal(reasonNotJudged('tasks-lifecycle'), 'the tasks extension')
  assert.equal(reasonNotJudged('sep-2640-index'), 'the skills extension')
  assert.equal(reasonNotJudged('task'), undefined)
  assert.equal(reasonNotJudged('resources-list'), undefined)
})

test('the server scenarios are read from the listing of the suite, without those of the client', () => {
  const listing = [
    'Required for X:',
    '',
    'Server scenarios (test against a server):',
    '  - ping',
    '  - tools-list',
    '',
    'Client scenarios (test against a client):',
    '  - initialize',
    '',
    'Run and reported, but never scored:',
    '  pending (2):',
    '    - auth/x [client]',
    '    - json-schema [server]',
    '',
  ].join('\n')
  assert.deepEqual(serverScenarios(listing), ['ping', 'tools-list', 'json-schema'])
})

test('the installed suite lists the scenarios of a requirement set on this version of Node', async () => {
  const names = await scenariosOf('2026-07-28')
  assert.ok(names.includes('server-stateless') && names.includes('http-header-validation'))
  assert.ok(!names.includes('request-metadata'), 'a client scenario')
})
