/**
 * Which texts are only for people: the sentences of errors. What a program can tell apart, a code or a detail, is not among them.
 */
import ts from 'typescript'

/** Functions whose argument is a sentence, and which of them it is. */
const speakers: Readonly<Record<string, number>> = { malformed: 0, invalid: 0, lifetime: 0, TypeError: 0, Error: 0 }

function isSpoken(node: ts.Node): boolean {
  const { parent } = node
  if (!ts.isCallExpression(parent) && !ts.isNewExpression(parent)) return false
  const name = parent.expression.getText()
  const place = parent.arguments?.indexOf(node as ts.Expression)
  // `fail(field, reason)`, or `fail(reason)`.
  if (name === 'fail') return place === (parent.arguments?.length ?? 0) - 1
  return speakers[name] === place
}

/** Whether this node, not one around it, is a sentence or a table of them. */
export function isSentence(node: ts.Node): boolean {
  const { parent } = node
  if (isSpoken(node)) return true
  if (ts.isPropertyAssignment(parent) && parent.name.getText() === 'reason') return true
  if (ts.isShorthandPropertyAssignment(parent) && parent.name.text === 'reason') return true
  if (ts.isVariableDeclaration(parent) && /^sentences$|Needed$/.test(parent.name.getText())) return true
  return ts.isStringLiteral(node) && /^(?:is|has) /.test(node.text)
}
