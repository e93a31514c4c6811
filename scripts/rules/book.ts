/** A chapter of the rule book, with its rules by id. */
export type Chapter = { readonly part: string; readonly rules: Readonly<Record<string, string>> };

const item = /^- (?:<a id="[^"]*"><\/a>)?\*\*([RE]\d+)\*\* ((?:.|\n {2})+)/gm;

/** The R and E rules of the rule book by chapter: list items that begin with a bold id. Links become plain text. */
export const chaptersOf = (book: string): readonly Chapter[] =>
  book.split(/^##+ (?=\d)/m).flatMap((section) => {
    const [heading = ''] = section.split('\n', 1);
    const rules = [...section.matchAll(item)].map(([, id = '', text = '']) => [id, plain(text)] as const);
    return rules.length === 0 ? [] : [{ part: heading.replace(/^[\d.]+ /, ''), rules: Object.fromEntries(rules) }];
  });

/** Links become their text; a section of the book is named with the book. */
const plain = (text: string): string =>
  text
    .replaceAll(/\[§([\d.]+)\]\(#[^)]+\)/g, 'rule-book.md §$1')
    .replaceAll(/\[([^\]]+)\]\([^)]+\)/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .trim();
