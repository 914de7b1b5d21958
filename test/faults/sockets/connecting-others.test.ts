import { resetWhileConnecting } from './connecting.ts'
import { SOCKET_WAYS } from './ways.ts'

resetWhileConnecting(SOCKET_WAYS.older('2025-11-25'), 13)
resetWhileConnecting(SOCKET_WAYS.websocket('2026-07-28'), 3)
resetWhileConnecting(SOCKET_WAYS.lines('2025-11-25'))
