import { parseArgs } from 'node:util'
import { describeFailure } from './engine.ts'
import { FUZZERS } from './targets/index.ts'

const USAGE = `npm run fuzz -- [--only <name>] [--seconds <each, 60>] [--seed <number>]
With a seed and no time, one run of that seed. The names: ${FUZZERS.map(({ name }) => name).join(', ')}`

const { values } = parseArgs({
  options: { only: { type: 'string' }, seconds: { type: 'string' }, seed: { type: 'string' } },
})

const chosen = FUZZERS.filter(({ name }) => values.only === undefined || name === values.only)
const milliseconds = Number(values.seconds ?? (values.seed === undefined ? 60 : 0)) * 1000
const firstSeed = Number(values.seed ?? Math.floor(Math.random() * 0x7fff_ffff))

const isUsable = chosen.length > 0 && milliseconds >= 0 && Number.isInteger(firstSeed)
if (!isUsable) {
  console.error(USAGE)
  process.exitCode = 2
}

for (const { name, run } of isUsable ? chosen : []) {
  // Known beforehand: what hangs for good is found again by it.
  process.stdout.write(`${name}: from the seed ${firstSeed} `)
  const began = performance.now()
  let cases = 0
  let seed = firstSeed
  let failure: string | undefined
  do {
    const outcome = await run({ seed })
    cases += outcome.cases
    if (outcome.failure) failure = describeFailure(name, seed, outcome.failure)
    seed += 1
  } while (failure === undefined && performance.now() - began < milliseconds)
  const seconds = (performance.now() - began) / 1000
  console.log(`${cases} cases in ${seconds.toFixed(1)} s, ${Math.round(cases / seconds)} a second`)
  if (failure === undefined) continue
  console.log(failure)
  process.exitCode = 1
}
