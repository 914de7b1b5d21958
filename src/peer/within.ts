/**
 * Settles with what is awaited, or when the time is over.
 * @param late is called when it is
 */
export const within = async (milliseconds: number, awaited: PromiseLike<unknown>, late?: () => void): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      late?.()
      resolve()
    }, milliseconds)
  })
  try {
    await Promise.race([awaited, over])
  } finally {
    clearTimeout(timer)
  }
}
