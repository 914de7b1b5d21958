import type { Delivery } from './delivery.ts'
import { MAX_EXCERPT_BYTES } from './delivery.ts'
import type { ClientRequest, HttpClient } from './http-client.ts'
import { isSuccess, refusal, textOf } from './refusal.ts'
import { NOBODY } from './requester.ts'

/**
 * Sends what has no answer.
 * @param what it is, in errors
 * @throws ConnectionError when it was not taken
 */
export const deliver = (client: HttpClient, request: ClientRequest, what: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const delivery: Delivery = client.send(request, {
      answered: (status, header) => {
        if (isSuccess(status)) {
          delivery.linger()
          resolve()
          return NOBODY
        }
        return delivery.excerpt(MAX_EXCERPT_BYTES, (bytes) => reject(refusal(what, status, header, textOf(bytes))))
      },
      failed: reject,
    })
  })
