import { revision20250326 } from './2025-03-26.ts'
import { revise } from './revision.ts'

export const revision20250618 = revise(revision20250326, {
  version: '2025-06-18',
  batches: false,
  structuredContent: 'object',
  asks: { elicitation: { defaults: false, titledEnums: false, multiSelect: false, url: 'none' } },
  http: { versionHeader: 'optional' },
  shapes: {
    implementation: { title: true },
    annotations: { lastModified: true },
    tool: { title: true, outputSchema: true, _meta: true },
    callToolResult: { structuredContent: true },
    resource: { title: true, _meta: true },
    resourceTemplate: { title: true, _meta: true },
    resourceContents: { _meta: true },
    promptArgument: { title: true },
    prompt: { title: true, _meta: true },
    'content/text': { _meta: true },
    'content/image': { _meta: true },
    'content/audio': { _meta: true },
    'content/resource': { _meta: true },
    'content/resource_link': {
      type: true,
      uri: true,
      name: true,
      title: true,
      description: true,
      mimeType: true,
      size: true,
      annotations: 'annotations',
      _meta: true,
    },
  },
})
