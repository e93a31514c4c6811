import ts from 'typescript';

/** A rule cited in a source: `R64`, and where. */
export type Citation = {
  readonly rule: string;
  /** In code the declaration of the citation, in a spec the sentence of the test; `undefined` without either. */
  readonly at: string | undefined;
};

/** `R64`, `E5`, and ranges: `R63–R65`, `E10-E12`. */
const cited = /\b([RE])(\d{1,2})(?:\s*[–-]\s*\1(\d{1,2}))?\b/g;

/** Every rule that a text cites, with where it does; a range cites each of its rules. */
export const rulesIn = (text: string): readonly { readonly rule: string; readonly index: number }[] =>
  [...text.matchAll(cited)].flatMap(({ 1: letter = '', 2: first = '', 3: last = first, index }) =>
    Array.from({ length: Math.max(0, Number(last) - Number(first) + 1) }, (_, step) => ({
      rule: `${letter}${Number(first) + step}`,
      index,
    })),
  );

/**
 * The rules that code says it enforces. A citation counts in a comment, and in the words of a refusal, if it is at or
 * within code that runs: a declaration that only describes a shape (a type, an import) enforces nothing, and has no name here.
 */
export const citationsInCode = (file: string, text: string): readonly Citation[] =>
  citations(file, text, (anchor) => declarationAt(anchor));

/** The rules that tests say they show: in their sentences, their tables, and comments at or within them. */
export const citationsInSpec = (file: string, text: string): readonly Citation[] =>
  citations(file, text, (anchor, words) => testAt(anchor, words));

type Place = (anchor: ts.Node, words: string | undefined) => string | undefined;

const citations = (file: string, text: string, place: Place): readonly Citation[] => {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  return rulesIn(text).flatMap(({ rule, index }) => {
    const token = tokenAt(source, index);
    if (index < token.getStart(source)) return [{ rule, at: place(commented(source, token, index), undefined) }];
    const words = wordsOf(token);
    return words === undefined ? [] : [{ rule, at: place(token, words) }];
  });
};

/** The token at a place; a comment belongs to the token that it stands before. */
const tokenAt = (source: ts.SourceFile, index: number): ts.Node => {
  let node: ts.Node = source;
  for (;;) {
    const inner: ts.Node | undefined = node
      .getChildren(source)
      .find((child) => !ts.isJSDoc(child) && child.getFullStart() <= index && index < child.getEnd());
    if (!inner) return node;
    node = inner;
  }
};

/** What a comment is about: what follows it, or what it stands behind on the same line. */
const commented = (source: ts.SourceFile, next: ts.Node, index: number): ts.Node => {
  const line = (at: number) => source.getLineAndCharacterOfPosition(at).line;
  const before = next.getFullStart() - 1;
  return before >= 0 && line(before) === line(index) ? tokenAt(source, before) : next;
};

const wordsOf = (token: ts.Node): string | undefined =>
  ts.isStringLiteralLike(token) || ts.isTemplateLiteralToken(token) ? token.text : undefined;

const upwards = (node: ts.Node): readonly ts.Node[] => (ts.isSourceFile(node) ? [] : [node, ...upwards(node.parent)]);

/** The top-level declaration around; for a class with the member. `undefined` where nothing runs. */
const declarationAt = (anchor: ts.Node): string | undefined => {
  const around = upwards(anchor);
  const top = around.at(-1);
  if (top === undefined) return undefined;
  if (ts.isFunctionDeclaration(top)) return top.name?.text;
  if (ts.isVariableStatement(top)) return top.declarationList.declarations[0]?.name.getText();
  return ts.isClassDeclaration(top) ? memberAt(top, around.at(-2)) : undefined;
};

/** `Orders.place`, `SuspendBody.reason`; of a class that only holds values nothing, unless they are validated. */
const memberAt = (top: ts.ClassDeclaration, within: ts.Node | undefined): string | undefined => {
  const name = top.name?.text ?? 'default';
  const member = top.members.find((one) => one === within);
  const runs = (one: ts.ClassElement) =>
    !ts.isPropertyDeclaration(one) || (ts.canHaveDecorators(one) && (ts.getDecorators(one)?.length ?? 0) > 0);
  if (member) return runs(member) ? `${name}.${member.name?.getText() ?? 'constructor'}` : undefined;
  return top.members.some(runs) ? name : undefined;
};

/** The sentence of the test around, with those of its suites: `a trial › becomes paid at its end`. */
const testAt = (anchor: ts.Node, words: string | undefined): string | undefined => {
  const calls = upwards(anchor).filter((node) => ts.isCallExpression(node) && isTest(node));
  if (calls.length === 0) return undefined;
  const sentence = calls.map(titleOf).reverse().join(' › ');
  if (words === undefined || sentence.includes(words)) return sentence;
  // A row of a table says which case it is: in the sentence, where that begins with it.
  const row = sentence.replace(/(?<=^|› )%s/, words);
  return row === sentence ? `${sentence} (${words})` : row;
};

/** `it(…)`, `describe(…)`, `it.each(…)(…)`, `it.skip(…)`: what has a title, not the `each` before it. */
const isTest = (call: ts.CallExpression): boolean => {
  const { expression } = call;
  const isEach = ts.isPropertyAccessExpression(expression) && expression.name.text === 'each';
  return !isEach && ['describe', 'it', 'test'].includes(rootOf(expression).getText());
};

const rootOf = (callee: ts.Node): ts.Node => {
  if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) return rootOf(callee.expression);
  return ts.isTaggedTemplateExpression(callee) ? rootOf(callee.tag) : callee;
};

const titleOf = (call: ts.Node): string => {
  const title = ts.isCallExpression(call) ? call.arguments[0] : undefined;
  if (title === undefined) return '';
  return ts.isStringLiteralLike(title) ? title.text : title.getText().replaceAll('`', '');
};
