import type { Document } from './documents.ts'
import type { Section } from './markdown.ts'
import { nearest } from './near.ts'

/** A section that matches. */
export interface Hit {
  readonly path: string
  readonly title: string
  readonly heading: string
  /** The line below the heading that matches best, shortened around the match. */
  readonly snippet: string
  /** The number of that line in the file, from 1. */
  readonly line: number
  /** BM25; comparable within one answer only. */
  readonly score: number
}

/** What a search found. */
export interface Found {
  /** How many sections match, of which `hits` are the best. */
  readonly total: number
  readonly hits: readonly Hit[]
  /** Words that no document has, with the nearest words that one has. */
  readonly unknown: readonly { readonly word: string; readonly near: readonly string[] }[]
}

/** A search index that follows the documents it is given. */
export interface Search {
  /** Takes in what is new and forgets what is gone. Cheap where nothing changed. */
  index(documents: readonly Document[]): void
  /** The sections that match any word of the query, best first. */
  find(query: string, limit: number): Found
}

interface Word {
  /** As the index knows it. */
  readonly term: string
  /** As it is written. */
  readonly written: string
  readonly at: number
}

interface Indexed {
  readonly document: Document
  readonly section: Section
  readonly terms: readonly string[]
  readonly length: number
}

// The usual constants of BM25: how fast repetition saturates, and how much the length of a section counts.
const SATURATION = 1.2
const LENGTH_WEIGHT = 0.75
const HEADING_WEIGHT = 3
const TITLE_WEIGHT = 1
const SNIPPET_LENGTH = 200

// Scripts that are written without spaces: each character is a word.
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|(?:(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}])[\p{L}\p{N}\p{M}])+/gu

const singular = (word: string): string => {
  if (word.length < 4 || /(?:ss|us|is)$/.test(word)) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  return word.endsWith('s') ? word.slice(0, -1) : word
}

const fold = (word: string): string => singular(word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase())

const wordsOf = (text: string): readonly Word[] =>
  Array.from(text.matchAll(WORD), (match) => ({ term: fold(match[0]), written: match[0], at: match.index }))

/** The words of a text as the index knows them: lower case, without accents, English plurals reduced. */
export const tokenise = (text: string): readonly string[] => wordsOf(text).map(({ term }) => term)

const ownLines = ({ document, section }: Pick<Indexed, 'document' | 'section'>): readonly string[] =>
  document.lines.slice(section.body - 1, section.ownEnd - 1)

const countTerms = (document: Document, section: Section): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  const add = (text: string, weight: number): void => {
    for (const term of tokenise(text)) counts.set(term, (counts.get(term) ?? 0) + weight)
  }
  add(document.title, TITLE_WEIGHT)
  add(section.heading, HEADING_WEIGHT)
  for (const line of ownLines({ document, section })) add(line, 1)
  return counts
}

const shorten = (line: string, at: number): string => {
  if (line.length <= SNIPPET_LENGTH) return line.trim()
  const start = Math.max(0, Math.min(at - SNIPPET_LENGTH / 2, line.length - SNIPPET_LENGTH))
  const middle = line.slice(start, start + SNIPPET_LENGTH).trim()
  return `${start > 0 ? '…' : ''}${middle}${start + SNIPPET_LENGTH < line.length ? '…' : ''}`
}

const snippetOf = (indexed: Indexed, weights: ReadonlyMap<string, number>): Pick<Hit, 'snippet' | 'line'> => {
  let best = { weight: -1, line: indexed.section.line, snippet: indexed.section.heading }
  for (const [index, text] of ownLines(indexed).entries()) {
    const words = wordsOf(text).filter(({ term }) => weights.has(term))
    const weight = [...new Set(words.map(({ term }) => term))].reduce((sum, term) => sum + (weights.get(term) ?? 0), 0)
    if (text.trim() === '' || weight <= best.weight) continue
    best = { weight, line: indexed.section.body + index, snippet: shorten(text, words[0]?.at ?? 0) }
  }
  return { snippet: best.snippet, line: best.line }
}

type Scored = readonly [entry: Indexed, score: number]

const byRank = ([one, score]: Scored, [other, otherScore]: Scored): number => {
  if (score !== otherScore) return otherScore - score
  if (one.document !== other.document) return one.document.path < other.document.path ? -1 : 1
  return one.section.line - other.section.line
}

/** Makes an empty index: one entry for each section of each document, ranked by BM25. */
export const createSearch = (): Search => {
  const postings = new Map<string, Map<Indexed, number>>()
  const sections = new Map<Document, readonly Indexed[]>()
  let indexed: readonly Document[] = []
  let count = 0
  let length = 0

  const add = (document: Document): void => {
    const added = document.sections.map((section) => {
      const counts = countTerms(document, section)
      const total = [...counts.values()].reduce((sum, times) => sum + times, 0)
      const entry = { document, section, terms: [...counts.keys()], length: total }
      for (const [term, times] of counts) {
        const known = postings.get(term) ?? new Map<Indexed, number>()
        postings.set(term, known.set(entry, times))
      }
      count += 1
      length += total
      return entry
    })
    sections.set(document, added)
  }

  const forget = (document: Document): void => {
    for (const entry of sections.get(document) ?? []) {
      for (const term of entry.terms) {
        const known = postings.get(term)
        known?.delete(entry)
        if (known?.size === 0) postings.delete(term)
      }
      count -= 1
      length -= entry.length
    }
    sections.delete(document)
  }

  const index = (documents: readonly Document[]): void => {
    if (documents === indexed) return
    const present = new Set(documents)
    for (const document of sections.keys()) if (!present.has(document)) forget(document)
    for (const document of documents) if (!sections.has(document)) add(document)
    indexed = documents
  }

  const weightOf = (matching: number): number => Math.log(1 + (count - matching + 0.5) / (matching + 0.5))

  const find = (query: string, limit: number): Found => {
    const words = new Map(wordsOf(query).map(({ term, written }) => [term, written]))
    const weights = new Map<string, number>()
    const scores = new Map<Indexed, number>()
    for (const term of words.keys()) {
      const known = postings.get(term)
      if (known === undefined) continue
      const weight = weightOf(known.size)
      weights.set(term, weight)
      for (const [entry, times] of known) {
        const norm = SATURATION * (1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * entry.length * count) / length)
        scores.set(entry, (scores.get(entry) ?? 0) + (weight * times * (SATURATION + 1)) / (times + norm))
      }
    }
    const hits = [...scores].sort(byRank).slice(0, limit)
    const unknown = [...words].filter(([term]) => !weights.has(term))
    return {
      total: scores.size,
      hits: hits.map(([entry, score]) => ({
        path: entry.document.path,
        title: entry.document.title,
        heading: entry.section.heading,
        ...snippetOf(entry, weights),
        score: Math.round(score * 1000) / 1000,
      })),
      unknown: unknown.map(([term, word]) => ({ word, near: nearest(term, postings.keys()) })),
    }
  }

  return { index, find }
}
