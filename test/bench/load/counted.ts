import { cpuMsOf } from '../processes.ts'

/** So many calls are answered before anything is measured: until its code is compiled, a server is slower. */
export const WARM_UP_CALLS = 20_000

const MEASURED_MS = 2000

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Prints how many answers come each second, and the processor time of each; then ends the process. */
export const printRate = async (pid: number, answered: () => number): Promise<never> => {
  const [answersBefore, cpuBefore, started] = [answered(), cpuMsOf(pid), performance.now()]
  await after(MEASURED_MS)
  const answers = answered() - answersBefore
  const perSecond = answers / ((performance.now() - started) / 1000)
  console.log(JSON.stringify({ perSecond, cpu: ((cpuMsOf(pid) - cpuBefore) * 1000) / answers }))
  process.exit(0)
}
