/** Who takes in what comes over a {@link Transport}. None of its functions throws. */
export interface TransportReceiver {
  /**
   * Takes in a whole JSON text: a message, or a batch of them.
   * @returns a promise while no more should come: a transport that can stops reading until it settles
   */
  message(text: string): void | Promise<void>
  /**
   * Takes note of something that is no text, such as bytes that are not UTF-8. The other side is told.
   * @param reason in plain words, as in `a line is longer than 4096 bytes`
   */
  malformed(reason: string): void
  /** The other side has said all that it had to say, but still reads. Only some transports can tell this. */
  ended(): void
  /**
   * It is over, whichever side ended it. Called once, and nothing is called after it.
   * @param error what broke it; undefined after a regular end
   */
  closed(error?: Error): void
}

/**
 * A pipe of whole JSON-RPC texts to one other side, in both directions at once. Servers take one in
 * `runtime.connect(transport)`; anything that can carry texts can be one (2025-11-25 Transports, Custom Transports).
 *
 * Each side is started once and closed once, by whoever it was given to.
 *
 * @example
 * const overPort = (port: MessagePort): Transport => ({
 *   start: (receiver) => {
 *     port.onmessage = ({ data }) => void receiver.message(data)
 *     port.addEventListener('close', () => receiver.closed())
 *     port.start()
 *   },
 *   send: (text) => void port.postMessage(text),
 *   close: () => port.close(),
 * })
 */
export interface Transport {
  /**
   * Begins to receive: messages go to `receiver` one by one, in the order in which the other side has sent them. What
   * came before is kept until then, and nothing is delivered before this has been called.
   *
   * @throws whatever keeps it from beginning, at once or by a promise that rejects; then it is closed
   */
  start(receiver: TransportReceiver): void | Promise<void>
  /**
   * Sends one text; those of several calls arrive in their order, whether or not anybody waits. Never throws: what
   * goes wrong is told by `closed`. Once it is closed, texts are dropped.
   *
   * @param text JSON without a line break
   * @returns a promise while the other side reads too slowly: it settles when there is room again, or when it is over.
   *   A server sends no more than a bounded amount meanwhile, and then gives the other side up
   */
  send(text: string): Promise<void> | undefined
  /**
   * Ends it. What was sent before still arrives, unless there is an error; the other side is told, and both hear of it
   * by `closed`. Does nothing when it is over already; may come before `start`.
   *
   * @param error why the other side is given up: nothing is waited for
   * @returns a promise that settles when it is over, where that takes time
   */
  close(error?: Error): void | Promise<void>
}
