import type { Fuzzer } from '../engine.ts'
import { connection } from './connection.ts'
import { eventStream } from './event-stream.ts'
import { fetch } from './fetch.ts'
import { frames } from './frames.ts'
import { headerValue } from './header-value.ts'
import { http } from './http.ts'
import { json } from './json.ts'
import { lines } from './lines.ts'
import { params } from './params.ts'
import { requestState } from './request-state.ts'
import { stdio } from './stdio.ts'
import { uriTemplate } from './uri-template.ts'
import { websocket } from './websocket.ts'

/** Everything that reads what comes from outside, from the byte on the wire upward. */
export const FUZZERS: readonly Fuzzer[] = [
  lines(),
  eventStream(),
  json(),
  headerValue(),
  frames(),
  uriTemplate(),
  requestState(),
  params(),
  connection(),
  stdio(),
  fetch(),
  http(),
  websocket(),
]
