import { ErrorCode } from '../errors.ts'
import { firstRevision } from './revision.ts'

export const revision20241105 = firstRevision({
  version: '2024-11-05',
  conversation: 'stateful',
  requests: new Set([
    'initialize',
    'ping',
    'tools/list',
    'tools/call',
    'resources/list',
    'resources/templates/list',
    'resources/read',
    'resources/subscribe',
    'resources/unsubscribe',
    'prompts/list',
    'prompts/get',
    'completion/complete',
    'logging/setLevel',
  ]),
  notifications: new Set([
    'notifications/initialized',
    'notifications/cancelled',
    'notifications/progress',
    'notifications/roots/list_changed',
  ]),
  batches: false,
  missingId: null,
  resourceNotFound: ErrorCode.ResourceNotFound,
  structuredContent: 'none',
  stamp: undefined,
  rounds: new Set(),
  streams: new Set(),
  asks: { elicitation: undefined, samplingTools: false },
  http: { versionHeader: 'unknown', mirroredParameter: undefined, disconnectCancels: false, polling: false, sse: true },
  shapes: {
    implementation: { name: true, version: true },
    serverCapabilities: { experimental: true, logging: true, prompts: true, resources: true, tools: true },
    annotations: { audience: true, priority: true },

    initializeResult: {
      protocolVersion: true,
      capabilities: 'serverCapabilities',
      serverInfo: 'implementation',
      instructions: true,
      _meta: true,
    },

    tool: { name: true, description: true, inputSchema: true },
    listToolsResult: { tools: 'tool', nextCursor: true, _meta: true },
    callToolResult: { content: 'content', isError: true, _meta: true },

    resource: {
      uri: true,
      name: true,
      description: true,
      mimeType: true,
      size: true,
      annotations: 'annotations',
    },
    listResourcesResult: { resources: 'resource', nextCursor: true, _meta: true },
    resourceTemplate: {
      uriTemplate: true,
      name: true,
      description: true,
      mimeType: true,
      annotations: 'annotations',
    },
    listResourceTemplatesResult: { resourceTemplates: 'resourceTemplate', nextCursor: true, _meta: true },
    resourceContents: { uri: true, mimeType: true, text: true, blob: true },
    readResourceResult: { contents: 'resourceContents', _meta: true },

    promptArgument: { name: true, description: true, required: true },
    prompt: { name: true, description: true, arguments: 'promptArgument' },
    listPromptsResult: { prompts: 'prompt', nextCursor: true, _meta: true },
    promptMessage: { role: true, content: 'content' },
    getPromptResult: { description: true, messages: 'promptMessage', _meta: true },

    completion: { values: true, total: true, hasMore: true },
    completeResult: { completion: 'completion', _meta: true },
    emptyResult: { _meta: true },

    'content/text': { type: true, text: true, annotations: 'annotations' },
    'content/image': { type: true, data: true, mimeType: true, annotations: 'annotations' },
    'content/resource': { type: true, resource: 'resourceContents', annotations: 'annotations' },

    progress: { progressToken: true, progress: true, total: true },
  },
})
