/** One heading and what stands under it. Line numbers count from 1; ranges leave out their end. */
export interface Section {
  /** The heading as plain text; the document's title for what stands before the first heading. */
  readonly heading: string
  /** 1 to 6; 0 for what stands before the first heading. */
  readonly level: number
  /** The headings from the outermost one down to this one. */
  readonly trail: readonly string[]
  readonly line: number
  /** The first line after the heading. */
  readonly body: number
  /** Where the section's own text ends: at the next heading of any level. */
  readonly ownEnd: number
  /** Where the section ends with its subsections: at the next heading that is not deeper. */
  readonly end: number
}

/** A Markdown text, taken apart. */
export interface Markdown {
  readonly title: string
  readonly lines: readonly string[]
  readonly sections: readonly Section[]
}

interface Heading {
  readonly heading: string
  readonly level: number
  readonly line: number
  readonly body: number
}

const FRONT_MATTER_END = new Set(['---', '...'])
const HASHES = /^ {0,3}(#{1,6})(?=[ \t]|$)/
const FENCE = /^ {0,3}(`{3,}|~{3,})/
const UNDERLINE = /^ {0,3}(=+|-+)[ \t]*$/
const NOT_A_PARAGRAPH = /^(?:$| {4}|\t|[ ]{0,3}(?:[>|*+#-]|\d+[.)]))/

const plain = (text: string): string =>
  text
    .replace(/\[([^[\]]*)\]\([^()]*\)/g, '$1')
    .replace(/\*\*|__|`/g, '')
    .trim()

const withoutClosingHashes = (text: string): string => {
  let end = text.length
  while (text[end - 1] === '#') end -= 1
  if (end === 0) return ''
  return end < text.length && /\s/.test(text[end - 1] ?? '') ? text.slice(0, end).trimEnd() : text
}

const hashHeading = (line: string, number: number): Heading | undefined => {
  const match = HASHES.exec(line)
  if (match === null) return undefined
  const heading = plain(withoutClosingHashes(line.slice(match[0].length).trim()))
  return { heading, level: match[1]?.length ?? 1, line: number, body: number + 1 }
}

const underlinedHeading = (lines: readonly string[], number: number, first: number): Heading | undefined => {
  const underline = UNDERLINE.exec(lines[number] ?? '')
  const text = lines[number - 1] ?? ''
  const isOneLine = number === first || (lines[number - 2] ?? '').trim() === ''
  if (underline === null || !isOneLine || text.trim() === '' || NOT_A_PARAGRAPH.test(text)) return undefined
  return { heading: plain(text), level: underline[1]?.startsWith('=') ? 1 : 2, line: number, body: number + 2 }
}

const closes = (fence: string, line: string): boolean => {
  const text = line.trim()
  return text.length >= fence.length && text === (fence[0] ?? '').repeat(text.length)
}

const headingsOf = (lines: readonly string[], first: number): readonly Heading[] => {
  const headings: Heading[] = []
  let fence: string | undefined
  for (let number = first; number <= lines.length; number += 1) {
    const line = lines[number - 1] ?? ''
    if (fence !== undefined) {
      if (closes(fence, line)) fence = undefined
      continue
    }
    fence = FENCE.exec(line)?.[1]
    const heading =
      fence === undefined ? (hashHeading(line, number) ?? underlinedHeading(lines, number, first)) : undefined
    if (heading === undefined) continue
    headings.push(heading)
    number = heading.body - 1
  }
  return headings
}

const unquoted = (text: string): string => {
  const quote = text[0]
  return (quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote) ? text.slice(1, -1) : text
}

const frontMatterOf = (lines: readonly string[]): { readonly title: string | undefined; readonly end: number } => {
  const end = lines[0] === '---' ? lines.findIndex((line, index) => index > 0 && FRONT_MATTER_END.has(line)) : -1
  const title = lines.slice(0, Math.max(end, 0)).find((line) => /^title:/i.test(line))
  return { title: title && unquoted(title.slice('title:'.length).trim()), end: end + 1 }
}

const sectionsOf = (headings: readonly Heading[], end: number): readonly Section[] => {
  const open: Section[] = []
  const ends = new Map<number, number>()
  const closeFrom = (level: number, line: number): void => {
    while ((open.at(-1)?.level ?? 0) >= level) ends.set(open.pop()?.line ?? 0, line)
  }
  const sections = headings.map((one, index): Section => {
    closeFrom(one.level, one.line)
    const trail = [...(open.at(-1)?.trail ?? []), one.heading]
    const section = { ...one, trail, ownEnd: headings[index + 1]?.line ?? end, end }
    open.push(section)
    return section
  })
  return sections.map((section) => ({ ...section, end: ends.get(section.line) ?? end }))
}

/**
 * Takes a Markdown text apart: its title, its lines, its sections. The title is that of the front matter, else the
 * first heading, else `fallback`. Headings inside fenced code are none.
 */
export const parseMarkdown = (text: string, fallback: string): Markdown => {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const front = frontMatterOf(lines)
  const first = front.end + 1
  const headings = headingsOf(lines, first)
  const title = front.title || headings.find(({ heading }) => heading !== '')?.heading || fallback
  const end = lines.length + 1
  const introEnd = headings[0]?.line ?? end
  const hasIntro = lines.slice(front.end, introEnd - 1).some((line) => line.trim() !== '')
  const intro = { heading: title, level: 0, trail: [title], line: first, body: first, ownEnd: introEnd, end: introEnd }
  const sections = sectionsOf(headings, end)
  return { title, lines, sections: hasIntro ? [intro, ...sections] : sections }
}
