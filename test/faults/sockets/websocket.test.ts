import { resetDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

resetDuringCalls(SOCKET_WAYS.websocket('2026-07-28'))
resetDuringCalls(SOCKET_WAYS.websocket('2025-11-25'))
