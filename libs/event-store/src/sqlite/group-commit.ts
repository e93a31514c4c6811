import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { START } from '#kernel';
import type { Encoded } from '../codec.ts';
import { RevisionConflict, StoreUnavailable, type Receipt, type Revision } from '../event-store.ts';
import { positionOf } from '../position.ts';
import { checksumOf } from './checksum.ts';
import { unavailable } from './database.ts';
import { StreamHeads, type Head } from './stream-heads.ts';
import type { FileIdentity } from './file-identity.ts';
import { WriteLock } from './write-lock.ts';

/** How many appends share a transaction at most: others want their turn too. */
const GROUP = 512;

/** The name of no stream, 32 KiB long. An attempt leaves it behind only when the process ends in the midst of it. */
const PROBE = '~'.repeat(32_768);

/** An append that waits for its transaction. */
type Append = {
  readonly stream: string;
  readonly events: readonly Encoded[];
  readonly expected: Revision;
  readonly resolve: (receipt: Receipt) => void;
  readonly reject: (error: Error) => void;
};

/** A committed event and its offset in the log. */
export type Written = {
  readonly offset: number;
  readonly stream: string;
  readonly revision: Revision;
  readonly event: Encoded;
};

/** Writes appends that wait together in one transaction, each judged on its own. */
export class GroupCommit {
  readonly #onCommit: (written: readonly Written[]) => void;
  readonly #files: FileIdentity;
  readonly #heads: StreamHeads;
  readonly #lock: WriteLock;
  readonly #statements: Readonly<Record<'addStream' | 'addEvent' | 'already' | 'dropProbe', StatementSync>>;
  readonly #waiting: Append[] = [];
  /** Written by the current transaction. */
  #written: Written[] = [];

  /** `onCommit` is called with the new events after each commit. Throws `FolderInUse` when another process writes to the log. */
  constructor(database: DatabaseSync, files: FileIdentity, onCommit: (written: readonly Written[]) => void) {
    this.#onCommit = onCommit;
    this.#files = files;
    this.#heads = new StreamHeads(database);
    this.#lock = new WriteLock(database);
    this.#statements = {
      addStream: database.prepare('INSERT INTO streams (name) VALUES (?)'),
      addEvent: database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?)'),
      already: database.prepare(`
        SELECT position, id FROM events WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?`),
      dropProbe: database.prepare('DELETE FROM streams WHERE name = ?'),
    };
  }

  /** Settles when the transaction that this append is part of has been committed, or has failed. */
  append(stream: string, events: readonly Encoded[], expected: Revision): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ stream, events, expected, resolve, reject }) === 1) setImmediate(this.#flush);
    });
  }

  /**
   * Commits a row as large as many appends, and commits that it is gone: a full disk may still have room for less. Throws
   * `StoreUnavailable` when that cannot be written.
   */
  attempt(): void {
    try {
      this.#begin();
      this.#statements.dropProbe.run(PROBE);
      this.#statements.addStream.run(PROBE);
      this.#lock.commit();
      this.#begin();
      this.#statements.dropProbe.run(PROBE);
      this.#lock.commit();
    } catch (error) {
      this.#lock.rollBack();
      throw error instanceof StoreUnavailable ? error : unavailable(error);
    }
  }

  /** Writes what is waiting now, in as many transactions as it takes, and lets other processes write. */
  close(): void {
    while (this.#waiting.length > 0) this.#flush();
    this.#lock.release();
  }

  readonly #flush = (): void => {
    const group = this.#waiting.splice(0, GROUP);
    // `close` has flushed already.
    if (group.length === 0) return;
    if (this.#waiting.length > 0) setImmediate(this.#flush);
    let outcomes: readonly (Receipt | RevisionConflict)[];
    try {
      outcomes = this.#transact(group);
    } catch (error) {
      this.#fail(group, error);
      return;
    }
    // An event committed to a file that was moved away is not recorded: a restart would not find it.
    const fault = this.#files.fault();
    for (const [index, { resolve, reject }] of group.entries()) {
      const outcome = fault ?? outcomes[index];
      if (outcome instanceof Error) reject(outcome);
      else if (outcome !== undefined) resolve(outcome);
    }
    if (this.#written.length > 0) this.#onCommit(this.#written);
  };

  #transact(group: readonly Append[]): (Receipt | RevisionConflict)[] {
    this.#written = [];
    this.#begin();
    this.#heads.refresh();
    const outcomes = group.map((append) => this.#judge(append));
    this.#lock.commit();
    return outcomes;
  }

  #begin(): void {
    const fault = this.#files.fault();
    if (fault !== undefined) throw fault;
    // Waiting for it here would hold up every reader; the caller tries again.
    if (!this.#lock.take()) throw new StoreUnavailable('the event log is locked: another process writes to it');
  }

  /** Rejects a group. Its checks assumed appends that were rolled back, so none of the results is valid. */
  #fail(group: readonly Append[], error: unknown): void {
    this.#heads.forget();
    try {
      this.#lock.rollBack();
    } finally {
      const reason = error instanceof StoreUnavailable ? error : unavailable(error);
      for (const { reject } of group) reject(reason);
    }
  }

  /** Writes one append if the stream is at the expected revision. A conflicting append writes nothing. */
  #judge({ stream, events, expected }: Append): Receipt | RevisionConflict {
    const head = this.#heads.of(stream);
    if (head.revision !== expected)
      return this.#already(head, events, expected) ?? new RevisionConflict(stream, expected, head.revision);
    if (events.length === 0) return this.#end(head);
    const number = (head.number ??= Number(this.#statements.addStream.run(stream).lastInsertRowid));
    for (const event of events) {
      const [offset, revision] = [++this.#heads.lastOffset, ++head.revision];
      const { id, type, data, meta } = event;
      const checksum = checksumOf(event, stream, revision, offset);
      this.#statements.addEvent.run(offset, number, revision, id, type, data, meta, checksum);
      this.#written.push({ offset, stream, revision, event });
    }
    return { revision: head.revision, position: positionOf(this.#heads.lastOffset) };
  }

  /** The receipt of an append whose events are already recorded at those revisions. */
  #already({ number }: Head, events: readonly Encoded[], expected: Revision): Receipt | undefined {
    if (number === undefined || events.length === 0) return undefined;
    const there = this.#statements.already.all(number, expected, events.length);
    if (events.some(({ id }, index) => id !== there[index]?.id)) return undefined;
    return { revision: expected + events.length, position: positionOf(Number(there.at(-1)?.position)) };
  }

  /** The receipt of a stream's last event. */
  #end({ number, revision }: Head): Receipt {
    const [last] = number === undefined ? [] : this.#statements.already.all(number, revision - 1, 1);
    return { revision, position: last === undefined ? START : positionOf(Number(last.position)) };
  }
}
