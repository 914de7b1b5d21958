import { breakDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

// The request is the same as where the answer is JSON.
breakDuringCalls(SOCKET_WAYS.sse('2025-11-25'), { directions: ['down'] })
