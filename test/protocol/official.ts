import assert from 'node:assert/strict'
import {
  CallToolResultSchema,
  CompleteResultSchema,
  DiscoverResultSchema,
  EmptyResultSchema,
  GetPromptResultSchema,
  InitializeResultSchema,
  JSONRPCMessageSchema,
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListResourceTemplatesResultSchema,
  ListToolsResultSchema,
  LoggingMessageNotificationSchema,
  ProgressNotificationSchema,
  ReadResourceResultSchema,
} from '@modelcontextprotocol/core'
import type { Reply, Version } from '../support/messages.ts'

interface Validator {
  safeParse(value: unknown): { readonly success: boolean; readonly error?: unknown }
}

const RESULTS: Readonly<Record<string, Validator>> = {
  initialize: InitializeResultSchema,
  ping: EmptyResultSchema,
  'logging/setLevel': EmptyResultSchema,
  'server/discover': DiscoverResultSchema,
  'tools/list': ListToolsResultSchema,
  'tools/call': CallToolResultSchema,
  'resources/list': ListResourcesResultSchema,
  'resources/templates/list': ListResourceTemplatesResultSchema,
  'resources/read': ReadResourceResultSchema,
  'prompts/list': ListPromptsResultSchema,
  'prompts/get': GetPromptResultSchema,
  'completion/complete': CompleteResultSchema,
}

const NOTIFICATIONS: Readonly<Record<string, Validator>> = {
  'notifications/progress': ProgressNotificationSchema,
  'notifications/message': LoggingMessageNotificationSchema,
}

const accept = (validator: Validator | undefined, value: unknown, what: string): void => {
  const { success, error } = validator?.safeParse(value) ?? { success: false }
  assert.ok(success, `${what}: ${String(error)}\n${JSON.stringify(value)}`)
}

/** What the official package says of a message, as far as it describes the revision. */
export const assertOfficial = (
  version: Version,
  method: string,
  message: Reply & { readonly method?: string },
): void => {
  if (version < '2025-11-25') return
  accept(JSONRPCMessageSchema, message, method)
  if (message.method) accept(NOTIFICATIONS[message.method], message, message.method)
  else if (!message.error) accept(RESULTS[method], message.result, method)
}
