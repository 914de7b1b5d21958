/** What the package calls itself where nobody has given a name: as in package.json. */
export const PACKAGE = { name: 'fluent-mcp', version: '0.1.0' } as const
