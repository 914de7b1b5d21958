import { defineConfig } from 'tsup'

export default defineConfig({
  entry: { index: 'src/index.ts', client: 'src/client.ts', testing: 'src/testing.ts' },
  format: 'esm',
  target: 'node20',
  platform: 'neutral',
  external: [/^node:/],
  removeNodeProtocol: false,
  splitting: true,
  treeshake: true,
  // Half of what Node reads at each start would be comments and indentation. Names stay: stack traces are read by people.
  minifyWhitespace: true,
  minifySyntax: true,
  sourcemap: true,
  clean: true,
  // The declaration build of tsup sets `baseUrl`, which TypeScript 6 refuses without this.
  dts: { compilerOptions: { ignoreDeprecations: '6.0' } },
})
