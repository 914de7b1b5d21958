import { revision20241105 } from './2024-11-05.ts'
import { revise } from './revision.ts'

export const revision20250326 = revise(revision20241105, {
  version: '2025-03-26',
  batches: true,
  shapes: {
    serverCapabilities: { completions: true },
    toolAnnotations: {
      title: true,
      readOnlyHint: true,
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: true,
    },
    tool: { annotations: 'toolAnnotations' },
    'content/audio': { type: true, data: true, mimeType: true, annotations: 'annotations' },
    progress: { message: true },
  },
})
