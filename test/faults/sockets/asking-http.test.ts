import { breakDuringCalls } from './calls.ts'
import { SOCKET_WAYS } from './ways.ts'

for (const version of ['2025-11-25', '2026-07-28'] as const)
  breakDuringCalls(SOCKET_WAYS.sse(version), { work: 'ask', step: 11 })
