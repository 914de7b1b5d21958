import { contentLines } from './block.ts'
import { resourceLines } from './contents.ts'
import { entryListLines } from './entries.ts'
import { oneEntryLines } from './entry.ts'
import type { ImageProtocol } from './inline-image.ts'
import { jsonLines } from './json.ts'
import { type Line, print } from './line.ts'
import type { Page } from './page.ts'
import { promptResultLines } from './prompt-result.ts'
import { isOdd, oddText, type Shown, snapshot } from './snapshot.ts'
import { imageProtocol, takesColor, terminalWidth } from './terminal.ts'
import { toolResultLines } from './tool-result.ts'
import { flow } from './wrap.ts'

/** How {@link display} writes. */
export interface DisplayOptions {
  /**
   * Whether to use colours. By default, whether standard output is a terminal that takes them; the variables `NO_COLOR`
   * and `FORCE_COLOR` are heeded. Without a `process`, as in a browser: no.
   */
  readonly color?: boolean
  /** In cells of the terminal. By default that of standard output, 80 where it has none. `Infinity` breaks no line. */
  readonly width?: number
  /**
   * `placeholder`, the default, puts `[image image/png, 12.3 KB, 640×480]` in the place of an image. `iterm2` and
   * `kitty` have it drawn with the protocol of that name, `inline` with the one that the terminal is known to have.
   * What a protocol does not draw keeps its placeholder.
   */
  readonly images?: 'placeholder' | 'inline' | ImageProtocol
}

const plainLines = (value: Shown, { width }: Page): readonly Line[] | undefined => {
  if (typeof value === 'string') return flow(value, width)
  return isOdd(value) && value.isError ? flow(oddText(value), width, 'error') : undefined
}

/** Each knows the shapes that it shows, and leaves others to the next. */
const RENDERERS: readonly ((value: Shown, page: Page) => readonly Line[] | undefined)[] = [
  plainLines,
  promptResultLines,
  toolResultLines,
  entryListLines,
  contentLines,
  oneEntryLines,
  resourceLines,
]

const linesOf = (value: Shown, page: Page): readonly Line[] => {
  for (const render of RENDERERS) {
    const lines = render(value, page)
    if (lines) return lines
  }
  return jsonLines(value, page.width)
}

const pageOf = ({ width = terminalWidth(), images = 'placeholder' }: DisplayOptions): Page => ({
  width: Number.isNaN(width) ? terminalWidth() : Math.max(1, Math.floor(width)),
  images: images === 'inline' ? imageProtocol() : images === 'placeholder' ? undefined : images,
})

/**
 * What a server gave, for people at a terminal: a tool result, the messages of a prompt, contents of resources, lists of
 * tools, resources, resource templates and prompts or one of these, content blocks, an error; any other value as JSON.
 * The kind is told from the shape. Returns the text, and prints nothing; never throws, whatever the value is.
 *
 * What servers wrote cannot act on the terminal: control characters, escape sequences, marks that reorder text, and
 * invisible characters become visible. No line is wider than the page, unless a single character is.
 *
 * @example
 * console.log(display(await client.callTool('forecast', { city: 'Oslo' })))
 */
export const display = (value: unknown, options: DisplayOptions = {}): string =>
  print(linesOf(snapshot(value), pageOf(options)), options.color ?? takesColor())
