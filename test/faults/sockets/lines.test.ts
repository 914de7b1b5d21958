import { resetDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

resetDuringCalls(SOCKET_WAYS.lines('2026-07-28'))
resetDuringCalls(SOCKET_WAYS.lines('2025-11-25'))
