import { breakDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

breakDuringCalls(SOCKET_WAYS.json('2025-11-25'))
