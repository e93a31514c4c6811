import { randomUUID } from 'node:crypto';
import { Journal } from './journal.ts';

/** The revision under which a tombstone stands, and the `$tb` of a soft deletion: the largest 64-bit number. */
const LAST = '9223372036854775807';
/** How many bytes of data one append may hold; metadata is not counted, as on the real server. */
const MAXIMUM_APPEND_SIZE = 1_048_576;

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

type Stream = { readonly entries: Entry[]; tombstone?: Entry; readonly lately: Map<string, number> };
type Line = {
  stream: string;
  created: number;
  tombstone?: boolean;
  events: { id: string; type: string; json: boolean; data: string; meta: string }[];
};
type Metadata = { $tb?: number; $maxCount?: number; $maxAge?: number };

/** What EventStoreDB keeps, and the rules by which it takes something in: in memory, and in a journal when given a path. */
export class Log {
  readonly all: Entry[] = [];
  readonly #streams = new Map<string, Stream>();
  readonly #waiting = new Set<() => void>();
  readonly #journal: Journal<Line> | undefined;

  constructor(path?: string) {
    this.#journal = path === undefined ? undefined : new Journal<Line>(path, (line) => this.#replay(line));
    // A real log is never empty: the server writes about itself first.
    if (this.all.length === 0) this.#write('$settings', [eventOf('$settings', { name: 'stand-in' })]);
  }

  /** The entries of a stream that may still be seen, first revision first; undefined when there is none to speak of. */
  visible(name: string): readonly Entry[] | undefined {
    const entries = this.#streams.get(name)?.entries;
    if (entries === undefined || entries.length === 0) return undefined;
    const { $tb = 0, $maxCount = Infinity, $maxAge = Infinity } = this.metadata(name);
    if (isSoftDeletion($tb)) return undefined;
    const oldest = Date.now() - $maxAge * 1000;
    return entries.slice(Math.max(0, $tb, entries.length - $maxCount)).filter(({ created }) => created >= oldest);
  }

  /** Every entry of a stream; whoever follows it looks again after each growth. */
  entries(name: string): readonly Entry[] {
    return this.#streams.get(name)?.entries ?? [];
  }

  isDeleted(name: string): boolean {
    return this.#streams.get(name)?.tombstone !== undefined;
  }

  metadata(name: string): Metadata {
    if (name.startsWith('$$')) return { $maxCount: 1 };
    const last = this.#streams.get(`$$${name}`)?.entries.at(-1);
    try {
      return last === undefined ? {} : (JSON.parse(last.data.toString()) as Metadata);
    } catch {
      return {};
    }
  }

  /** The index of the first entry after a position; undefined when no entry begins there. Past the end is the end. */
  after(position: bigint): number | undefined {
    const at = Number(position);
    if (at > (this.all.at(-1)?.at ?? -1)) return this.all.length;
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle]?.at ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return this.all[low]?.at === at ? low + 1 : undefined;
  }

  append(name: string, events: readonly Proposed[], expected: Expected): Written {
    if (this.isDeleted(name)) return { outcome: 'streamDeleted' };
    const maximum = MAXIMUM_APPEND_SIZE;
    if (events.reduce((sum, { data }) => sum + data.length, 0) > maximum) return { outcome: 'tooLarge', maximum };
    const judged =
      expected === 'any' || expected === 'streamExists'
        ? (this.#wrong(name, expected) ?? this.#recognised(name, events))
        : this.#judge(name, events, expected);
    if (judged !== undefined) return judged;
    const entries = this.#write(name, events);
    this.#liftDeletion(name, events.length);
    return { outcome: 'written', revision: this.entries(name).length - 1, at: entries.at(-1)?.at };
  }

  /** Hides what there is; whoever appends goes on counting. */
  softDelete(name: string, expected: Expected): Written {
    const wrong = this.#wrong(name, expected);
    if (wrong !== undefined) return wrong;
    const [entry] = this.#write(`$$${name}`, [eventOf('$metadata', `{"$tb":${LAST}}`)]);
    return { outcome: 'written', revision: 0, at: entry?.at };
  }

  /** Ends a stream for ever. */
  tombstone(name: string, expected: Expected): Written {
    const wrong = this.#wrong(name, expected);
    if (wrong !== undefined) return wrong;
    const [entry] = this.#write(name, [eventOf('$streamDeleted', '')], true);
    return { outcome: 'written', revision: 0, at: entry?.at };
  }

  /** Resolves when something was written, or `leave` was aborted. */
  growth(leave: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const goOn = () => {
        this.#waiting.delete(goOn);
        leave.removeEventListener('abort', goOn);
        resolve();
      };
      this.#waiting.add(goOn);
      leave.addEventListener('abort', goOn);
      if (leave.aborted) goOn();
    });
  }

  /** Why an append must not be written; undefined when it must. */
  #judge(name: string, events: readonly Proposed[], expected: 'noStream' | bigint): Written | undefined {
    const from = expected === 'noStream' ? 0 : Number(expected) + 1;
    const entries = this.entries(name);
    if (from === entries.length || (from < entries.length && events.length === 0)) return undefined;
    // A stream that was hidden is as good as none.
    const isNone = expected === 'noStream' && isSoftDeletion(this.metadata(name).$tb);
    return isNone && entries[0]?.id !== events[0]?.id ? undefined : again(entries, from, events);
  }

  #wrong(name: string, expected: Expected): Written | undefined {
    if (this.isDeleted(name)) return { outcome: 'streamDeleted' };
    const current = this.entries(name).length - 1;
    const hidden = isSoftDeletion(this.metadata(name).$tb);
    if (expected === 'streamExists' && hidden) return { outcome: 'streamDeleted' };
    const exists = current >= 0 || this.entries(`$$${name}`).length > 0;
    const right =
      expected === 'any' ||
      (expected === 'streamExists' && exists) ||
      (expected === 'noStream' && (current === -1 || hidden)) ||
      expected === BigInt(current);
    return right ? undefined : { outcome: 'wrongExpectedVersion', current };
  }

  /** Without a revision, a retry is known only by the ids of late: they are forgotten with the process. */
  #recognised(name: string, events: readonly Proposed[]): Written | undefined {
    const stream = this.#streams.get(name);
    const first = stream?.lately.get(events[0]?.id ?? '');
    if (stream === undefined || first === undefined) return undefined;
    const same = events.every(({ id }, index) => stream.lately.get(id) === first + index);
    const last = first + events.length - 1;
    if (same) return { outcome: 'written', revision: last, at: stream.entries[last]?.at };
    return { outcome: 'wrongExpectedVersion', current: stream.entries.length - 1 };
  }

  /** Who appends to a hidden stream makes it visible again, from there on. */
  #liftDeletion(name: string, count: number): void {
    if (count === 0 || !isSoftDeletion(this.metadata(name).$tb)) return;
    this.#write(`$$${name}`, [eventOf('$metadata', { $tb: this.entries(name).length - count })]);
  }

  #write(stream: string, events: readonly Proposed[], tombstone = false): readonly Entry[] {
    if (events.length === 0) return [];
    const created = Date.now();
    this.#journal?.write({
      stream,
      created,
      ...(tombstone ? { tombstone } : {}),
      events: events.map((event) => ({
        ...event,
        data: event.data.toString('base64'),
        meta: event.meta.toString('base64'),
      })),
    });
    return this.#take(stream, events, created, tombstone);
  }

  #replay({ stream, created, tombstone = false, events }: Line): void {
    const entries = events.map((event) => ({
      ...event,
      data: Buffer.from(event.data, 'base64'),
      meta: Buffer.from(event.meta, 'base64'),
    }));
    this.#take(stream, entries, created, tombstone);
    this.#streams.get(stream)?.lately.clear();
  }

  #take(name: string, events: readonly Proposed[], created: number, tombstone: boolean): readonly Entry[] {
    const stream: Stream = this.#streams.get(name) ?? { entries: [], lately: new Map<string, number>() };
    this.#streams.set(name, stream);
    const taken = events.map((event, index): Entry => {
      const before = this.all.at(-1);
      const at = before === undefined ? 0 : before.at + before.data.length + before.meta.length + 150;
      const revision = tombstone ? LAST : String(stream.entries.length);
      const entry = { ...event, stream: name, revision, at: at + (index === 0 ? 7 : 0), created };
      this.all.push(entry);
      if (tombstone) stream.tombstone = entry;
      else stream.lately.set(entry.id, stream.entries.push(entry) - 1);
      return entry;
    });
    for (const goOn of [...this.#waiting]) goOn();
    return taken;
  }
}

/** What is answered to events that are not to be written at this place: they may be there already. */
const again = (entries: readonly Entry[], from: number, events: readonly Proposed[]): Written => {
  const there = entries.slice(from, from + events.length);
  const last = there.at(-1);
  if (last !== undefined && events.every(({ id }, index) => there[index]?.id === id))
    return { outcome: 'written', revision: Number(last.revision), at: last.at };
  return { outcome: 'wrongExpectedVersion', current: entries.length - 1 };
};

const isSoftDeletion = ($tb = 0): boolean => $tb >= 2 ** 62;

const eventOf = (type: string, data: object | string): Proposed => ({
  id: randomUUID(),
  type,
  json: true,
  data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)),
  meta: Buffer.alloc(0),
});
