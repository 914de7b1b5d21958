import { cpuMsOf } from '../processes.ts'

const WARM_UP_MS = 1000
const MEASURED_MS = 2000

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Prints how many answers came each second, and the processor time of each, after a warm-up that is not counted; then
 * ends the process.
 */
export const printRate = async (pid: number, answered: () => number): Promise<never> => {
  await after(WARM_UP_MS)
  const [answersBefore, cpuBefore, started] = [answered(), cpuMsOf(pid), performance.now()]
  await after(MEASURED_MS)
  const answers = answered() - answersBefore
  const perSecond = answers / ((performance.now() - started) / 1000)
  console.log(JSON.stringify({ perSecond, cpu: ((cpuMsOf(pid) - cpuBefore) * 1000) / answers }))
  process.exit(0)
}
