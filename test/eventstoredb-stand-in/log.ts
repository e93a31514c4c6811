import { randomUUID } from 'node:crypto';
import { Journal } from './journal.ts';
import { answered, wrong, type Entry, type Expected, type Proposed, type Standing, type Written } from './rules.ts';

/** The revision of a tombstone, and the `$tb` of a soft deletion: the largest 64-bit number. */
const LAST = '9223372036854775807';
/** The largest size of an append's data, in bytes; metadata does not count, as on the real server. */
const MAXIMUM_APPEND_SIZE = 1_048_576;

type Stream = { readonly entries: Entry[]; tombstone?: Entry };
type Line = {
  stream: string;
  created: number;
  tombstone?: boolean;
  events: { id: string; type: string; json: boolean; data: string; meta: string }[];
};
type Metadata = {
  $tb?: number;
  $maxCount?: number;
  $maxAge?: number;
  $acl?: Readonly<Record<string, string | readonly string[] | undefined>>;
};

export type LogOptions = {
  /** Path of the journal; without one the log is in memory only. */
  readonly path?: string | undefined;
  /** Whether the journal survives a power cut, not only a kill. */
  readonly durable?: boolean | undefined;
  /** The largest size of an append's data, in bytes. */
  readonly maximumAppendSize?: number | undefined;
};

/** What EventStoreDB stores: in memory, and in a journal if a path is given. The rules for appends are in rules.ts. */
export class Log {
  readonly all: Entry[] = [];
  readonly #streams = new Map<string, Stream>();
  /** The places of the events written since the start, by id; for a repeated id, the first. */
  readonly #lately = new Map<string, Entry>();
  readonly #waiting = new Set<() => void>();
  readonly #maximum: number;
  readonly #journal: Journal<Line> | undefined;

  constructor({ path, durable = false, maximumAppendSize = MAXIMUM_APPEND_SIZE }: LogOptions) {
    this.#maximum = maximumAppendSize;
    this.#journal = path === undefined ? undefined : new Journal<Line>(path, (line) => this.#replay(line), durable);
    // A real log is never empty: the server first writes about itself.
    if (this.all.length === 0) this.#write('$settings', [eventOf('$settings', { name: 'stand-in' })]);
  }

  /** The visible entries of a stream, oldest first; undefined if the stream does not exist. */
  visible(name: string): readonly Entry[] | undefined {
    const entries = this.#streams.get(name)?.entries;
    if (entries === undefined || entries.length === 0) return undefined;
    const { $tb = 0, $maxCount = Infinity, $maxAge = Infinity } = this.metadata(name);
    if (isSoftDeletion($tb)) return undefined;
    const oldest = Date.now() - $maxAge * 1000;
    return entries.slice(Math.max(0, $tb, entries.length - $maxCount)).filter(({ created }) => created >= oldest);
  }

  /** Every entry of a stream; a follower looks again after each growth. */
  entries(name: string): readonly Entry[] {
    return this.#streams.get(name)?.entries ?? [];
  }

  /** The tombstone of a stream. */
  tombstoneOf(name: string): Entry | undefined {
    return this.#streams.get(name)?.tombstone;
  }

  /** Whether a stream, or the stream that this metadata belongs to, has a tombstone. */
  isEnded(name: string): boolean {
    return this.tombstoneOf(name.replace(/^\$\$/, '')) !== undefined;
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

  /** The index of the entry that begins at an offset; undefined when none does. An offset past the end gives the end. */
  indexAt(offset: bigint): number | undefined {
    const at = Number(offset);
    if (at > (this.all.at(-1)?.at ?? -1)) return this.all.length;
    let [low, high] = [0, this.all.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.all[middle]?.at ?? 0) < at) low = middle + 1;
      else high = middle;
    }
    return this.all[low]?.at === at ? low : undefined;
  }

  append(name: string, events: readonly Proposed[], expected: Expected): Written {
    const maximum = this.#maximum;
    if (events.reduce((sum, { data }) => sum + data.length, 0) > maximum) return { outcome: 'tooLarge', maximum };
    const answer = answered(this.#standing(name), events, expected);
    if (answer !== undefined) return answer;
    const described = name.startsWith('$$') && isSoftDeletion(this.metadata(name.slice(2)).$tb);
    // An append without events also leaves a record in the log, though no event.
    const at = events.length === 0 ? this.#end() : undefined;
    const entries = this.#write(name, events);
    const revision = this.entries(name).length - 1;
    if (described) this.#liftDeletion(name.slice(2), this.entries(name.slice(2)).length);
    else if (events.length > 0 && isSoftDeletion(this.metadata(name).$tb))
      this.#liftDeletion(name, this.entries(name).length - events.length);
    return { outcome: 'written', revision, at: entries.at(-1)?.at ?? at };
  }

  /** Soft-deletes a stream; later appends continue its revisions. */
  softDelete(name: string, expected: Expected): Written {
    const standing = this.#standing(name);
    const answer = wrong(standing, expected);
    if (answer !== undefined) return answer;
    if (standing.entries.length === 0 && !standing.described) return { outcome: 'wrongExpectedVersion', current: -1 };
    const [entry] = this.#write(`$$${name}`, [eventOf('$metadata', `{"$tb":${LAST}}`)]);
    return { outcome: 'written', revision: 0, at: entry?.at };
  }

  /** Tombstones a stream, which need not exist. */
  tombstone(name: string, expected: Expected): Written {
    const answer = wrong(this.#standing(name), expected);
    if (answer !== undefined) return answer;
    const [entry] = this.#write(name, [eventOf('$streamDeleted', '')], true);
    return { outcome: 'written', revision: 0, at: entry?.at };
  }

  /** Resolves when something was written, or when `leave` is aborted. */
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

  #standing(name: string): Standing {
    const entries = this.entries(name);
    return {
      entries,
      // The real server may still accept metadata of a tombstoned stream that had some, while its cache remembers it.
      deleted: this.tombstoneOf(name) !== undefined || (entries.length === 0 && this.isEnded(name)),
      hidden: isSoftDeletion(this.metadata(name).$tb),
      described: this.entries(`$$${name}`).length > 0,
      lately: (id) => {
        const entry = this.#lately.get(id);
        return entry?.stream === name ? Number(entry.revision) : undefined;
      },
      placeOf: (revision) => this.visible(name)?.find((entry) => entry.revision === String(revision))?.at,
    };
  }

  /** An append to a hidden stream, or setting its metadata, makes it visible again, from there on. */
  #liftDeletion(name: string, $tb: number): void {
    this.#write(`$$${name}`, [eventOf('$metadata', { ...this.metadata(name), $tb })]);
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

  /** The offset after the last entry. */
  #end(): number {
    const last = this.all.at(-1);
    return last === undefined ? 0 : last.at + last.data.length + last.meta.length + 150;
  }

  #replay({ stream, created, tombstone = false, events }: Line): void {
    const entries = events.map((event) => ({
      ...event,
      data: Buffer.from(event.data, 'base64'),
      meta: Buffer.from(event.meta, 'base64'),
    }));
    this.#take(stream, entries, created, tombstone);
    this.#lately.clear();
  }

  #take(name: string, events: readonly Proposed[], created: number, tombstone: boolean): readonly Entry[] {
    const stream: Stream = this.#streams.get(name) ?? { entries: [] };
    this.#streams.set(name, stream);
    const taken = events.map((event, index): Entry => {
      const revision = tombstone ? LAST : String(stream.entries.length);
      const entry = { ...event, stream: name, revision, at: this.#end() + (index === 0 ? 7 : 0), created };
      this.all.push(entry);
      if (tombstone) stream.tombstone = entry;
      else {
        stream.entries.push(entry);
        if (!this.#lately.has(entry.id)) this.#lately.set(entry.id, entry);
      }
      return entry;
    });
    for (const goOn of [...this.#waiting]) goOn();
    return taken;
  }
}

const isSoftDeletion = ($tb = 0): boolean => $tb >= 2 ** 62;

const eventOf = (type: string, data: object | string): Proposed => ({
  id: randomUUID(),
  type,
  json: true,
  data: Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)),
  meta: Buffer.alloc(0),
});
