import { closing, cut as cutBytes, hex, type RawFrame, rawFrame } from './frames.ts'

/** What comes back from one that echoes messages and answers pings, before the close frame. */
export type Returned = readonly [kind: 'text' | 'binary' | 'pong', payload: string | Uint8Array]

/** One case: frames that are sent, and what must come back. Numbered like the cases of the Autobahn suite. */
export interface WebSocketCase {
  readonly id: string
  readonly title: string
  readonly send: readonly RawFrame[]
  /** How the bytes are cut: all at once, by frames, or in pieces of a size. */
  readonly cut: 'whole' | 'frames' | number
  readonly returned: readonly Returned[]
  /** The code of the close frame that comes back: 1000 answers the one that a lawful case ends with. */
  readonly code: number
  /** Whether that is because a rule was broken. */
  readonly fails: boolean
}

const NORMAL = 1000
const PROTOCOL_ERROR = 1002
const INVALID_DATA = 1007

type Cut = WebSocketCase['cut']

type Rest = { readonly returned?: readonly Returned[]; readonly cut?: Cut }

/** Frames that have a close frame among them, which is answered by its code. */
const closed = (
  id: string,
  title: string,
  send: readonly RawFrame[],
  code: number,
  { returned = [], cut = 'whole' }: Rest = {},
): WebSocketCase => ({ id, title, send, cut, returned, code, fails: false })

/** Frames that are lawful: the case ends with a close frame of our own. */
const lawful = (
  id: string,
  title: string,
  send: readonly RawFrame[],
  returned: readonly Returned[],
  cut: Cut = 'whole',
): WebSocketCase => closed(id, title, [...send, rawFrame('close', closing(NORMAL))], NORMAL, { returned, cut })

/** Frames that break a rule. */
const failing = (id: string, title: string, send: readonly RawFrame[], code: number, rest?: Rest): WebSocketCase => ({
  ...closed(id, title, send, code, rest),
  fails: true,
})

const first = (payload: string | Uint8Array): RawFrame => rawFrame('text', payload, { fin: false })
const next = (payload: string | Uint8Array): RawFrame => rawFrame('continuation', payload, { fin: false })
const last = (payload: string | Uint8Array): RawFrame => rawFrame('continuation', payload)
const single = (payload: string | Uint8Array): RawFrame => rawFrame('text', payload)

const hello = 'Hello, world!'
const echo: readonly Returned[] = [['text', hello]]
const ping = rawFrame('ping')
const noText = hex('00 ff fe fd fc fb 00 ff')

// ---- 1: the lengths of messages, at the edges of each form of the length

const LENGTHS: readonly (readonly [length: number, cut: Cut])[] = [
  [0, 'whole'],
  [125, 'whole'],
  [126, 'whole'],
  [127, 'whole'],
  [128, 'whole'],
  [65_535, 'whole'],
  [65_536, 'whole'],
  [65_536, 997],
]

const lengths = LENGTHS.flatMap(([length, cut], index) => {
  const text = '*'.repeat(length)
  const bytes = new Uint8Array(length).fill(0xfe)
  const title = `of ${length} bytes${cut === 'whole' ? '' : `, in pieces of ${cut}`}`
  return [
    lawful(`1.1.${index + 1}`, `a text ${title}`, [single(text)], [['text', text]], cut),
    lawful(`1.2.${index + 1}`, `a binary message ${title}`, [rawFrame('binary', bytes)], [['binary', bytes]], cut),
  ]
})

// ---- 2: pings and pongs

const tenPings = Array.from({ length: 10 }, (_, index) => `payload-${index}`)
const longest = new Uint8Array(125).fill(0xfe)

const pingsOf = (id: string, cut: Cut): WebSocketCase =>
  lawful(
    id,
    `ten pings, cut: ${cut}`,
    tenPings.map((payload) => rawFrame('ping', payload)),
    tenPings.map((payload) => ['pong', payload]),
    cut,
  )

const pings = [
  lawful('2.1', 'a ping without payload', [ping], [['pong', '']]),
  lawful('2.2', 'a ping with a text', [rawFrame('ping', hello)], [['pong', hello]]),
  lawful('2.3', 'a ping with what is no text', [rawFrame('ping', noText)], [['pong', noText]]),
  lawful('2.4', 'a ping with 125 bytes', [rawFrame('ping', longest)], [['pong', longest]]),
  failing('2.5', 'a ping with 126 bytes', [rawFrame('ping', new Uint8Array(126).fill(0xfe))], PROTOCOL_ERROR),
  lawful('2.6', 'a ping with 125 bytes, byte by byte', [rawFrame('ping', longest)], [['pong', longest]], 1),
  lawful('2.7', 'a pong that nobody asked for', [rawFrame('pong')], []),
  lawful('2.8', 'a pong with payload that nobody asked for', [rawFrame('pong', 'unasked')], []),
  lawful(
    '2.9',
    'such a pong, then a ping',
    [rawFrame('pong', 'unasked'), rawFrame('ping', 'asked')],
    [['pong', 'asked']],
  ),
  pingsOf('2.10', 'whole'),
  pingsOf('2.11', 1),
]

// ---- 3: reserved bits

const reservedAfter = (id: string, reserved: number, cut: Cut): WebSocketCase =>
  failing(
    id,
    `a text, then one with the reserved bits ${reserved}, then a ping; cut: ${cut}`,
    [single(hello), rawFrame('text', hello, { reserved }), ping],
    PROTOCOL_ERROR,
    { returned: echo, cut },
  )

const reservedBits = [
  failing('3.1', 'a text with the reserved bits 1', [rawFrame('text', hello, { reserved: 1 })], PROTOCOL_ERROR),
  reservedAfter('3.2', 2, 'whole'),
  reservedAfter('3.3', 3, 'frames'),
  reservedAfter('3.4', 4, 1),
  failing('3.5', 'a binary message with the bits 5', [rawFrame('binary', noText, { reserved: 5 })], PROTOCOL_ERROR),
  failing('3.6', 'a ping with the bits 6', [rawFrame('ping', hello, { reserved: 6 })], PROTOCOL_ERROR),
  failing('3.7', 'a close frame with the bits 7', [rawFrame('close', '', { reserved: 7 })], PROTOCOL_ERROR),
]

// ---- 4: reserved opcodes

const reservedOpcodes = (section: string, opcodes: readonly number[]): readonly WebSocketCase[] =>
  opcodes.map((opcode, index) => {
    const after = index >= 2
    const bare = rawFrame(opcode, index % 2 === 0 && index < 4 ? '' : hello)
    return failing(
      `${section}.${index + 1}`,
      `the opcode ${opcode}${after ? ', after a text' : ''}, then a ping`,
      after ? [single(hello), bare, ping] : [bare, ping],
      PROTOCOL_ERROR,
      { returned: after ? echo : [], cut: index === 4 ? 1 : 'whole' },
    )
  })

const opcodes = [...reservedOpcodes('4.1', [3, 4, 5, 6, 7]), ...reservedOpcodes('4.2', [11, 12, 13, 14, 15])]

// ---- 5: fragments

const CUTS: readonly Cut[] = ['whole', 'frames', 1]

const inEachCut = (firstNumber: number, make: (id: string, cut: Cut) => WebSocketCase): readonly WebSocketCase[] =>
  CUTS.map((cut, index) => make(`5.${firstNumber + index}`, cut))

const joined: readonly Returned[] = [['text', 'fragment1fragment2']]
const nothingToContinue = (fin: boolean): readonly RawFrame[] => [
  rawFrame('continuation', 'continues nothing', { fin }),
  single(hello),
]
const fivePieces = [
  first('fragment1'),
  next('fragment2'),
  rawFrame('ping', 'one'),
  next('fragment3'),
  next('fragment4'),
  rawFrame('ping', 'two'),
  last('fragment5'),
]
const fiveReturned: readonly Returned[] = [
  ['pong', 'one'],
  ['pong', 'two'],
  ['text', 'fragment1fragment2fragment3fragment4fragment5'],
]
const twice = (frames: readonly RawFrame[]): readonly RawFrame[] => [...frames, ...frames]

const fragments = [
  failing('5.1', 'a ping in fragments', [rawFrame('ping', 'a', { fin: false }), last('b')], PROTOCOL_ERROR),
  failing('5.2', 'a pong in fragments', [rawFrame('pong', 'a', { fin: false }), last('b')], PROTOCOL_ERROR),
  ...inEachCut(3, (id, cut) =>
    lawful(id, `a text in two fragments; cut: ${cut}`, [first('fragment1'), last('fragment2')], joined, cut),
  ),
  ...inEachCut(6, (id, cut) =>
    lawful(
      id,
      `a ping between two fragments; cut: ${cut}`,
      [first('fragment1'), rawFrame('ping', 'between'), last('fragment2')],
      [['pong', 'between'], ...joined],
      cut,
    ),
  ),
  ...inEachCut(9, (id, cut) =>
    failing(id, `a last fragment of nothing; cut: ${cut}`, nothingToContinue(true), PROTOCOL_ERROR, { cut }),
  ),
  ...inEachCut(12, (id, cut) =>
    failing(id, `a middle fragment of nothing; cut: ${cut}`, nothingToContinue(false), PROTOCOL_ERROR, { cut }),
  ),
  failing(
    '5.15',
    'a text in two fragments, then a fragment of nothing',
    [first('fragment1'), last('fragment2'), next('fragment3'), single('fragment4')],
    PROTOCOL_ERROR,
    { returned: joined },
  ),
  failing(
    '5.16',
    'a middle fragment of nothing before a text, twice',
    twice([next('a'), first('b'), last('c')]),
    PROTOCOL_ERROR,
  ),
  failing(
    '5.17',
    'a last fragment of nothing before a text, twice',
    twice([last('a'), first('b'), last('c')]),
    PROTOCOL_ERROR,
  ),
  failing(
    '5.18',
    'a second fragment that says it is a text',
    [first('fragment1'), single('fragment2')],
    PROTOCOL_ERROR,
  ),
  lawful('5.19', 'five fragments with two pings between', fivePieces, fiveReturned),
  lawful('5.20', 'five fragments with two pings between; cut: frames', fivePieces, fiveReturned, 'frames'),
]

// ---- 6: UTF-8

const accented = 'Hello-µ@ßöäüàá-UTF-8!!'
const greek = hex('ce ba e1 bd b9 cf 83 ce bc ce b5')
const edited = hex('65 64 69 74 65 64')
const surrogateWithin = Buffer.concat([greek, hex('ed a0 80'), edited])
const beyondWithin = Buffer.concat([greek, hex('f4 90 80 80'), edited])

const decoded = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const bytewise = (payload: Uint8Array): readonly RawFrame[] =>
  Array.from(payload, (byte, index) =>
    rawFrame(index === 0 ? 'text' : 'continuation', Uint8Array.of(byte), { fin: index === payload.length - 1 }),
  )

const wholeTexts = [
  lawful('6.1.1', 'an empty text', [single('')], [['text', '']]),
  lawful('6.1.2', 'three empty fragments', [first(''), next(''), last('')], [['text', '']]),
  lawful('6.1.3', 'an empty fragment on either side', [first(''), next('middle'), last('')], [['text', 'middle']]),
  lawful('6.2.1', 'a text', [single(accented)], [['text', accented]]),
  lawful('6.2.2', 'a text in two fragments', [first('Hello-µ@ßöä'), last('üàá-UTF-8!!')], [['text', accented]]),
  lawful('6.2.3', 'a text in fragments of one byte', bytewise(new TextEncoder().encode(accented)), [
    ['text', accented],
  ]),
  lawful('6.2.4', 'Greek in fragments of one byte', bytewise(greek), [['text', decoded(greek)]]),
  failing('6.3.1', 'a surrogate within a text', [single(surrogateWithin)], INVALID_DATA),
  failing('6.3.2', 'the same in fragments of one byte', bytewise(surrogateWithin), INVALID_DATA),
]

/** The text that goes wrong at its twelfth byte, in three parts: the second is the one that must fail. */
export const FAIL_FAST = [
  { id: '6.4.1', parts: [greek, hex('f4 90 80 80'), edited], as: 'fragments' },
  {
    id: '6.4.2',
    parts: [beyondWithin.subarray(0, 12), beyondWithin.subarray(12, 13), beyondWithin.subarray(13)],
    as: 'fragments',
  },
  { id: '6.4.3', parts: [greek, hex('f4 90 80 80'), edited], as: 'pieces' },
  {
    id: '6.4.4',
    parts: [beyondWithin.subarray(0, 12), beyondWithin.subarray(12, 13), beyondWithin.subarray(13)],
    as: 'pieces',
  },
] as const

const failFast = FAIL_FAST.map(({ id, parts, as }) =>
  failing(
    id,
    `a code point above the last, in ${as}`,
    as === 'fragments' ? [first(parts[0]), next(parts[1]), last(parts[2])] : [single(Buffer.concat(parts))],
    INVALID_DATA,
    { cut: as === 'fragments' ? 'frames' : 1 },
  ),
)

const range = (from: number, to: number): readonly number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index)

const digitsOf = (text: string): string => Buffer.from(text).toString('hex')

const PLANES = range(0, 16)
const NON_CHARACTERS = PLANES.flatMap((plane) =>
  [0xfffe, 0xffff].map((code) => digitsOf(String.fromCodePoint(plane * 0x1_0000 + code))),
)

const LONELY_STARTS = [
  [0xc0, 0xde],
  [0xe0, 0xee],
  [0xf0, 0xf6],
  [0xf8, 0xfa],
  [0xfc, 0xfc],
].map(([from = 0, to = 0]) =>
  range(from, to)
    .map((byte) => `${byte.toString(16)} 20`)
    .join(' '),
)

const CUT_OFF = [
  'c0',
  'e0 80',
  'f0 80 80',
  'f8 80 80 80',
  'fc 80 80 80 80',
  'df',
  'ef bf',
  'f7 bf bf',
  'fb bf bf bf',
  'fd bf bf bf bf',
]

/** One text per sequence of bytes (Markus Kuhn's decoder test): the valid ones come back, the others end with 1007. */
const SEQUENCES: readonly (readonly [section: string, about: string, sequences: readonly string[]])[] = [
  [
    '6.5',
    'characters of each length',
    [...['$', '¢', '€', '𤭢'].map((one) => digitsOf(`hello${one}world`)), digitsOf('κόσμε')],
  ],
  ['6.6', 'a Greek word, cut', range(1, 11).map((length) => Buffer.from(greek.subarray(0, length)).toString('hex'))],
  ['6.7', 'the first of a length', ['00', 'c2 80', 'e0 a0 80', 'f0 90 80 80']],
  ['6.8', 'the first of five and six bytes', ['f8 88 80 80 80', 'fc 84 80 80 80 80']],
  ['6.9', 'the last of a length', ['7f', 'df bf', 'ef bf bf', 'f4 8f bf bf']],
  ['6.10', 'the last beyond Unicode', ['f7 bf bf bf', 'fb bf bf bf bf', 'fd bf bf bf bf bf']],
  ['6.11', 'other edges', ['ed 9f bf', 'ee 80 80', 'ef bf bd', 'f4 8f bf bf', 'f4 90 80 80']],
  [
    '6.12',
    'continuations of nothing',
    [
      '80',
      'bf',
      '80 bf',
      '80 bf 80',
      '80 bf 80 bf',
      '80 bf 80 bf 80',
      '80 bf 80 bf 80 bf',
      range(0x80, 0xbe)
        .map((byte) => byte.toString(16))
        .join(''),
    ],
  ],
  ['6.13', 'first bytes alone', LONELY_STARTS],
  ['6.14', 'the last byte missing', CUT_OFF],
  ['6.15', 'the last bytes missing, joined', [CUT_OFF.join('')]],
  ['6.16', 'impossible bytes', ['fe', 'ff', 'fe fe ff ff']],
  ['6.17', 'an overlong slash', ['c0 af', 'e0 80 af', 'f0 80 80 af', 'f8 80 80 80 af', 'fc 80 80 80 80 af']],
  ['6.18', 'the last overlong', ['c1 bf', 'e0 9f bf', 'f0 8f bf bf', 'f8 87 bf bf bf', 'fc 83 bf bf bf bf']],
  ['6.19', 'an overlong NUL', ['c0 80', 'e0 80 80', 'f0 80 80 80', 'f8 80 80 80 80', 'fc 80 80 80 80 80']],
  ['6.20', 'a surrogate', ['ed a0 80', 'ed ad bf', 'ed ae 80', 'ed af bf', 'ed b0 80', 'ed be 80', 'ed bf bf']],
  [
    '6.21',
    'a pair of surrogates',
    ['ed a0 80', 'ed ad bf', 'ed ae 80', 'ed af bf'].flatMap((high) => [`${high} ed b0 80`, `${high} ed bf bf`]),
  ],
  ['6.22', 'non-characters', NON_CHARACTERS],
  ['6.23', 'specials', range(0xfff9, 0xffff).map((code) => digitsOf(String.fromCodePoint(code)))],
]

/** Everything of these sections is UTF-8; of the others, what is named here. */
const VALID_SECTIONS = ['6.5', '6.7', '6.9', '6.22', '6.23']
const VALID_CASES = ['6.6.2', '6.6.5', '6.6.7', '6.6.9', '6.6.11', '6.11.1', '6.11.2', '6.11.3', '6.11.4']

const sequences = SEQUENCES.flatMap(([section, about, members]) =>
  members.map((digits, index) => {
    const id = `${section}.${index + 1}`
    const bytes = hex(digits)
    return VALID_SECTIONS.includes(section) || VALID_CASES.includes(id)
      ? lawful(id, about, [single(bytes)], [['text', bytes]])
      : failing(id, about, [single(bytes)], INVALID_DATA)
  }),
)

// ---- 7: closing

const normal = rawFrame('close', closing(NORMAL))
const large = 'BAsd7&jh23'.repeat(26_215).slice(0, 256 * 1024)

const closes = [
  closed('7.1.1', 'a text, then a close frame', [single(hello), normal], NORMAL, { returned: echo }),
  closed('7.1.2', 'two close frames', [normal, normal], NORMAL),
  closed('7.1.3', 'a ping after the close frame', [normal, ping], NORMAL),
  closed('7.1.4', 'a text after the close frame', [normal, single(hello)], NORMAL),
  closed('7.1.5', 'a close frame between two fragments', [first('a'), normal, last('b')], NORMAL),
  closed(
    '7.1.6',
    'a text of 256 KiB, another, a close frame and a ping',
    [single(large), single(hello), normal, ping],
    NORMAL,
    {
      returned: [['text', large], ...echo],
    },
  ),
  closed('7.3.1', 'a close frame without a code', [rawFrame('close')], 1005),
  failing('7.3.2', 'a close frame with half a code', [rawFrame('close', 'a')], PROTOCOL_ERROR),
  closed('7.3.3', 'a close frame with a code', [normal], NORMAL),
  closed('7.3.4', 'a close frame with a reason', [rawFrame('close', closing(NORMAL, hello))], NORMAL),
  closed('7.3.5', 'the longest reason', [rawFrame('close', closing(NORMAL, '*'.repeat(123)))], NORMAL),
  failing('7.3.6', 'a longer reason', [rawFrame('close', closing(NORMAL, '*'.repeat(124)))], PROTOCOL_ERROR),
  failing('7.5.1', 'a reason that is not UTF-8', [rawFrame('close', closing(NORMAL, surrogateWithin))], INVALID_DATA),
]

const LAWFUL_CODES = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999]
const UNLAWFUL_CODES = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999]
const UNDEFINED_CODES = [5000, 65_535]

const closeCodes = [
  ...LAWFUL_CODES.map((code, index) =>
    closed(`7.7.${index + 1}`, `the code ${code}`, [rawFrame('close', closing(code))], code),
  ),
  ...UNLAWFUL_CODES.map((code, index) =>
    failing(`7.9.${index + 1}`, `the code ${code}`, [rawFrame('close', closing(code))], PROTOCOL_ERROR),
  ),
  ...UNDEFINED_CODES.map((code, index) =>
    failing(`7.13.${index + 1}`, `the code ${code}`, [rawFrame('close', closing(code))], PROTOCOL_ERROR),
  ),
]

// ---- 10: fragments made by the sender

const long = '*'.repeat(65_536)
const inFragmentsOf = (text: string, size: number): readonly RawFrame[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    rawFrame(index === 0 ? 'text' : 'continuation', text.slice(index * size, (index + 1) * size), {
      fin: (index + 1) * size >= text.length,
    }),
  )

const autoFragments = [
  lawful('10.1.1', 'a text in fragments of 1300 bytes', inFragmentsOf(long, 1300), [['text', long]]),
]

/** The sections 1 to 7 and 10 of the Autobahn suite: 247 cases, restated from RFC 6455 and RFC 3629. */
export const WEBSOCKET_CASES: readonly WebSocketCase[] = [
  ...lengths,
  ...pings,
  ...reservedBits,
  ...opcodes,
  ...fragments,
  ...wholeTexts,
  ...failFast,
  ...sequences,
  ...closes,
  ...closeCodes,
  ...autoFragments,
]

/** The bytes of a case, cut as it says. */
export const chunksOf = (
  { send, cut }: WebSocketCase,
  encode: (frame: RawFrame) => Uint8Array,
): readonly Uint8Array[] => {
  const frames = send.map(encode)
  if (cut === 'frames') return frames
  const bytes = Buffer.concat(frames)
  return cut === 'whole' ? [bytes] : cutBytes(bytes, cut)
}
