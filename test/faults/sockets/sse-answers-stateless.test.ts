import { breakDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

// The request is the same as where the answer is JSON.
breakDuringCalls(SOCKET_WAYS.sse('2026-07-28'), { directions: ['down'] })
