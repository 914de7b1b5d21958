import { resetWhileConnecting } from './connecting.ts'
import { SOCKET_WAYS } from './ways.ts'

resetWhileConnecting(SOCKET_WAYS.json('2025-11-25'), 3)
