/**
 * Upcasters: old shapes of events and how each becomes the next, by type. Only ever appended to: an event written years ago still
 * has to be read. The schema number of a type is the length of its list plus one, so it cannot be forgotten.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a past shape has no type any more
export type History = { readonly [type: string]: readonly ((data: any) => object)[] };

/** The schema number to write beside an event of this type: 1 for a type that never changed. */
export const schemaOf = (history: History, type: string): number => (history[type]?.length ?? 0) + 1;

/** Data as written under `schema`, converted to today's shape. */
export const upcast = (history: History, type: string, schema: number, data: object): object =>
  (history[type] ?? []).slice(schema - 1).reduce((older, toNext) => toNext(older), data);
