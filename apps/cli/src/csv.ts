/** One row of a CSV file (RFC 4180), without the end of its line. Every CSV is made by this: no cell of it ever calculates. */
export const csvRow = (values: readonly string[]): string => values.map(cell).join(',');

const cell = (value: string): string => {
  const text = inert(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/**
 * A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, also after white space: such a text gets
 * an apostrophe in front, which a spreadsheet does not show. A negative amount is a number, and stays one.
 */
const inert = (text: string): string =>
  /^\s*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
