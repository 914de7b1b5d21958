import { breakDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

// Behind a clean end the same holds as behind a reset.
for (const version of ['2025-11-25', '2026-07-28'] as const) {
  breakDuringCalls(SOCKET_WAYS.json(version), { manner: 'end', step: 11 })
  breakDuringCalls(SOCKET_WAYS.sse(version), { manner: 'end', step: 11, directions: ['down'] })
  breakDuringCalls(SOCKET_WAYS.websocket(version), { manner: 'end', step: 11 })
  breakDuringCalls(SOCKET_WAYS.lines(version), { manner: 'end', step: 11 })
}
breakDuringCalls(SOCKET_WAYS.older('2025-11-25'), { manner: 'end', step: 23 })
