/** An event that a client wants to append. */
export type Proposed = {
  readonly id: string;
  readonly type: string;
  readonly json: boolean;
  readonly data: Buffer;
  readonly meta: Buffer;
};
export type Entry = Proposed & {
  readonly stream: string;
  readonly revision: string;
  /** Commit and prepare position are equal: an offset, so positions have gaps. */
  readonly at: number;
  /** Milliseconds since 1970. */
  readonly created: number;
};
export type Expected = 'any' | 'noStream' | 'streamExists' | bigint;

export type Written =
  | { readonly outcome: 'written'; readonly revision: number; readonly at: number | undefined }
  /** `current` is -1 if the stream does not exist. */
  | { readonly outcome: 'wrongExpectedVersion'; readonly current: number }
  | { readonly outcome: 'streamDeleted' }
  | { readonly outcome: 'tooLarge'; readonly maximum: number }
  /** The real server crashes while it builds this answer, and sends none. */
  | { readonly outcome: 'unanswered' };

/** The state of a stream before an append. */
export type Standing = {
  readonly entries: readonly Entry[];
  /** Tombstoned. */
  readonly deleted: boolean;
  /** Soft-deleted. */
  readonly hidden: boolean;
  /** Whether it has metadata. */
  readonly described: boolean;
  /** The revision of an event written since the server started, by its id. */
  readonly lately: (id: string) => number | undefined;
  /** The position of the event with a revision; undefined when it is no longer visible. */
  readonly placeOf: (revision: number) => number | undefined;
};

const isAs = ({ entries, hidden, described }: Standing, expected: Expected): boolean => {
  const current = entries.length - 1;
  if (expected === 'streamExists') return current >= 0 || described;
  // A hidden stream counts as missing.
  if (expected === 'noStream') return current === -1 || hidden;
  return expected === 'any' || expected === BigInt(current);
};

/** Why the stream is not in the expected state; undefined when it is. */
export const wrong = (standing: Standing, expected: Expected): Written | undefined => {
  const { entries, deleted, hidden } = standing;
  if (deleted || (expected === 'streamExists' && hidden)) return { outcome: 'streamDeleted' };
  return isAs(standing, expected) ? undefined : { outcome: 'wrongExpectedVersion', current: entries.length - 1 };
};

/** The answer to an append that writes nothing; undefined when it is to be written. */
export const answered = (standing: Standing, events: readonly Proposed[], expected: Expected): Written | undefined => {
  if (standing.deleted) return { outcome: 'streamDeleted' };
  if (expected === 'any' || expected === 'streamExists') return wrong(standing, expected) ?? known(standing, events);
  return standing.hidden && expected === 'noStream' && events.length > 0 && standing.entries[0]?.id !== events[0]?.id
    ? undefined
    : again(standing, expected === 'noStream' ? 0 : Number(expected) + 1, events);
};

/** Without a revision, a retry is recognised only by the ids written since the start. */
const known = ({ entries, lately, placeOf }: Standing, events: readonly Proposed[]): Written | undefined => {
  const places = events.map(({ id }) => lately(id));
  if (places[0] === undefined) return undefined;
  const last = places.includes(undefined) ? undefined : places.at(-1);
  if (last === undefined) return { outcome: 'wrongExpectedVersion', current: entries.length - 1 };
  // It is enough that all ids are known, unless the last one is far before the first.
  if (last < places[0] - 1) return { outcome: 'unanswered' };
  return { outcome: 'written', revision: last, at: placeOf(last) };
};

/** The answer to events that cannot be written at this place: they may have been written already. */
const again = ({ entries, placeOf }: Standing, from: number, events: readonly Proposed[]): Written | undefined => {
  if (from === entries.length) return undefined;
  const last = from + events.length - 1;
  if (events.length > 0 && events.every(({ id }, index) => entries[from + index]?.id === id))
    return { outcome: 'written', revision: last, at: placeOf(last) };
  return { outcome: 'wrongExpectedVersion', current: entries.length - 1 };
};
