import type { Table } from '../table.ts'
import { client } from './client.ts'
import { http, httpList, httpStream } from './http.ts'
import { listeners } from './listeners.ts'
import { memory } from './memory.ts'
import { messages } from './messages.ts'
import { pipes } from './pipes.ts'
import { importing, startup } from './startup.ts'

/** Every table, in the order of the page. A new one is a file here, and a line. */
export const TABLES: readonly Table[] = [
  http,
  httpStream,
  httpList,
  ...pipes,
  ...client,
  memory,
  startup,
  importing,
  messages,
  ...listeners,
]
