/** An event as somebody wants it written. */
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
  /** Commit and prepare position alike: an offset, so there are gaps. */
  readonly at: number;
  /** Milliseconds since 1970. */
  readonly created: number;
};
export type Expected = 'any' | 'noStream' | 'streamExists' | bigint;

export type Written =
  | { readonly outcome: 'written'; readonly revision: number; readonly at: number | undefined }
  /** `current` is -1 where there is no stream. */
  | { readonly outcome: 'wrongExpectedVersion'; readonly current: number }
  | { readonly outcome: 'streamDeleted' }
  | { readonly outcome: 'tooLarge'; readonly maximum: number }
  /** The real server stumbles over its own answer, and gives none. */
  | { readonly outcome: 'unanswered' };

/** How a stream stands when something is to be written to it. */
export type Standing = {
  readonly entries: readonly Entry[];
  /** Ended for ever. */
  readonly deleted: boolean;
  /** Deleted, but not for ever. */
  readonly hidden: boolean;
  /** Whether it has metadata. */
  readonly described: boolean;
  /** At which revision an event is that was written since the start of the server, by its id. */
  readonly lately: (id: string) => number | undefined;
  /** The position of the event of a revision; undefined when it may no longer be seen. */
  readonly placeOf: (revision: number) => number | undefined;
};

const isAs = ({ entries, hidden, described }: Standing, expected: Expected): boolean => {
  const current = entries.length - 1;
  if (expected === 'streamExists') return current >= 0 || described;
  // A stream that was hidden is as good as none.
  if (expected === 'noStream') return current === -1 || hidden;
  return expected === 'any' || expected === BigInt(current);
};

/** Why a stream does not stand where it is expected to; undefined when it does. */
export const wrong = (standing: Standing, expected: Expected): Written | undefined => {
  const { entries, deleted, hidden } = standing;
  if (deleted || (expected === 'streamExists' && hidden)) return { outcome: 'streamDeleted' };
  return isAs(standing, expected) ? undefined : { outcome: 'wrongExpectedVersion', current: entries.length - 1 };
};

/** What is answered to an append without writing anything; undefined when it is to be written. */
export const answered = (standing: Standing, events: readonly Proposed[], expected: Expected): Written | undefined => {
  if (standing.deleted) return { outcome: 'streamDeleted' };
  if (expected === 'any' || expected === 'streamExists') return wrong(standing, expected) ?? known(standing, events);
  return standing.hidden && expected === 'noStream' && events.length > 0 && standing.entries[0]?.id !== events[0]?.id
    ? undefined
    : again(standing, expected === 'noStream' ? 0 : Number(expected) + 1, events);
};

/** Without a revision, a retry is known only by the ids of late: they are forgotten with the process. */
const known = ({ entries, lately, placeOf }: Standing, events: readonly Proposed[]): Written | undefined => {
  const places = events.map(({ id }) => lately(id));
  if (places[0] === undefined) return undefined;
  const last = places.includes(undefined) ? undefined : places.at(-1);
  if (last === undefined) return { outcome: 'wrongExpectedVersion', current: entries.length - 1 };
  // That they all are there is enough, unless the last is far before the first.
  if (last < places[0] - 1) return { outcome: 'unanswered' };
  return { outcome: 'written', revision: last, at: placeOf(last) };
};

/** What is answered to events that are not to be written at this place: they may be there already. */
const again = ({ entries, placeOf }: Standing, from: number, events: readonly Proposed[]): Written | undefined => {
  if (from === entries.length) return undefined;
  const last = from + events.length - 1;
  if (events.length > 0 && events.every(({ id }, index) => entries[from + index]?.id === id))
    return { outcome: 'written', revision: last, at: placeOf(last) };
  return { outcome: 'wrongExpectedVersion', current: entries.length - 1 };
};
