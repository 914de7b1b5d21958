const FULL = new Error('full')

/** What a function of a store does wrong, until it is let. */
export const FAULTS: Readonly<Record<string, (work: () => unknown, later: Promise<void>) => unknown>> = {
  'throws at once': () => {
    throw FULL
  },
  rejects: () => Promise.reject(FULL),
  'hangs for ever': () => new Promise(() => undefined),
  'answers late': (work, later) => later.then(work),
  'fails late': (_, later) => later.then(() => Promise.reject(FULL)),
}
