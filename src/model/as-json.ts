type IsAny<Value> = 0 extends 1 & Value ? true : false

type Unsaid = ((...args: never[]) => unknown) | symbol

// biome-ignore lint/suspicious/noConfusingVoidType: it stands for what a function returns
type AsItIs = string | number | boolean | null | undefined | void

/** What is left of a type after a journey as JSON: a `Date` becomes a string, and methods disappear. */
export type AsJson<Value> =
  IsAny<Value> extends true
    ? Value
    : Value extends AsItIs
      ? Value
      : Value extends { toJSON(): infer Shown }
        ? AsJson<Shown>
        : Value extends Unsaid
          ? undefined
          : Value extends readonly unknown[]
            ? { [Index in keyof Value]: AsJson<Value[Index]> }
            : Value extends object
              ? {
                  [Key in keyof Value as Key extends symbol ? never : Value[Key] extends Unsaid ? never : Key]: AsJson<
                    Value[Key]
                  >
                }
              : Value
