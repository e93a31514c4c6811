// `npm run bench`: what the ledger does in a second, each figure beside a hand-written baseline on the same storage.
import { parseArgs } from 'node:util';
import { displayId, isRowId, json, rowId, table } from './report.ts';
import { subjects, type RowId } from './row.ts';
import { run } from './run.ts';

const usage = `usage: npm run bench -- [--json] [--quick] [--only B1c,B4]
rows: ${(Object.keys(subjects) as RowId[]).map(displayId).join(' ')}`;

const wrongUsage = (problem: string): never => {
  process.stderr.write(`${problem}\n${usage}\n`);
  process.exit(2);
};

const readOptions = () => {
  try {
    const options = { json: { type: 'boolean' }, quick: { type: 'boolean' }, only: { type: 'string' } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    return wrongUsage(error instanceof Error ? error.message : String(error));
  }
};

const options = readOptions();
const selected = options.only?.split(',').map(rowId) ?? Object.keys(subjects);
for (const id of selected) if (!isRowId(id)) wrongUsage(`there is no row ${id}`);

// An end with clearing up.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

// Progress goes to standard error: standard output holds the result and nothing else.
const { rows, notes } = await run(selected as RowId[], {
  quick: options.quick === true,
  onProgress: (line) => process.stderr.write(`${line}\n`),
});
if (rows.length === 0) process.exitCode = 1;
process.stdout.write(`${options.json === true ? json(rows) : [table(rows), ...notes].join('\n')}\n`);
