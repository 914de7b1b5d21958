import { breakDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

breakDuringCalls(SOCKET_WAYS.older('2025-11-25'), { work: 'ask', step: 19 })
breakDuringCalls(SOCKET_WAYS.websocket('2025-11-25'), { work: 'ask', step: 5 })
breakDuringCalls(SOCKET_WAYS.lines('2025-11-25'), { work: 'ask', step: 5 })
