import { builtinModules } from 'node:module'
import ts from 'typescript'

/** One mention of another module. `types` are gone at run time, a `dynamic` one is loaded when it is reached. */
export interface Import {
  readonly specifier: string
  readonly kind: 'static' | 'dynamic' | 'types'
  readonly line: number
}

const typesOnly = (node: ts.Node): boolean =>
  (ts.isImportDeclaration(node) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) ||
  (ts.isExportDeclaration(node) && node.isTypeOnly)

const specifierOf = (node: ts.Node): [ts.Node | undefined, Import['kind']] => {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return [node.moduleSpecifier, typesOnly(node) ? 'types' : 'static']
  }
  if (ts.isImportTypeNode(node))
    return [ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'types']
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return [node.arguments[0], 'dynamic']
  }
  return [undefined, 'static']
}

/** Every module that a source file names, in the order of the file. A name that is computed is left out. */
export const importsOf = (file: string, text: string): Import[] => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: Import[] = []
  const visit = (node: ts.Node): void => {
    const [name, kind] = specifierOf(node)
    if (name !== undefined && ts.isStringLiteralLike(name)) {
      const { line } = source.getLineAndCharacterOfPosition(name.getStart(source))
      found.push({ specifier: name.text, kind, line: line + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** Every identifier of a source file with its line; comments do not count. */
export const identifiersOf = (file: string, text: string): { name: string; line: number }[] => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const found: { name: string; line: number }[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart(source))
      found.push({ name: node.text, line: line + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

const builtins = new Set(builtinModules)

/** Whether a specifier is one of Node's own modules, with or without `node:`. */
export const isNodeBuiltin = (specifier: string): boolean => specifier.startsWith('node:') || builtins.has(specifier)
