import type { ImageProtocol } from './inline-image.ts'

/** As much of Node's `process` as tells about the terminal; browsers have none, and bundlers put parts in its place. */
interface ProcessFacts {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly stdout?: { readonly isTTY?: boolean; readonly columns?: number }
}

const facts = (): Required<ProcessFacts> => {
  const { env = {}, stdout = {} } = (globalThis as { readonly process?: ProcessFacts }).process ?? {}
  return { env, stdout }
}

/**
 * Whether standard output takes colours: `FORCE_COLOR` decides (`0` and `false` say no), then `NO_COLOR`, each unless it
 * is empty; else it takes them when it is a terminal, and not a dumb one.
 */
export const takesColor = (): boolean => {
  const { env, stdout } = facts()
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false'
  return !env['NO_COLOR'] && stdout.isTTY === true && env['TERM'] !== 'dumb'
}

const USUAL_WIDTH = 80

/** How many cells standard output is wide; 80 when it is no terminal. */
export const terminalWidth = (): number => facts().stdout.columns || USUAL_WIDTH

const KITTY_TERMINALS = new Set(['xterm-kitty', 'xterm-ghostty'])
const ITERM2_PROGRAMS = new Set(['iTerm.app', 'WezTerm', 'mintty'])

/** How standard output draws images; `undefined` where it does not, or where tmux or screen stand between. */
export const imageProtocol = (): ImageProtocol | undefined => {
  const { env, stdout } = facts()
  const { TERM = '', TERM_PROGRAM = '' } = env
  if (!stdout.isTTY || env['TMUX'] || /^(?:screen|tmux)/.test(TERM)) return undefined
  if (KITTY_TERMINALS.has(TERM)) return 'kitty'
  return ITERM2_PROGRAMS.has(TERM_PROGRAM) ? 'iterm2' : undefined
}
