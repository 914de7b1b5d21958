/** What the writers to a slow reader wait for, all of them together. */
export class Room {
  #made: Promise<void> | undefined
  #resolve: () => void = () => undefined

  /** Settles at the next `make`. */
  wait(): Promise<void> {
    this.#made ??= new Promise((resolve) => {
      this.#resolve = resolve
    })
    return this.#made
  }

  /** There is room again, or nobody reads any more. */
  readonly make = (): void => {
    this.#made = undefined
    this.#resolve()
  }
}
