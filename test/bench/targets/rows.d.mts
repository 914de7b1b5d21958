export declare const rowsOf: (count: number) => readonly object[]
