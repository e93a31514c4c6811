/** Which part of a list is asked for. `limit` is checked by the caller: at least 1. */
export type PageRequest = { readonly limit: number; readonly cursor?: string | undefined };

/** A part of a list, and where to read on; `null` at its end. */
export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

/** Where a page ended: the values that the list is sorted by. */
export type Place = readonly (string | number)[];

/** The caller's cursor is none of this list's. Nothing of the ledger is wrong: the request is. */
export class MalformedCursor extends Error {
  override readonly name = 'MalformedCursor';
}

/**
 * Keyset pages: a cursor names the last row that was seen, not a number of rows to pass over, so rows that are added
 * meanwhile neither repeat nor hide others. `list` keeps the cursors of one list out of another; `like` is an example
 * of a place, for the types of its values.
 */
export const keyset = <P extends Place>(list: string, like: P) => ({
  /** After which place to go on; `undefined` from the list's beginning. Throws `MalformedCursor`. */
  after: ({ cursor }: PageRequest): P | undefined => {
    if (cursor === undefined) return undefined;
    const [name, ...place] = decoded(cursor);
    const fits = place.length === like.length && place.every((value, i) => isLike(value, like[i]));
    if (name !== list || !fits) throw new MalformedCursor(`this is no cursor of ${list}`);
    return place as unknown as P;
  },
  /** How many rows to ask for: one more than wanted, which tells whether there are more. */
  fetch: ({ limit }: PageRequest): number => limit + 1,
  /** The page made of the rows that were fetched. */
  page: <Row, Item>(
    rows: readonly Row[],
    { limit }: PageRequest,
    placeOf: (row: Row) => P,
    show: (row: Row) => Item,
  ): Page<Item> => {
    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const nextCursor = rows.length > limit && last !== undefined ? encoded([list, ...placeOf(last)]) : null;
    return { items: shown.map(show), nextCursor };
  },
});

/** Values that a column can hold: numbers are whole, and no database has text with NUL in it that all others have as well. */
const isLike = (value: unknown, like: string | number | undefined): boolean =>
  typeof like === 'number' ? Number.isSafeInteger(value) : typeof value === 'string' && !value.includes('\0');

const encoded = (place: Place): string =>
  btoa(encodeURIComponent(JSON.stringify(place)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

const decoded = (cursor: string): readonly unknown[] => {
  try {
    const place: unknown = JSON.parse(decodeURIComponent(atob(cursor.replaceAll('-', '+').replaceAll('_', '/'))));
    if (Array.isArray(place)) return place;
  } catch {
    // Said below, in our words.
  }
  throw new MalformedCursor('the cursor cannot be read: hand back what `nextCursor` said, as it is');
};

/** A condition of a query, where the request gives a value for it. */
export const given = <Asked, Condition>(
  value: Asked | undefined,
  condition: (value: Asked) => Condition,
): readonly Condition[] => (value === undefined ? [] : [condition(value)]);
