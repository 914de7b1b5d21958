import { CONNECTIONS } from '../http.ts'
import type { Table } from '../table.ts'
import { RATE_OVER_HTTP } from './figures.ts'
import { httpPeer, httpSubject, STATEFUL, STATELESS } from './servers.ts'

const FLOOR = 'bare `node:http`'
const OURS = 'fluent-mcp'
const SESSION = 'fluent-mcp, 2025-06-18 in a session'
const MANY = 'fluent-mcp, 1,000 tools'

const list = { ...STATELESS, method: 'tools/list', tools: 100 } as const

export const http: Table = {
  name: 'http',
  title: 'HTTP, tools/call',
  about: `One call that adds two numbers, answered as JSON; load from wrk with ${CONNECTIONS} connections. 2026-07-28 where nothing else is said; mcp-lite and fastmcp have no newer revision than 2025-06-18 and 2025-11-25.`,
  figures: RATE_OVER_HTTP,
  subjects: [
    httpSubject(FLOOR, 'floor'),
    httpSubject(OURS, 'ours'),
    httpSubject('fluent-mcp, 100 tools', 'ours', { tools: 100 }),
    httpSubject(MANY, 'ours', { tools: 1000 }),
    httpSubject('fluent-mcp, 2025-06-18 without session', 'ours', {}, { call: STATEFUL }),
    httpSubject(SESSION, 'ours', {}, { call: STATEFUL, session: true }),
    httpSubject('official SDK v2', 'official-v2'),
    httpSubject('official SDK v1, 2025-06-18', 'official-v1', {}, { call: STATEFUL }),
    httpSubject(
      'official SDK v1, 2025-06-18 in a session',
      'official-v1',
      { sessions: true },
      { call: STATEFUL, session: true },
    ),
    httpPeer('mcp-lite'),
    httpPeer('tmcp', { call: STATELESS }),
    httpPeer('fastmcp', { call: { ...STATEFUL, revision: '2025-11-25' } }),
  ],
  goals: [
    { what: 'HTTP `tools/call`, stateless', of: OURS, figure: 'perSecond', over: FLOOR, atLeast: 70, unit: '%' },
    { what: 'the same, processor time', of: OURS, figure: 'cpu', over: FLOOR, atMost: 100 / 0.7, unit: '%' },
    { what: 'the same, 99th percentile', of: OURS, figure: 'p99', over: FLOOR, atMost: 2, unit: '×' },
    { what: 'with 1,000 tools, to one tool', of: MANY, figure: 'perSecond', over: OURS, atLeast: 90, unit: '%' },
    { what: 'in a session, to stateless', of: SESSION, figure: 'perSecond', over: OURS, atLeast: 90, unit: '%' },
  ],
}

export const httpStream: Table = {
  name: 'http-stream',
  title: 'HTTP, tools/call as an event stream',
  about: 'The same call, answered with an event stream of one event (`responseMode: "sse"`).',
  figures: RATE_OVER_HTTP,
  subjects: [
    httpSubject(FLOOR, 'floor', { sse: true }),
    httpSubject(OURS, 'ours', { sse: true }),
    httpSubject('official SDK v1, 2025-06-18', 'official-v1', { sse: true }, { call: STATEFUL }),
  ],
  goals: [],
}

export const httpList: Table = {
  name: 'http-list',
  title: 'HTTP, tools/list of 100 tools',
  about: 'The floor sends a text that was made beforehand.',
  figures: RATE_OVER_HTTP,
  subjects: [
    httpSubject(FLOOR, 'floor', { tools: 100 }, { call: list }),
    httpSubject(OURS, 'ours', { tools: 100 }, { call: list }),
    httpSubject('official SDK v2', 'official-v2', { tools: 100 }, { call: list }),
    httpSubject(
      'official SDK v1, 2025-06-18',
      'official-v1',
      { tools: 100 },
      { call: { ...list, revision: '2025-06-18' } },
    ),
  ],
  goals: [],
}
