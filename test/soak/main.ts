import { parseArgs } from 'node:util'
import { summary, writeLoad } from './report.ts'
import { soak } from './soak.ts'

const USAGE = `npm run soak -- [--clients 3000] [--waves 6] [--together 120] [--processes 24] [--seed <number>] [--write]
With --write, the figures go into docs/reliability.md. The same seed makes the same clients.`

const { values } = parseArgs({
  options: {
    clients: { type: 'string', default: '3000' },
    waves: { type: 'string', default: '6' },
    together: { type: 'string', default: '120' },
    processes: { type: 'string', default: '24' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 0x7fff_ffff)) },
    write: { type: 'boolean', default: false },
  },
})

const { write, ...texts } = values
const {
  clients = 0,
  waves = 0,
  together = 0,
  processes = 0,
  seed = 0,
} = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, Number(text)]))

const isUsable = [clients, waves, together, processes, seed].every(
  (number) => Number.isSafeInteger(number) && number >= 0,
)

if (!isUsable || waves === 0 || together === 0) {
  console.error(USAGE)
  process.exitCode = 2
} else {
  // Known beforehand: what hangs for good is found again by it.
  console.log(`from the seed ${seed}`)
  const outcome = await soak({
    seed,
    clients,
    waves,
    together,
    processes,
    waveOver: (wave, problems, memory) =>
      console.log(`wave ${wave + 1} of ${waves}: ${problems} problems so far, ${memory} bytes in use`),
  })
  console.log(summary(outcome))
  if (write) await writeLoad(outcome)
  if (outcome.problems.length > 0) process.exitCode = 1
}
