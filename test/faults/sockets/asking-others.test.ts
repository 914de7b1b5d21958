import { resetDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

resetDuringCalls(SOCKET_WAYS.older('2025-11-25'), { work: 'ask', step: 19 })
resetDuringCalls(SOCKET_WAYS.websocket('2025-11-25'), { work: 'ask', step: 5 })
resetDuringCalls(SOCKET_WAYS.lines('2025-11-25'), { work: 'ask', step: 5 })
