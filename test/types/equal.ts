/** Whether two types are the same: not only assignable to each other, but alike in every modifier. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles where two types are the same, and nowhere else. */
export const same = <A, B>(..._: Equal<A, B> extends true ? [] : [never]): void => undefined

/** Compiles where the type of a value is the one that is named. */
export const is =
  <Wanted>() =>
  <Value>(_value: Value, ..._: Equal<Value, Wanted> extends true ? [] : [never]): void =>
    undefined

/** What is compiled, and never run. */
export const compiled = (_: () => unknown): void => undefined
