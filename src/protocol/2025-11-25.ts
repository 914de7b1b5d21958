import { revision20250618 } from './2025-06-18.ts'
import { revise } from './revision.ts'

export const revision20251125 = revise(revision20250618, {
  version: '2025-11-25',
  requests: { added: ['tasks/get', 'tasks/result', 'tasks/list', 'tasks/cancel'] },
  notifications: { added: ['notifications/tasks/status'] },
  missingId: undefined,
  asks: { elicitation: { defaults: true, titledEnums: true, multiSelect: true, url: 'id' }, samplingTools: true },
  http: { polling: true },
  shapes: {
    icon: { src: true, mimeType: true, sizes: true, theme: true },
    implementation: { description: true, websiteUrl: true, icons: 'icon' },
    tool: { icons: 'icon' },
    resource: { icons: 'icon' },
    resourceTemplate: { icons: 'icon' },
    prompt: { icons: 'icon' },
    'content/resource_link': { icons: 'icon' },
  },
})
