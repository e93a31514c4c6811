import type { Value } from '#kernel';
import type { Kysely } from 'kysely';
import { createHash } from 'node:crypto';
import type { ReadStore } from './read-store.ts';

/** How many rows a table has, and a SHA-256 over them in hex: equal on every machine for the same history. */
export type TableDigest = { readonly rows: number; readonly sha256: string };

/** Rows to one query. */
const PAGE = 1_000;

/**
 * Digests what the plain name shows: each row as canonical JSON (columns by name) on a line of its own, in the order of
 * the key. All in one transaction, so writers may go on. Throws when nothing of that name is served.
 */
export const digestTable = async (store: ReadStore, table: string): Promise<TableDigest> => {
  const served = (await store.builds()).find((build) => build.served && table in build.tables);
  const key = served?.tables[table]?.key;
  if (!key) throw new Error(`there is no table ${table}`);
  const hash = createHash('sha256');
  let rows = 0;
  const db = store.db as Kysely<Shape>;
  // One picture of the table, though it is read in pages.
  await db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (snapshot) => {
      for await (const page of pagesOf(snapshot, table, key)) {
        for (const row of page) hash.update(`${canonical(row)}\n`);
        rows += page.length;
      }
    });
  return { rows, sha256: hash.digest('hex') };
};

type AnyRow = Record<string, Value>;
type Shape = Record<string, AnyRow>;

async function* pagesOf(db: Kysely<Shape>, table: string, key: readonly string[]): AsyncIterable<readonly AnyRow[]> {
  let last: AnyRow | undefined;
  do {
    const page: AnyRow[] = await after(db, table, key, last).execute();
    yield page;
    last = page.length < PAGE ? undefined : page.at(-1);
  } while (last);
}

/** The page after a row. Compared as a tuple, which the index of the key answers at once. */
const after = (db: Kysely<Shape>, table: string, key: readonly string[], last: AnyRow | undefined) => {
  let query = db.selectFrom(table).selectAll().limit(PAGE);
  for (const column of key) query = query.orderBy(column);
  if (!last) return query;
  const [first = '', second, ...more] = key;
  if (second === undefined) return query.where(first, '>', last[first] ?? null);
  return query.where((build) => {
    // A tuple of any length; the types stop at five.
    const columns = build.refTuple(first, second, ...(more as []));
    const values = key.map((column) => last[column] ?? null) as [Value, Value];
    return build(columns, '>', build.tuple(...values));
  });
};

/** JSON with its names in order, so that equal rows are equal text. */
const canonical = (row: AnyRow): string =>
  JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
