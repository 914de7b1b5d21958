import { DefinitionError } from '../../errors.ts'

/** Which side of a schema travels: what goes into it, or what comes out of it. */
export type Direction = 'input' | 'output'

/** Types that valibot and zod have and JSON has not, by the name that both give them. */
const UNCARRIABLE: Readonly<Record<string, string>> = {
  bigint: 'a bigint',
  blob: 'a Blob',
  date: 'a date',
  file: 'a File',
  function: 'a function',
  instance: 'an instance of a class',
  map: 'a Map',
  nan: 'NaN',
  promise: 'a promise',
  set: 'a Set',
  symbol: 'a symbol',
  undefined: 'undefined',
  void: 'undefined',
}

const FIXES: Readonly<Record<string, Readonly<Record<Direction, Readonly<Record<string, string>>>>>> = {
  valibot: {
    input: {
      bigint: 'v.pipe(v.string(), v.transform(BigInt))',
      date: 'v.pipe(v.string(), v.isoTimestamp(), v.transform((text) => new Date(text)))',
      map: 'v.pipe(v.record(v.string(), …), v.transform((record) => new Map(Object.entries(record))))',
      set: 'v.pipe(v.array(…), v.transform((items) => new Set(items)))',
    },
    output: {
      bigint: 'v.pipe(v.bigint(), v.transform(String), v.string())',
      date: 'v.pipe(v.date(), v.transform((date) => date.toISOString()), v.string())',
      map: 'v.pipe(v.map(…), v.transform(Object.fromEntries), v.record(v.string(), …))',
      set: 'v.pipe(v.set(…), v.transform((set) => [...set]), v.array(…))',
    },
  },
  zod: {
    input: {
      bigint: 'z.string().transform(BigInt)',
      date: 'z.iso.datetime().transform((text) => new Date(text))',
      map: 'z.record(z.string(), …).transform((record) => new Map(Object.entries(record)))',
      set: 'z.array(…).transform((items) => new Set(items))',
    },
    output: {
      bigint: 'z.bigint().transform(String).pipe(z.string())',
      date: 'z.date().transform((date) => date.toISOString()).pipe(z.string())',
      map: 'z.map(…).transform(Object.fromEntries).pipe(z.record(z.string(), …))',
      set: 'z.set(…).transform((set) => [...set]).pipe(z.array(…))',
    },
  },
}

/** Where a schema is being written down, for error messages. */
export interface Site {
  readonly where: string
  readonly vendor: string
  readonly direction: Direction
}

/** Whether JSON has no such type. */
export const isUncarriable = (type: string): boolean => Object.hasOwn(UNCARRIABLE, type)

/** The error for a type that JSON cannot carry, at a place such as `items[].when`. */
export const cannotCarry = (type: string, path: string, { where, vendor, direction }: Site): DefinitionError => {
  const place = path === '' ? 'it' : JSON.stringify(path)
  const fix = FIXES[vendor]?.[direction][type]
  const advice = fix === undefined ? 'leave it out' : `write ${fix}`
  return new DefinitionError(
    `${where}: ${place} is ${UNCARRIABLE[type]}, which JSON cannot carry; ` +
      `${advice}, or describe the whole as jsonSchema({ … })`,
  )
}
