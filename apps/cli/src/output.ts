/** Prints a text and a line break. */
export const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

/** Prints a value as JSON, for a program. */
export const printJson = (value: unknown): void => {
  print(JSON.stringify(value, null, 2));
};

/** Prints a remark beside the result, for a person. */
export const note = (text: string): void => {
  process.stderr.write(`${text}\n`);
};

/** Names come from customers: their control characters must not reach the terminal. */
const harmless = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '\ufffd');

/** Rows in columns, under their headings; columns whose heading ends with `>` are aligned right, as numbers are. */
export const table = (headings: readonly string[], rows: readonly (readonly string[])[]): string => {
  const right = headings.map((heading) => heading.endsWith('>'));
  const lines = [headings.map((heading) => heading.replace(/>$/, '')), ...rows.map((row) => row.map(harmless))];
  const widths = headings.map((_, i) => Math.max(...lines.map((line) => (line[i] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, i) => (right[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const isBranch = (value: unknown): value is object => typeof value === 'object' && value !== null;

const leaf = (value: unknown): string =>
  typeof value === 'string' ? harmless(value) : value === null ? '-' : harmless(JSON.stringify(value));

/** A JSON value as a tree. An object of plain values in a list takes one line. */
export const tree = (value: object, indent = ''): string => {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined) as [string, unknown][];
  const width = Math.max(0, ...entries.filter(([, member]) => !isBranch(member)).map(([name]) => name.length));
  return entries
    .map(([name, member], i) => {
      const last = i === entries.length - 1;
      const lead = `${indent}${last ? '└─ ' : '├─ '}`;
      if (!isBranch(member)) return `${lead}${name.padEnd(width)}  ${leaf(member)}`;
      if (Object.keys(member).length === 0) return `${lead}${name.padEnd(width)}  none`;
      if (Array.isArray(value) && !Object.values(member).some(isBranch)) return `${lead}${inOneLine(member)}`;
      return `${lead}${name}\n${tree(member, `${indent}${last ? '   ' : '│  '}`)}`;
    })
    .join('\n');
};

/** `name value, name value` */
export const inOneLine = (value: object): string =>
  Object.entries(value)
    .filter(([, member]) => member !== undefined && member !== null)
    .map(([name, member]) => `${name} ${leaf(member)}`)
    .join(', ');
