import assert from 'node:assert/strict'

// How a command line gets through Windows: cmd.exe reads it, a batch file hands `%*` on to a program, which cmd.exe reads once
// more, and the program takes its command line apart. Only as much as a test needs: what is a command of its own, fails.

const VARIABLES: Readonly<Record<string, string>> = { cd: 'C:\\work', PATH: 'C:\\one;C:\\two' }

const NAME = /^%([^%:]+)(?::(~,))?%/

/** Variables, as at a prompt: a name that is not defined stays as it is. */
const expanded = (line: string): string => {
  let result = ''
  for (let at = 0; at < line.length; ) {
    const [whole, name, part] = NAME.exec(line.slice(at)) ?? []
    const value = name === undefined ? undefined : VARIABLES[name]
    if (whole === undefined || value === undefined) {
      result += line[at]
      at += 1
    } else {
      result += part === undefined ? value : ''
      at += whole.length
    }
  }
  return result
}

/** Quotes and escapes: a character that is special stands in quotes, or behind a caret. */
const read = (line: string): string => {
  let result = ''
  let isQuoted = false
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] as string
    if (character === '"') isQuoted = !isQuoted
    if (isQuoted || !/[\^&|<>()]/.test(character)) result += character
    else {
      assert.equal(character, '^', `a command of its own: ${line.slice(at)}`)
      at += 1
      result += line[at] ?? ''
    }
  }
  return result
}

/** What `cmd.exe /s /c` makes of its last argument: the program, and what follows it. */
export const readByPrompt = (argument: string): readonly [program: string, rest: string] => {
  assert.match(argument, /^".*"$/su)
  const line = read(expanded(argument.slice(1, -1)))
  const [, quoted, plain, rest] = /^(?:"([^"]*)"|([^ "]+))(.*)$/su.exec(line) ?? []
  return [quoted ?? plain ?? '', rest ?? '']
}

/** What a batch file makes of `%*`: variables are not expanded again. */
export const handedOn = (rest: string): string => read(rest)

/** The arguments of a command line, as the C runtime of Microsoft takes it apart. */
export const argumentsOf = (line: string): readonly string[] => {
  const result: string[] = []
  let at = 0
  const skip = (): void => {
    while (line[at] === ' ' || line[at] === '\t') at += 1
  }
  for (skip(); at < line.length; skip()) {
    let argument = ''
    let isQuoted = false
    while (at < line.length && (isQuoted || (line[at] !== ' ' && line[at] !== '\t'))) {
      const [{ length }] = /^\\*/.exec(line.slice(at)) as RegExpExecArray
      at += length
      if (line[at] !== '"') {
        argument += '\\'.repeat(length)
        if (at < line.length && length === 0) argument += line[at++]
        continue
      }
      argument += '\\'.repeat(Math.floor(length / 2))
      if (length % 2 === 1) argument += '"'
      else if (isQuoted && line[at + 1] === '"') {
        argument += '"'
        at += 1
      } else isQuoted = !isQuoted
      at += 1
    }
    result.push(argument)
  }
  return result
}
