import { resetDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

resetDuringCalls(SOCKET_WAYS.json('2025-11-25'))
