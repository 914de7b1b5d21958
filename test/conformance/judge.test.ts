import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finished } from '../../scripts/child.ts'
import { reasonNotJudged } from './expectations.ts'
import { type Check, type Judgement, judge, judgeStrictly } from './judge.ts'
import { type Row, reportOf, summaryOf } from './row.ts'
import { clientScenarios, everyRevision, revisionsIn, scenariosIn, scenariosOf } from './suite.ts'

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

const finished = (code: number | null, output = '', error?: string) => ({ code, stdout: output, stderr: '', error })

const strictCases: [what: string, checks: Check[] | undefined, run: Finished, expected: Judgement][] = [
  ['a success', [check('SUCCESS')], finished(0), { verdict: 'passed', succeeded: 1, notes: [] }],
  ['nothing to prove', [check('INFO')], finished(0), { verdict: 'skipped', succeeded: 0, notes: [NOTHING_PROVED] }],
  [
    'a warning that the suite fails',
    [check('SUCCESS', 'b'), check('WARNING', 'a', 'should')],
    finished(1, 'Passed: 1/1, 0 failed, 1 warnings'),
    { verdict: 'failed', succeeded: 1, notes: ['warning a: should'] },
  ],
  [
    'a client that crashed after a success',
    [check('SUCCESS')],
    finished(1, 'Results:\nCLIENT EXITED WITH ERROR (code 1) - Test may be incomplete\nOVERALL: FAILED'),
    { verdict: 'failed', succeeded: 1, notes: ['CLIENT EXITED WITH ERROR (code 1) - Test may be incomplete'] },
  ],
  [
    'a client that did not end, and a failure',
    [check('FAILURE', 'a', 'never called')],
    finished(1, 'CLIENT TIMED OUT - Test incomplete\n'),
    { verdict: 'failed', succeeded: 0, notes: ['failed a: never called', 'CLIENT TIMED OUT - Test incomplete'] },
  ],
  [
    'a suite that fails without a reason',
    [check('SUCCESS')],
    finished(1, 'one\ntwo\n'),
    { verdict: 'failed', succeeded: 1, notes: ['the suite ended with exit code 1: one two'] },
  ],
  [
    'a suite that was ended',
    undefined,
    finished(null, '', 'node took longer than 60 s'),
    { verdict: 'failed', succeeded: 0, notes: ['the suite wrote no result', 'node took longer than 60 s: '] },
  ],
]

for (const [what, checks, run, expected] of strictCases) {
  test(`a scenario of a client with ${what} is ${expected.verdict}`, () => {
    assert.deepEqual(judgeStrictly(checks, run), expected)
  })
}

test('scenarios that are not judged are named by what they begin with', () => {
  assert.equal(reasonNotJudged('tasks-lifecycle'), 'the tasks extension')
  assert.equal(reasonNotJudged('sep-2640-index'), 'the skills extension')
  assert.equal(reasonNotJudged('auth/dpop'), 'authorization')
  assert.equal(reasonNotJudged('task'), undefined)
  assert.equal(reasonNotJudged('resources-list'), undefined)
})

const listing = [
  'Required for X:',
  '',
  'Server scenarios (test against a server):',
  '  - ping',
  '  - tools-list',
  '',
  'Client scenarios (test against a client):',
  '  - initialize',
  '  - auth/y',
  '',
  'Run and reported, but never scored:',
  '  pending (2):',
  '    - auth/x [client]',
  '    - json-schema [server]',
  '',
].join('\n')

test('the scenarios of one side are read from the listing of the suite, the ones without a score too', () => {
  assert.deepEqual(scenariosIn(listing, 'server'), ['ping', 'tools-list', 'json-schema'])
  assert.deepEqual(scenariosIn(listing, 'client'), ['initialize', 'auth/y', 'auth/x'])
})

test('a scenario of a client is played in each revision that names it, and in that of each set that has it', () => {
  const named = revisionsIn(
    [
      'Client scenarios (test against a client):',
      '  - initialize [2025-06-18,2025-11-25]',
      '  - dpop [extension]',
      '  - skills [extension]',
      '',
    ].join('\n'),
  )
  const sets = new Map([
    ['2026-07-28', ['dpop']],
    ['2025-11-25', ['initialize', 'dpop']],
  ])
  assert.deepEqual(
    everyRevision(named, sets).map(({ scenario, revision }) => `${scenario} ${revision}`),
    ['initialize 2025-06-18', 'initialize 2025-11-25', 'dpop 2025-11-25', 'dpop 2026-07-28', 'skills -'],
  )
})

test('the installed suite lists the scenarios of a requirement set on this version of Node', async () => {
  const names = await scenariosOf('2026-07-28', 'server')
  assert.ok(names.includes('server-stateless') && names.includes('http-header-validation'))
  assert.ok(!names.includes('request-metadata'), 'a client scenario')
})

test('the installed suite lists the scenarios of a client with their revisions', async () => {
  const names = (await clientScenarios()).map(({ scenario, revision }) => `${scenario} ${revision}`)
  for (const name of ['tools_call 2025-11-25', 'tools_call 2026-07-28', 'auth/dpop 2026-07-28']) {
    assert.ok(names.includes(name), name)
  }
  assert.equal(new Set(names).size, names.length)
})

const row = (scenario: string, verdict: Row['verdict'], notes: readonly string[] = []): Row => ({
  side: 'client',
  revision: '2026-07-28',
  scenario,
  verdict,
  succeeded: 1,
  notes,
})

test('a report has a row for each scenario with its reasons, and says what was left out and why', () => {
  const left = ['2025-11-25', '2026-07-28'].map(
    (revision) => ({ side: 'client', revision, scenario: 'auth/x' }) as const,
  )
  assert.deepEqual(
    reportOf({ rows: [row('a', 'passed'), row('long', 'failed', ['failed b: it'])], left }).split('\n'),
    [
      'client  2026-07-28  a     passed   1 check(s)',
      'client  2026-07-28  long  failed   1 check(s)',
      '                      failed b: it',
      '',
      'Not judged, since they need authorization:',
      '  client auth/x (2025-11-25, 2026-07-28)',
    ],
  )
})

const summaries: [verdicts: Row['verdict'][], line: string, isGood: boolean][] = [
  [[], '0 passed, 0 failed, 0 skipped', false],
  [['passed', 'passed'], '2 passed, 0 failed, 0 skipped', true],
  [['passed', 'failed'], '1 passed, 1 failed, 0 skipped', false],
  [['passed', 'skipped'], '1 passed, 0 failed, 1 skipped', false],
]

for (const [verdicts, line, isGood] of summaries) {
  test(`a run is ${isGood ? 'good' : 'not good'} with ${line}`, () => {
    assert.deepEqual(summaryOf(verdicts.map((verdict) => row('a', verdict))), { line, isGood })
  })
}
