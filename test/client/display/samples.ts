import { encodeBase64 } from '../../../src/wire/base64.ts'

/** One byte for each character. */
export const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0))

/** The start of a PNG file of 640 × 480 pixels. */
export const PNG = latin1('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x02\x80\0\0\x01\xe0\x08\x02\0\0\0')

export const PNG_BASE64 = encodeBase64(PNG)

export const text = (content: string) => ({ type: 'text', text: content })

export const FORECAST = {
  name: 'get_forecast',
  title: 'Weather forecast',
  description: 'Tells the weather of a city for the days to come, as the national service sees it.',
  annotations: { readOnlyHint: true, openWorldHint: true, destructiveHint: false },
  inputSchema: {
    type: 'object',
    properties: {
      city: { type: 'string', description: 'The name of a city' },
      days: { type: 'integer', default: 3 },
      units: { enum: ['metric', 'imperial'], description: 'What to measure in', default: 'metric' },
    },
    required: ['city'],
  },
  outputSchema: {
    type: 'object',
    properties: { days: { type: 'array', items: { type: 'object' } }, source: { type: ['string', 'null'] } },
    required: ['days'],
  },
}

export const ADD = {
  name: 'add',
  description: 'Adds two numbers',
  inputSchema: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a', 'b'] },
}

export const CLOCK = {
  name: 'clock',
  title: '時計 🕑',
  description: '今の時間を教えます',
  inputSchema: { type: 'object' },
}

export const TOOLS = [FORECAST, ADD, CLOCK]

export const NOTE = {
  uri: 'note://1',
  name: 'one',
  title: 'The first note',
  mimeType: 'text/markdown',
  size: 1234,
  description: 'What was noted first',
}

export const LIST = { uri: 'note://all', name: 'all', size: 98 }

export const TEMPLATE = {
  uriTemplate: 'note://{id}',
  name: 'note',
  title: 'Any note',
  mimeType: 'text/markdown',
  description: 'A note by its number',
}

export const PROMPT = {
  name: 'greet_user',
  title: 'Greet',
  description: 'Writes a greeting',
  arguments: [{ name: 'name', description: 'Whom to greet', required: true }, { name: 'style' }],
}
