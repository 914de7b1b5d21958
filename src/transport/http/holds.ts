/** Counts what keeps something from being idle. */
export class Holds {
  readonly #changed: (isHeld: boolean) => void
  #count = 0

  /** @param changed hears when the first hold begins, and when the last one ends */
  constructor(changed: (isHeld: boolean) => void) {
    this.#changed = changed
  }

  /** @returns what ends the hold */
  readonly take = (): (() => void) => {
    this.#count += 1
    if (this.#count === 1) this.#changed(true)
    let isHeld = true
    return () => {
      if (!isHeld) return
      isHeld = false
      this.#count -= 1
      if (this.#count === 0) this.#changed(false)
    }
  }
}

/** The hold of one call: given up while it only waits for its client to answer. */
export class CallHold {
  readonly #holds: Holds
  #asking = 0
  #ended = false
  #release: () => void

  constructor(holds: Holds) {
    this.#holds = holds
    this.#release = holds.take()
  }

  /** Gives the hold up until an answer is there. */
  readonly whileAsking = async <Value>(answer: Promise<Value>): Promise<Value> => {
    this.#asking += 1
    this.#release()
    try {
      return await answer
    } finally {
      this.#asking -= 1
      if (this.#asking === 0 && !this.#ended) this.#release = this.#holds.take()
    }
  }

  end(): void {
    this.#ended = true
    this.#release()
  }
}
