import { resetDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

resetDuringCalls(SOCKET_WAYS.older('2025-11-25'), { work: 'ask', step: 7 })
resetDuringCalls(SOCKET_WAYS.websocket('2025-11-25'), { work: 'ask', step: 2 })
resetDuringCalls(SOCKET_WAYS.lines('2025-11-25'), { work: 'ask', step: 2 })
