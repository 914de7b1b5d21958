import { breakDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

breakDuringCalls(SOCKET_WAYS.websocket('2026-07-28'))
breakDuringCalls(SOCKET_WAYS.websocket('2025-11-25'))
