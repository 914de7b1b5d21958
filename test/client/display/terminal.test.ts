import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type DisplayOptions, display } from '../../../src/client/display/index.ts'
import { encodeBase64 } from '../../../src/wire/base64.ts'
import { latin1, PNG_BASE64 } from './samples.ts'

/** What `display` returns where `process` is this. */
const within = (process: unknown, value: unknown, options?: DisplayOptions): string => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'process')
  assert.ok(own)
  Object.defineProperty(globalThis, 'process', { value: process, configurable: true })
  try {
    return display(value, options)
  } finally {
    Object.defineProperty(globalThis, 'process', own)
  }
}

type Env = Readonly<Record<string, string>>

const terminal = (env: Env = {}, columns = 40) => ({ env, stdout: { isTTY: true, columns } })
const pipe = (env: Env = {}) => ({ env, stdout: {} })

const colours: readonly (readonly [where: string, process: unknown, isColoured: boolean])[] = [
  ['a terminal', terminal({ TERM: 'xterm-256color' }), true],
  ['a terminal without a name, as on Windows', terminal(), true],
  ['a dumb terminal', terminal({ TERM: 'dumb' }), false],
  ['a terminal with NO_COLOR', terminal({ NO_COLOR: '1' }), false],
  ['a terminal with an empty NO_COLOR', terminal({ NO_COLOR: '' }), true],
  ['a pipe', pipe(), false],
  ['a pipe with FORCE_COLOR', pipe({ FORCE_COLOR: '1' }), true],
  ['a pipe with an empty FORCE_COLOR', pipe({ FORCE_COLOR: '' }), false],
  ['a pipe with FORCE_COLOR and NO_COLOR', pipe({ FORCE_COLOR: '3', NO_COLOR: '1' }), true],
  ['a terminal with FORCE_COLOR=0', terminal({ FORCE_COLOR: '0' }), false],
  ['a terminal with FORCE_COLOR=false', terminal({ FORCE_COLOR: 'false' }), false],
  ['a browser', undefined, false],
  ['a bundle with an empty process', {}, false],
]

const protocols: readonly (readonly [where: string, process: unknown, drawn: RegExp])[] = [
  ['kitty', terminal({ TERM: 'xterm-kitty' }), /^.*_G/],
  ['Ghostty', terminal({ TERM: 'xterm-ghostty', TERM_PROGRAM: 'ghostty' }), /^.*_G/],
  ['iTerm2', terminal({ TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app' }), /^.*\]1337;/],
  ['WezTerm', terminal({ TERM_PROGRAM: 'WezTerm' }), /^.*\]1337;/],
  ['mintty', terminal({ TERM_PROGRAM: 'mintty' }), /^.*\]1337;/],
  ['another terminal', terminal({ TERM: 'xterm', TERM_PROGRAM: 'Apple_Terminal' }), /^\[image/],
  ['tmux in kitty', terminal({ TERM: 'xterm-kitty', TMUX: '/tmp/tmux,1,0' }), /^\[image/],
  ['tmux in iTerm2', terminal({ TERM: 'tmux-256color', TERM_PROGRAM: 'iTerm.app' }), /^\[image/],
  ['screen in iTerm2', terminal({ TERM: 'screen', TERM_PROGRAM: 'iTerm.app' }), /^\[image/],
  ['a pipe in kitty', pipe({ TERM: 'xterm-kitty' }), /^\[image/],
  ['a browser', undefined, /^\[image/],
]

describe('the terminal that display writes for', () => {
  for (const [where, process, isColoured] of colours) {
    it(`has ${isColoured ? '' : 'no '}colours by default: ${where}`, () => {
      assert.equal(within(process, 1), isColoured ? '\x1b[33m1\x1b[0m' : '1')
    })
  }

  it('takes the option over what the terminal says', () => {
    assert.equal(within(terminal(), 1, { color: false }), '1')
    assert.equal(within(undefined, 1, { color: true }), '\x1b[33m1\x1b[0m')
  })

  const longest = (shown: string): number => Math.max(...shown.split('\n').map((line) => line.length))
  const words = 'word '.repeat(100).trimEnd()

  it('is as wide as standard output, or 80 where that does not tell', () => {
    assert.equal(longest(within(terminal({}, 40), words)), 39)
    for (const process of [terminal({}, 0), pipe(), undefined]) assert.equal(longest(within(process, words)), 79)
  })

  it('is as wide as the option says, rounded down to whole cells, at least 1', () => {
    const widths: readonly (readonly [given: number, longest: number])[] = [
      [20, 19],
      [20.9, 19],
      [Number.POSITIVE_INFINITY, 499],
      [Number.NaN, 39],
      [0, 1],
      [-5, 1],
    ]
    for (const [width, expected] of widths) {
      assert.equal(longest(within(terminal(), words, { color: false, width })), expected, String(width))
    }
  })

  const png = { type: 'image', data: PNG_BASE64, mimeType: 'image/png' }

  for (const [where, process, drawn] of protocols) {
    it(`draws images inline as it can: ${where}`, () => {
      assert.match(within(process, png, { images: 'inline', color: false }), drawn)
    })
  }

  it('draws no images unless it is asked to', () => {
    assert.equal(within(terminal({ TERM: 'xterm-kitty' }), png, { color: false }), '[image image/png, 29 B, 640×480]')
    assert.equal(display(png, { color: false, images: 'placeholder' }), '[image image/png, 29 B, 640×480]')
  })

  it('draws inline on kitty only what kitty takes', () => {
    const gif = { type: 'image', data: encodeBase64(latin1('GIF89a\x01\0\x01\0')), mimeType: 'image/gif' }
    assert.match(within(terminal({ TERM: 'xterm-kitty' }), gif, { images: 'inline', color: false }), /^\[image/)
  })
})
