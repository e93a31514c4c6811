import { availableParallelism } from 'node:os';
import { subjects, type Row, type RowId } from './row.ts';

/** Half a goal is the least that may be. */
const verdict = ({ id, ratio }: Row): string => {
  const { goal } = subjects[id];
  if (goal === undefined) return '';
  if (ratio >= goal) return 'yes';
  return ratio >= goal / 2 ? 'below' : 'NO';
};

const shown = (figure: number): string =>
  figure.toLocaleString('en', { maximumSignificantDigits: figure >= 1_000 ? 15 : 3, maximumFractionDigits: 0 });

const ratioShown = (ratio: number): string => (ratio >= 100 ? shown(ratio) : ratio.toFixed(2));

/** Columns as wide as their widest cell; the first two to the left. */
const aligned = (lines: readonly (readonly string[])[]): string => {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

/** `B1s` for the row `W1s`: in the rule book, `W` is for worked examples. `--json` keeps the ids that programs read. */
export const displayId = (id: RowId): string => id.replace(/^W/, 'B');

/** The id of a row that was named by either of its names. */
export const rowId = (name: string): string => name.replace(/^B/, 'W');

/** The table for people. */
export const table = (rows: readonly Row[]): string =>
  aligned([
    ['', 'what', 'ours', 'baseline', 'unit', 'ratio', 'goal', 'ok'],
    ...rows.map((row) => [
      displayId(row.id),
      row.what,
      shown(row.ours),
      shown(row.floor),
      row.unit,
      ratioShown(row.ratio),
      String(subjects[row.id].goal ?? ''),
      verdict(row),
    ]),
  ]);

/** The same for programs (http-api.md §5). */
export const json = (rows: readonly Row[]): string =>
  JSON.stringify({ node: process.version, cpus: availableParallelism(), rows }, null, 2);

export const isRowId = (id: string): id is RowId => Object.hasOwn(subjects, id);
