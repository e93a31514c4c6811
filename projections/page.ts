/** Which part of a list is requested. `limit` is checked by the caller: at least 1. */
export type PageRequest = { readonly limit: number; readonly cursor?: string | undefined };

/** A part of a list, with the cursor of the next one; `null` at its end. */
export type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor: string | null };

/** The place where a page ended: the values by which the list is sorted. */
export type Place = readonly (string | number)[];

/** The cursor does not belong to this list. The request is wrong, not the ledger. */
export class MalformedCursor extends Error {
  override readonly name = 'MalformedCursor';
}

/**
 * Keyset pages: a cursor names the last row that was seen, not a number of rows to skip, so rows that are added
 * meanwhile are neither repeated nor hide others. `list` keeps the cursors of one list out of another; `like` is an example
 * of a place, for the types of its values.
 */
export const keyset = <P extends Place>(list: string, like: P) => ({
  /** The place after which to continue; `undefined` at the list's beginning. Throws `MalformedCursor`. */
  after: ({ cursor }: PageRequest): P | undefined => {
    if (cursor === undefined) return undefined;
    const [name, ...place] = decoded(cursor);
    const fits = place.length === like.length && place.every((value, i) => isLike(value, like[i]));
    if (name !== list || !fits) throw new MalformedCursor(`this is no cursor of ${list}`);
    return place as unknown as P;
  },
  /** How many rows to fetch: one more than requested, which shows whether there are more. */
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
    // The error below has a message of our own.
  }
  throw new MalformedCursor('the cursor cannot be read: send back `nextCursor` unchanged');
};

/** A condition of a query, if the request has a value for it. */
export const given = <Asked, Condition>(
  value: Asked | undefined,
  condition: (value: Asked) => Condition,
): readonly Condition[] => (value === undefined ? [] : [condition(value)]);
