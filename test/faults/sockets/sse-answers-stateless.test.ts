import { resetDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

resetDuringCalls(SOCKET_WAYS.sse('2026-07-28'))
