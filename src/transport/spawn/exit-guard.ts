const ends = new Set<() => void>()

const endAll = (): void => {
  for (const end of ends) end()
}

/**
 * Has something ended when this process exits. There is one listener for everything, as long as there is anything.
 * @param end must be done when it returns
 * @returns what forgets it
 */
export const endAtExit = (end: () => void): (() => void) => {
  if (ends.size === 0) process.on('exit', endAll)
  ends.add(end)
  return () => {
    ends.delete(end)
    if (ends.size === 0) process.off('exit', endAll)
  }
}
