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
  | { readonly outcome: 'tooLarge'; readonly maximum: number };

/** How a stream stands when something is to be written to it. */
export type Standing = {
  readonly entries: readonly Entry[];
  /** Ended for ever. */
  readonly deleted: boolean;
  /** Deleted, but not for ever. */
  readonly hidden: boolean;
  /** Whether it has metadata. */
  readonly described: boolean;
  /** Where the events are that were written since the start of the server, by their ids. */
  readonly lately: ReadonlyMap<string, number>;
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
  return standing.hidden && expected === 'noStream' && standing.entries[0]?.id !== events[0]?.id
    ? undefined
    : again(standing.entries, expected === 'noStream' ? 0 : Number(expected) + 1, events);
};

/** Without a revision, a retry is known only by the ids of late: they are forgotten with the process. */
const known = ({ entries, lately }: Standing, events: readonly Proposed[]): Written | undefined => {
  const first = lately.get(events[0]?.id ?? '');
  if (first === undefined) return undefined;
  const last = first + events.length - 1;
  if (events.every(({ id }, index) => lately.get(id) === first + index))
    return { outcome: 'written', revision: last, at: entries[last]?.at };
  return { outcome: 'wrongExpectedVersion', current: entries.length - 1 };
};

/** What is answered to events that are not to be written at this place: they may be there already. */
const again = (entries: readonly Entry[], from: number, events: readonly Proposed[]): Written | undefined => {
  if (from === entries.length || (from < entries.length && events.length === 0)) return undefined;
  const there = entries.slice(from, from + events.length);
  const last = there.at(-1);
  if (last !== undefined && events.every(({ id }, index) => there[index]?.id === id))
    return { outcome: 'written', revision: Number(last.revision), at: last.at };
  return { outcome: 'wrongExpectedVersion', current: entries.length - 1 };
};
