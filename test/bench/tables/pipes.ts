import { peerCommand } from '../peers.ts'
import { type Mode, overStdio, overWebSocket } from '../pipes.ts'
import type { Table } from '../table.ts'
import { RATE } from './figures.ts'
import { serverCommand } from './servers.ts'

const LOOP = 'bare line loop'
const OURS = 'fluent-mcp'
const WS = 'the `ws` package'

const stdio = (mode: Mode, about: string, atLeast: number): Table => ({
  name: `stdio-${mode}`,
  title: `stdio, ${mode}`,
  about,
  figures: RATE,
  subjects: [
    overStdio(LOOP, '2026-07-28', mode, serverCommand('floor', 'stdio')),
    overStdio(OURS, '2026-07-28', mode, serverCommand('ours', 'stdio')),
    overStdio('fluent-mcp, 2025-06-18', '2025-06-18', mode, serverCommand('ours', 'stdio')),
    overStdio('official SDK v2', '2026-07-28', mode, serverCommand('official-v2', 'stdio')),
    overStdio('official SDK v1, 2025-06-18', '2025-06-18', mode, serverCommand('official-v1', 'stdio')),
    { ...overStdio('tmcp', '2025-06-18', mode, peerCommand('tmcp', 'stdio')), isPeer: true },
    { ...overStdio('fastmcp, 2025-06-18', '2025-06-18', mode, peerCommand('fastmcp', 'stdio')), isPeer: true },
  ],
  goals: [{ what: `stdio, ${mode}`, of: OURS, figure: 'perSecond', over: LOOP, atLeast, unit: '%' }],
})

const websocket = (mode: Mode, about: string): Table => ({
  name: `websocket-${mode}`,
  title: `WebSocket, ${mode}`,
  about,
  figures: RATE,
  subjects: [
    overWebSocket(WS, mode, serverCommand('ws', 'http')),
    overWebSocket(OURS, mode, serverCommand('ours', 'http')),
  ],
  goals: [{ what: `WebSocket, ${mode}`, of: OURS, figure: 'perSecond', over: WS, atLeast: 100, unit: '%' }],
})

export const pipes: readonly Table[] = [
  stdio('pipelined', 'Up to 2,000 calls are on their way at once.', 60),
  stdio('sequential', 'Each call waits for the answer to the one before.', 85),
  websocket('sequential', 'Each of 32 connections waits for each answer; `ws` with the JSON work of one call alone.'),
  websocket('pipelined', 'Each of 32 connections writes 50 calls at once, and waits for all answers.'),
]
