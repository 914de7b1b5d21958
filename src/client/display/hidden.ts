// Control characters, halves of surrogate pairs, separators of lines and paragraphs, and whatever is drawn as nothing or
// changes the direction of what follows. Joiners and variation selectors belong to scripts and emoji: one of them
// stays. A series of them is no writing, but a way to hide text.
const HIDDEN =
  /(?!(?<!\p{Join_Control})\p{Join_Control})(?!(?<![\p{Join_Control}\p{Variation_Selector}])\p{Variation_Selector})[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu

const PRINTABLE_ASCII = /^[ -~]*$/

/** Whether a text is of printable ASCII only: nothing hidden in it, each character one cell wide. */
export const isPrintableAscii = (text: string): boolean => PRINTABLE_ASCII.test(text)

const CONTROL_PICTURES = 0x2400
const PICTURE_OF_DELETE = '\u2421'

const pictureOf = (character: string): string => {
  const code = character.codePointAt(0) as number
  if (code < 0x20) return String.fromCharCode(CONTROL_PICTURES + code)
  if (code === 0x7f) return PICTURE_OF_DELETE
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}

/**
 * A text in one line in which everything is visible and nothing is an instruction to the terminal: control characters
 * become their pictures (`␛` for escape), other hidden characters their numbers (`<U+202E>`).
 */
export const visible = (text: string): string => (isPrintableAscii(text) ? text : text.replace(HIDDEN, pictureOf))

const escapeOf = (character: string): string =>
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')

/** A text as a JSON string in which nothing is hidden. */
export const quoted = (text: string): string => JSON.stringify(text).replace(HIDDEN, escapeOf)
