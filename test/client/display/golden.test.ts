import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type DisplayOptions, display } from '../../../src/client/display/index.ts'
import { ADD, CLOCK, FORECAST, LIST, NOTE, PNG_BASE64, PROMPT, TEMPLATE, TOOLS, text } from './samples.ts'

interface Golden {
  readonly name: string
  readonly value: unknown
  readonly options?: DisplayOptions
  /** Begins with a line break, which is none of the output. */
  readonly shown: string
}

const GRID = [
  { id: 1, name: 'Ada', admin: true },
  { id: 22, name: 'Grace\nHopper', admin: null },
  { id: 333, name: '김민준', city: 'Seoul' },
]

const plain: readonly Golden[] = [
  {
    name: 'shows tools as a table',
    value: TOOLS,
    shown: `
Name          Title             Description              Arguments
────────────  ────────────────  ───────────────────────  ───────────────────────
get_forecast  Weather forecast  Tells the weather of a   city*: string
                                city for the days to     days: integer
                                come, as the national    units: "metric" |
                                service sees it.         "imperial"
add                             Adds two numbers         a*: number
                                                         b*: number
clock         時計 🕑           今の時間を教えます

* required`,
  },
  {
    name: 'shows a page of tools, and that there is another',
    value: { tools: [ADD], nextCursor: '2' },
    shown: `
Name  Description       Arguments
────  ────────────────  ──────────
add   Adds two numbers  a*: number
                        b*: number

* required

There is another page.`,
  },
  {
    name: 'shows tools one below the other where columns do not fit',
    value: TOOLS,
    options: { width: 24 },
    shown: `
Name: get_forecast
Title: Weather forecast
Description: Tells the
  weather of a city for
  the days to come, as
  the national service
  sees it.
Arguments:
  city*: string
  days: integer
  units: "metric" |
  "imperial"

Name: add
Description: Adds two
  numbers
Arguments:
  a*: number
  b*: number

Name: clock
Title: 時計 🕑
Description: 今の時間を
  教えます

* required`,
  },
  {
    name: 'shows one tool with all that it takes and gives',
    value: FORECAST,
    shown: `
Weather forecast (get_forecast)
Tells the weather of a city for the days to come, as the national service sees
it.
read-only, open world

Arguments
Name   Type                   Description
─────  ─────────────────────  ──────────────────
city*  string                 The name of a city
days   integer                default: 3
units  "metric" | "imperial"  What to measure in
                              default: "metric"

Result
Name    Type
──────  ─────────────
days*   object[]
source  string | null

* required`,
  },
  {
    name: 'shows a tool that takes nothing',
    value: CLOCK,
    shown: `
時計 🕑 (clock)
今の時間を教えます`,
  },
  {
    name: 'shows resources as a table',
    value: [NOTE, LIST],
    shown: `
URI         Name            Type             Size  Description
──────────  ──────────────  ─────────────  ──────  ────────────────────
note://1    The first note  text/markdown  1.2 KB  What was noted first
note://all  all                              98 B`,
  },
  {
    name: 'shows one resource',
    value: NOTE,
    shown: `
The first note (note://1)
What was noted first
text/markdown, 1.2 KB`,
  },
  {
    name: 'shows resource templates as a table',
    value: { resourceTemplates: [TEMPLATE] },
    shown: `
URI template  Name      Type           Description
────────────  ────────  ─────────────  ────────────────────
note://{id}   Any note  text/markdown  A note by its number`,
  },
  {
    name: 'shows one resource template',
    value: TEMPLATE,
    shown: `
Any note (note://{id})
A note by its number
text/markdown`,
  },
  {
    name: 'shows prompts as a table',
    value: { prompts: [PROMPT, { name: 'plain' }] },
    shown: `
Name        Title  Description        Arguments
──────────  ─────  ─────────────────  ─────────
greet_user  Greet  Writes a greeting  name*
                                      style
plain

* required`,
  },
  {
    name: 'shows one prompt',
    value: PROMPT,
    shown: `
Greet (greet_user)
Writes a greeting

Arguments
Name   Description
─────  ─────────────
name*  Whom to greet
style

* required`,
  },
  {
    name: 'shows several lists under their headings',
    value: { tools: [ADD], resources: [LIST], resourceTemplates: [], prompts: [{ name: 'plain' }] },
    shown: `
Tools

Name  Description       Arguments
────  ────────────────  ──────────
add   Adds two numbers  a*: number
                        b*: number

* required

Resource templates

(no resource templates)

Resources

URI         Name  Size
──────────  ────  ────
note://all  all   98 B

Prompts

Name
─────
plain`,
  },
  {
    name: 'shows every kind of content',
    value: {
      content: [
        text('Some text,\nin two lines\n'),
        { type: 'image', data: PNG_BASE64, mimeType: 'image/png' },
        { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' },
        { ...NOTE, type: 'resource_link' },
        { type: 'resource_link', uri: 'file:///a', name: 'file:///a' },
        { type: 'resource', resource: { uri: 'note://1', mimeType: 'text/plain', text: 'one\n\ntwo' } },
        { type: 'resource', resource: { uri: 'blob://1', blob: 'AAAA' } },
        { type: 'hologram', beams: 3 },
      ],
    },
    shown: `
Some text,
in two lines
[image image/png, 29 B, 640×480]
[audio audio/wav, 3 B]
→ The first note (note://1, text/markdown, 1.2 KB)
  What was noted first
→ file:///a
note://1 (text/plain)
  one

  two
blob://1
  [blob, 3 B]
{
  "type": "hologram",
  "beams": 3
}`,
  },
  {
    name: 'shows an error of a tool under a heading',
    value: { isError: true, content: [text('add: "b" must be a number, got "two"')] },
    shown: `
Error
add: "b" must be a number, got "two"`,
  },
  {
    name: 'shows objects without parts as a table',
    value: { content: [], structuredContent: GRID },
    shown: `
 id  name    admin  city
───  ──────  ─────  ─────
  1  Ada     true
 22  Grace   null
     Hopper
333  김민준         Seoul`,
  },
  {
    name: 'shows a table as records where it does not fit',
    value: { content: [], structuredContent: GRID },
    options: { width: 12 },
    shown: `
id: 1
name: Ada
admin: true

id: 22
name:
Grace
Hopper
admin: null

id: 333
name: 김민준
city: Seoul`,
  },
  {
    name: 'shows an object as keys and values, and its tables below',
    value: {
      content: [text('Three people')],
      structuredContent: {
        total: 3,
        source: 'the registry\nof people',
        complete: false,
        next: null,
        people: GRID,
        rooms: [{ room: 'A1' }],
      },
    },
    shown: `
Three people

total     3
source    the registry
          of people
complete  false
next      null

people
 id  name    admin  city
───  ──────  ─────  ─────
  1  Ada     true
 22  Grace   null
     Hopper
333  김민준         Seoul

rooms
room
────
A1`,
  },
  {
    name: 'shows keys and values below each other where they do not fit',
    value: { structuredContent: { total: 3, source: 'the registry\nof people in the world' } },
    options: { width: 9 },
    shown: `
total: 3
source:
the
registry
of people
in the
world`,
  },
  {
    name: 'shows structured content with deeper parts as JSON',
    value: { content: [], structuredContent: { a: { b: [1, 'two', null], c: [{ d: {} }, []] } } },
    shown: `
{
  "a": {
    "b": [1, "two", null],
    "c": [
      {
        "d": {}
      },
      []
    ]
  }
}`,
  },
  {
    name: 'shows the messages of a prompt',
    value: {
      description: 'A greeting',
      messages: [
        { role: 'user', content: text('Write a greeting for Ada.\nBe friendly.') },
        { role: 'assistant', content: { type: 'image', data: PNG_BASE64, mimeType: 'image/png' } },
      ],
    },
    shown: `
A greeting

user
  Write a greeting for Ada.
  Be friendly.

assistant
  [image image/png, 29 B, 640×480]`,
  },
  {
    name: 'shows what was read of a resource',
    value: {
      contents: [
        { uri: 'note://1', mimeType: 'text/markdown', text: '# One\n\nThe first' },
        { uri: 'note://1/scan', mimeType: 'image/png', blob: PNG_BASE64 },
        { uri: 'note://1/voice', mimeType: 'audio/ogg', blob: 'AAAAAA==' },
      ],
    },
    shown: `
note://1 (text/markdown)
# One

The first

note://1/scan (image/png)
[image image/png, 29 B, 640×480]

note://1/voice (audio/ogg)
[audio audio/ogg, 4 B]`,
  },
  {
    name: 'shows other values as JSON',
    value: {
      text: 'a "quoted" line\nand another',
      wide: '日本',
      numbers: [1, 2.5, -3],
      nested: { empty: {}, none: [], list: [[1], { a: true }] },
    },
    shown: `
{
  "text": "a \\"quoted\\" line\\nand another",
  "wide": "日本",
  "numbers": [1, 2.5, -3],
  "nested": {
    "empty": {},
    "none": [],
    "list": [
      [1],
      {
        "a": true
      }
    ]
  }
}`,
  },
  {
    name: 'shows JSON in lines that go on under their beginning',
    value: {
      story: 'Once upon a time there was a server that said far more than fits in a line.',
      list: ['a long item of a list', 'and another long item of it'],
    },
    options: { width: 40 },
    shown: `
{
  "story": "Once upon a time there was a
    server that said far more than fits
    in a line.",
  "list": [
    "a long item of a list",
    "and another long item of it"
  ]
}`,
  },
  {
    name: 'breaks text at spaces, beside wide characters, and within words that are too long',
    value: 'The quick brown fox 日本語のとても長い文章です https://example.com/a/very/long/address\n    indented',
    options: { width: 20 },
    shown: `
The quick brown fox
日本語のとても長い文
章です https://examp
le.com/a/very/long/a
ddress
    indented`,
  },
  {
    name: 'shows what acts on terminals, and what is invisible',
    value: {
      content: [
        text(
          '\x1b[2J\x1b]8;;http://evil\x07link\x9b1m\r\nbell\x07 \u202Ereversed\u2066 zero\u200Bwidth \u{E0041}\ttab',
        ),
      ],
    },
    shown: `
␛[2J␛]8;;http://evil␇link<U+009B>1m
bell␇ <U+202E>reversed<U+2066> zero<U+200B>width <U+E0041>      tab`,
  },
]

const coloured: readonly Golden[] = [
  {
    name: 'a table of tools',
    value: [ADD],
    shown: `
\x1b[1mName\x1b[0m  \x1b[1mDescription\x1b[0m       \x1b[1mArguments\x1b[0m
\x1b[2m────\x1b[0m  \x1b[2m────────────────\x1b[0m  \x1b[2m──────────\x1b[0m
\x1b[36madd\x1b[0m   Adds two numbers  \x1b[36ma\x1b[0m\x1b[31m*\x1b[0m: \x1b[2mnumber\x1b[0m
                        \x1b[36mb\x1b[0m\x1b[31m*\x1b[0m: \x1b[2mnumber\x1b[0m

\x1b[31m*\x1b[0m\x1b[2m required\x1b[0m`,
  },
  {
    name: 'one tool',
    value: FORECAST,
    shown: `
\x1b[1mWeather forecast\x1b[0m\x1b[36m (get_forecast)\x1b[0m
Tells the weather of a city for the days to come, as the national service sees
it.
\x1b[2mread-only, open world\x1b[0m

\x1b[1mArguments\x1b[0m
\x1b[1mName\x1b[0m   \x1b[1mType\x1b[0m                   \x1b[1mDescription\x1b[0m
\x1b[2m─────\x1b[0m  \x1b[2m─────────────────────\x1b[0m  \x1b[2m──────────────────\x1b[0m
\x1b[36mcity\x1b[0m\x1b[31m*\x1b[0m  \x1b[2mstring\x1b[0m                 The name of a city
\x1b[36mdays\x1b[0m   \x1b[2minteger\x1b[0m                \x1b[2mdefault: \x1b[0m\x1b[33m3\x1b[0m
\x1b[36munits\x1b[0m  \x1b[2m"metric" | "imperial"\x1b[0m  What to measure in
                              \x1b[2mdefault: \x1b[0m\x1b[32m"metric"\x1b[0m

\x1b[1mResult\x1b[0m
\x1b[1mName\x1b[0m    \x1b[1mType\x1b[0m
\x1b[2m──────\x1b[0m  \x1b[2m─────────────\x1b[0m
\x1b[36mdays\x1b[0m\x1b[31m*\x1b[0m   \x1b[2mobject[]\x1b[0m
\x1b[36msource\x1b[0m  \x1b[2mstring | null\x1b[0m

\x1b[31m*\x1b[0m\x1b[2m required\x1b[0m`,
  },
  {
    name: 'an error of a tool',
    value: {
      isError: true,
      content: [text('It failed,\nwholly'), { type: 'resource_link', uri: 'a://b', name: 'b', size: 5 }],
    },
    shown: `
\x1b[1;31mError\x1b[0m
\x1b[31mIt failed,\x1b[0m
\x1b[31mwholly\x1b[0m
→ \x1b[1mb\x1b[0m\x1b[2m (a://b, 5 B)\x1b[0m`,
  },
  {
    name: 'structured content',
    value: { structuredContent: { total: 3, ok: true, name: 'x', none: null, rows: [{ a: 1 }] } },
    shown: `
\x1b[36mtotal\x1b[0m  \x1b[33m3\x1b[0m
\x1b[36mok\x1b[0m     \x1b[35mtrue\x1b[0m
\x1b[36mname\x1b[0m   x
\x1b[36mnone\x1b[0m   \x1b[35mnull\x1b[0m

\x1b[1mrows\x1b[0m
\x1b[1ma\x1b[0m
\x1b[2m─\x1b[0m
\x1b[33m1\x1b[0m`,
  },
  {
    name: 'JSON',
    value: { a: ['s', 1, true, null], b: [{}, 1n] },
    shown: `
{
  \x1b[36m"a"\x1b[0m: [\x1b[32m"s"\x1b[0m, \x1b[33m1\x1b[0m, \x1b[35mtrue\x1b[0m, \x1b[35mnull\x1b[0m],
  \x1b[36m"b"\x1b[0m: [
    {},
    \x1b[2m1n\x1b[0m
  ]
}`,
  },
  {
    name: 'messages',
    value: { description: 'About', messages: [{ role: 'user', content: text('Hi') }] },
    shown: `
\x1b[2mAbout\x1b[0m

\x1b[1muser\x1b[0m
  Hi`,
  },
  {
    name: 'contents',
    value: { contents: [{ uri: 'a://b', mimeType: 'text/plain', text: 'Hi' }] },
    shown: `
\x1b[1ma://b\x1b[0m\x1b[2m (text/plain)\x1b[0m
Hi`,
  },
  {
    name: 'an error that was thrown',
    value: new RangeError('too far'),
    shown: `
\x1b[31mRangeError: too far\x1b[0m`,
  },
]

describe('display', () => {
  for (const { name, value, options, shown } of plain) {
    it(name, () => {
      assert.equal(`\n${display(value, { color: false, width: 80, ...options })}`, shown)
    })
  }

  for (const { name, value, shown } of coloured) {
    it(`colours ${name}`, () => {
      assert.equal(`\n${display(value, { color: true, width: 80 })}`, shown)
    })
  }
})
