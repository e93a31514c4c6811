import {
  chmodSync,
  closeSync,
  linkSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { START, type Recorded } from '#kernel';
import { codec } from '../codec.ts';
import { CorruptEvent, NO_STREAM, RevisionConflict, StoreUnavailable } from '../event-store.ts';
import { eventStoreContract } from '../event-store.contract.ts';
import { draft, drafts, followUntil, history, idsOf, newStream, opened } from '../testing.ts';
import { openDatabase } from './database.ts';
import { FolderInUse, openSqlite } from './index.ts';
import { SqliteEventStore } from './sqlite-event-store.ts';

const shapes = codec({});
const folder = mkdtempSync(join(tmpdir(), 'event-store-'));
let files = 0;

/** A path without a file. */
const newFile = (): string => join(folder, `${++files}.sqlite`);
const open = (path: string) => () => openSqlite({ path, codec: shapes });
const reader = (path: string) => () => openSqlite({ path, codec: shapes, readOnly: true });

/** Changes the file without the store's knowledge. */
const tamper = (path: string, sql: string): void => {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
};

const overwrite = (path: string, offset: number): void => {
  const file = openSync(path, 'r+');
  writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, offset);
  closeSync(file);
};

afterAll(() => rmSync(folder, { recursive: true }));

eventStoreContract('SQLite', () => open(newFile())());
eventStoreContract('SQLite in memory', open(':memory:'));

describe('a SQLite log', () => {
  it('is complete when it is opened again', async () => {
    const path = newFile();
    const [one, other] = [newStream(), newStream()];
    const written = drafts(5);
    await opened(open(path), async (store) => {
      await store.append(one, written.slice(0, 2), NO_STREAM);
      await store.append(other, written.slice(2, 4), NO_STREAM);
    });
    await opened(open(path), async (store) => {
      const [first] = await history(store);
      expect(await store.append(one, written.slice(4), 1)).toMatchObject({ revision: 2 });
      expect(idsOf(await store.read(one))).toEqual([written[0], written[1], written[4]].map((event) => event!.id));
      expect(idsOf(await history(store))).toEqual(idsOf(written));
      expect(idsOf(await history(store, first!.position))).toEqual(idsOf(written.slice(1)));
      // An append that was answered before the restart is recognised after it.
      expect(await store.append(other, written.slice(2, 4), NO_STREAM)).toMatchObject({ revision: 1 });
    });
  });

  it('waits for the disk with every commit', () => {
    const database = openDatabase(newFile());
    expect(database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    expect(database.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    database.close();
  });

  it('writes pending appends before it closes', async () => {
    const path = newFile();
    const store = open(path)();
    const stream = newStream();
    const pending = Array.from({ length: 600 }, (_, index) => store.append(stream, drafts(1), index - 1));
    await store.close();
    expect((await Promise.all(pending)).at(-1)).toMatchObject({ revision: 599 });
    await opened(open(path), async (again) => expect(await again.read(stream)).toHaveLength(600));
  });

  it('drops its cached streams when another process has written in between', async () => {
    const path = newFile();
    const stream = newStream();
    const database = openDatabase(path);
    await opened(
      () => new SqliteEventStore(database, shapes),
      async (store) => {
        await store.append(stream, drafts(1), NO_STREAM);
        // As between two transactions.
        database.exec('ROLLBACK');
        await opened(open(path), async (other) => {
          await other.append(stream, drafts(2), 0);
          await expect(store.append(stream, drafts(1), 0)).rejects.toThrow('locked: another process writes to it');
          expect(await store.read(stream)).toHaveLength(3);
        });
        await expect(store.append(stream, drafts(1), 0)).rejects.toMatchObject({ actual: 2 });
        await store.append(stream, drafts(1), 2);
        expect((await history(store)).map(({ revision }) => revision)).toEqual([0, 1, 2, 3]);
      },
    );
  });

  it('reports another log when a position is past the end', async () => {
    const path = newFile();
    await opened(open(path), async (longer) => {
      const { position } = await longer.append(newStream(), drafts(3), NO_STREAM);
      await opened(open(newFile()), (shorter) => expect(history(shorter, position)).rejects.toThrow('the log ends'));
      await expect(history(longer, 'elsewhere')).rejects.toThrow('"elsewhere" is no position');
    });
  });
});

describe('the owner of a log', () => {
  it.each<[string, (path: string) => string]>([
    ['its own path', (path) => path],
    ['a symbolic link', (path) => (symlinkSync(path, `${path}.soft`), `${path}.soft`)],
    ['a hard link', (path) => (linkSync(path, `${path}.hard`), `${path}.hard`)],
    ['its own path, after its index was deleted', (path) => (rmSync(`${path}-shm`), path)],
  ])('is a single one, whatever path a second one uses: %s', async (_, pathOf) => {
    const path = newFile();
    await opened(open(path), async (store) => {
      await store.append('contract-1', drafts(1), NO_STREAM);
      expect(open(pathOf(path))).toThrow(FolderInUse);
      expect(await store.append('contract-1', drafts(1), 0)).toMatchObject({ revision: 1 });
    });
    await opened(open(path), async (next) => expect(await next.read('contract-1')).toHaveLength(2));
  });

  it('is alone while idle and after a refused append, and takes the lock again when it was lost', async () => {
    const path = newFile();
    const database = openDatabase(path);
    const other = new DatabaseSync(path);
    await opened(
      () => new SqliteEventStore(database, shapes),
      async (store) => {
        const mustBeAlone = () => expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('database is locked');
        mustBeAlone();
        await expect(store.append('contract-1', drafts(1), 7)).rejects.toThrow(RevisionConflict);
        mustBeAlone();
        await store.append('contract-1', drafts(1), NO_STREAM);
        mustBeAlone();
        database.exec('ROLLBACK');
        other.exec('BEGIN IMMEDIATE');
        await expect(store.append('contract-1', drafts(1), 0)).rejects.toThrow(StoreUnavailable);
        expect(await store.read('contract-1')).toHaveLength(1);
        other.exec('ROLLBACK');
        await store.append('contract-1', drafts(1), 0);
        mustBeAlone();
      },
    );
    other.exec('BEGIN IMMEDIATE');
    other.close();
  });

  it('does not block readers', async () => {
    const path = newFile();
    await opened(open(path), async (store) => {
      await store.append('contract-1', drafts(2), NO_STREAM);
      await opened(reader(path), async (beside) => {
        expect(await beside.read('contract-1')).toHaveLength(2);
        await store.append('contract-1', drafts(1), 1);
        expect(await beside.read('contract-1')).toHaveLength(3);
      });
    });
  });

  (process.getuid?.() === 0 ? it.skip : it)('is not one that may not write', async () => {
    const path = newFile();
    await opened(open(path), async () => undefined);
    chmodSync(path, 0o400);
    expect(open(path)).toThrow(StoreUnavailable);
  });
});

describe('the files of a log', () => {
  const modes = (path: string) => ['', '-wal', '-shm'].map((suffix) => statSync(path + suffix).mode & 0o777);

  it('are for this user only, even where an earlier version made them readable by all', async () => {
    const path = newFile();
    await opened(open(path), async (store) => {
      await store.append('contract-1', drafts(1), NO_STREAM);
      expect(modes(path)).toEqual([0o600, 0o600, 0o600]);
    });
    chmodSync(path, 0o644);
    await opened(open(path), async () => expect(modes(path)).toEqual([0o600, 0o600, 0o600]));
  });
});

describe('a damaged log', () => {
  const damage: readonly (readonly [what: string, sql: string])[] = [
    ['data that is no JSON', `data = '{"effectiveAt":'`],
    ['data that is no object', `data = '[1, 2]'`],
    ['metadata that is no JSON', `meta = ''`],
    ['metadata that is no object', `meta = 'null'`],
    ['metadata without a schema number', `meta = '{}'`],
    ['a schema number from the future', `meta = json_set(meta, '$.schema', 2)`],
    ['a number beyond all bounds', 'revision = 9007199254740993'],
  ];
  it.each(damage)('is reported with its place: %s', async (_, change) => {
    const path = newFile();
    await opened(open(path), async (store) => {
      await store.append('contract-1', drafts(1), NO_STREAM);
      await store.append('contract-2', drafts(1), NO_STREAM);
    });
    tamper(path, `UPDATE events SET ${change} WHERE position = 2`);
    await opened(open(path), async (store) => {
      const seen: Recorded[] = [];
      const failure = await followUntil(store, START, (batch) => seen.push(...batch) < 0).catch(
        (error: unknown) => error,
      );
      expect(failure).toBeInstanceOf(CorruptEvent);
      if (!change.startsWith('revision')) {
        expect(failure).toMatchObject({ stream: 'contract-2', position: '0000000000000002' });
        expect(seen.map(({ stream }) => stream)).toEqual(['contract-1']);
      }
      await expect(store.read('contract-2')).rejects.toThrow(CorruptEvent);
      expect(await store.read('contract-1')).toHaveLength(1);
    });
  });

  it('is reported where a stream has lost its name', async () => {
    const path = newFile();
    await opened(open(path), async (store) => {
      await store.append('contract-1', drafts(1), NO_STREAM);
      await store.append('contract-2', drafts(1), NO_STREAM);
    });
    tamper(path, `PRAGMA foreign_keys = OFF; DELETE FROM streams WHERE name = 'contract-2'`);
    await opened(open(path), async (store) => {
      await expect(history(store, '0000000000000001')).rejects.toMatchObject({ position: '0000000000000002' });
    });
  });

  it('is reported when the file itself has been overwritten', async () => {
    const path = newFile();
    await opened(open(path), async (store) => {
      await store.append('contract-1', [draft({ text: 'x'.repeat(50_000) })], NO_STREAM);
    });
    tamper(path, 'PRAGMA wal_checkpoint(TRUNCATE)');
    const database = openDatabase(path);
    const root = Number(database.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'events'`).get()?.rootpage);
    database.close();
    overwrite(path, (root - 1) * 4096);
    expect(open(path)).toThrow(CorruptEvent);
    await opened(reader(path), async (store) => {
      await expect(store.read('contract-1')).rejects.toThrow(CorruptEvent);
    });
  });
});

describe('a full disk', () => {
  it('fails all appends of a group, leaves nothing half-written, and ends when there is room', async () => {
    const database = openDatabase(newFile());
    await opened(
      () => new SqliteEventStore(database, shapes),
      async (store) => {
        await store.append('contract-before', drafts(2), NO_STREAM);
        const { page_count } = database.prepare('PRAGMA page_count').get()!;
        database.exec(`PRAGMA max_page_count = ${Number(page_count) + 4}`);

        const big = Array.from({ length: 8 }, () => draft({ text: 'x'.repeat(8_000) }));
        const group = [
          store.append('contract-small', drafts(1), NO_STREAM),
          store.append('contract-big', big, NO_STREAM),
          store.append('contract-before', drafts(1), 0),
        ];
        for (const outcome of await Promise.allSettled(group))
          expect(outcome).toEqual({ status: 'rejected', reason: expect.any(StoreUnavailable) });
        expect((await history(store)).map(({ stream }) => stream)).toEqual(['contract-before', 'contract-before']);
        await expect(store.append('contract-big', big, NO_STREAM)).rejects.toThrow('database or disk is full');

        database.exec('PRAGMA max_page_count = 1000000');
        expect(await store.append('contract-before', drafts(1), 1)).toMatchObject({ revision: 2 });
        expect(await store.append('contract-big', big, NO_STREAM)).toMatchObject({ revision: 7 });
        expect(await history(store)).toHaveLength(11);
      },
    );
  });
});

describe('an attempt to write', () => {
  it('fails on a full disk that has less room than an append needs, and leaves nothing', async () => {
    const database = openDatabase(newFile());
    const store = new SqliteEventStore(database, shapes);
    await store.append('contract-1', drafts(1), NO_STREAM);
    await store.attempt();
    const rows = () =>
      database.prepare('SELECT (SELECT count(*) FROM streams) AS streams, count(*) AS events FROM events');
    expect(rows().get()).toEqual({ streams: 1, events: 1 });
    // Uses up the space that the attempt has freed.
    await store.append('contract-2', [draft({ text: 'x'.repeat(70_000) })], NO_STREAM);
    database.exec('PRAGMA max_page_count = 1');
    await expect(store.attempt()).rejects.toThrow(StoreUnavailable);
    database.exec('PRAGMA max_page_count = 1000000');
    await store.attempt();
    expect(await store.append('contract-1', drafts(1), 0)).toMatchObject({ revision: 1 });
    expect(rows().get()).toEqual({ streams: 2, events: 3 });
    await store.close();
  });
});

describe('a file that is moved away while it is open', () => {
  const away = (path: string, suffixes: readonly string[], [from, to]: readonly [string, string]): void => {
    for (const suffix of suffixes) renameSync(`${path}${from}${suffix}`, `${path}${to}${suffix}`);
  };

  it.each([
    ['the whole log', ['', '-wal', '-shm']],
    ['what of it is not in the main file yet', ['-wal']],
  ])('%s: nothing is recorded or denied, until it is back', async (_, suffixes) => {
    const path = newFile();
    const [before, meanwhile] = drafts(2);
    await opened(open(path), async (store) => {
      await store.append('contract-1', [before!], NO_STREAM);
      away(path, suffixes, ['', '.away']);
      await expect(store.append('contract-1', [meanwhile!], 0)).rejects.toThrow(StoreUnavailable);
      await expect(store.read('contract-2')).rejects.toThrow(/moved, deleted or replaced/);
      away(path, suffixes, ['.away', '']);
      expect(idsOf(await store.read('contract-1'))).toEqual([before!.id]);
      expect(await store.append('contract-1', [meanwhile!], 0)).toMatchObject({ revision: 1 });
    });
  });

  it('is not confused with another file in its place', async () => {
    const path = newFile();
    await opened(open(path), async (store) => {
      await store.append('contract-1', drafts(1), NO_STREAM);
      away(path, ['', '-wal', '-shm'], ['', '.away']);
      await opened(open(path), async (other) => {
        await other.append('contract-1', drafts(1), NO_STREAM);
        await expect(store.append('contract-1', drafts(1), 0)).rejects.toThrow(StoreUnavailable);
      });
    });
  });

  it('leaves appends unconfirmed that were committed while the file was moved', async () => {
    const path = newFile();
    const database = openDatabase(path);
    // Between the check before a transaction and the one after it.
    database.function('goes_away', () => (away(path, [''], ['', '.away']), 0));
    database.exec('CREATE TRIGGER goes AFTER INSERT ON events BEGIN SELECT goes_away(); END');
    const events = drafts(1);
    await opened(
      () => new SqliteEventStore(database, shapes),
      async (store) => {
        const stop = new AbortController();
        const following = store.follow(START, stop.signal)[Symbol.asyncIterator]();
        expect(await following.next()).toMatchObject({ value: [] });
        const grown = following.next();
        await expect(store.append('contract-1', events, NO_STREAM)).rejects.toThrow(StoreUnavailable);
        away(path, [''], ['.away', '']);
        // It was recorded after all: a repetition shows it, and followers have received it.
        expect(await store.append('contract-1', events, NO_STREAM)).toMatchObject({ revision: 0 });
        expect(idsOf((await grown).value as readonly Recorded[])).toEqual(idsOf(events));
        stop.abort();
      },
    );
  });
});

describe('a transaction that fails in the middle', () => {
  it('is visible to no reader, and does not affect the next one', async () => {
    const database = openDatabase(newFile());
    database.exec(`
      CREATE TRIGGER poisonous BEFORE INSERT ON events WHEN NEW.type = 'Poison'
      BEGIN SELECT raise(ABORT, 'spilt'); END`);
    await opened(
      () => new SqliteEventStore(database, shapes),
      async (store) => {
        const [first, second] = drafts(2);
        const group = [
          store.append('contract-1', [first!], NO_STREAM),
          store.append('contract-2', [second!, { ...draft(), type: 'Poison' }], NO_STREAM),
          store.append('contract-3', drafts(1), 5),
        ];
        for (const outcome of await Promise.allSettled(group))
          expect(outcome).toEqual({ status: 'rejected', reason: expect.any(StoreUnavailable) });
        const stop = new AbortController();
        const following = store.follow(START, stop.signal)[Symbol.asyncIterator]();
        expect(await following.next()).toMatchObject({ value: [] });
        const grown = following.next();
        expect(await store.append('contract-1', [first!], NO_STREAM)).toEqual({
          revision: 0,
          position: '0000000000000001',
        });
        expect(idsOf(await history(store))).toEqual([first!.id]);
        // Followers receive the event, although the log is shorter than they had expected.
        expect(idsOf((await grown).value as readonly Recorded[])).toEqual([first!.id]);
        stop.abort();
      },
    );
  });
});

describe('a file that is not a log of this program', () => {
  it('is refused when a newer version wrote it', async () => {
    const path = newFile();
    await opened(open(path), async () => undefined);
    tamper(path, 'PRAGMA user_version = 3');
    expect(open(path)).toThrow(/has table layout 3, this version knows 2/);
  });

  it('is refused when it is another database', () => {
    const path = newFile();
    tamper(path, 'CREATE TABLE charges (id TEXT)');
    expect(open(path)).toThrow(/is not an event log/);
  });

  it('is refused when it is not a database', () => {
    const path = newFile();
    writeFileSync(path, 'once upon a time '.repeat(1_000));
    expect(open(path)).toThrow(/not a database/);
  });
});

describe('reading beside the owner of the file', () => {
  it('sees existing events and new ones', async () => {
    const path = newFile();
    await opened(open(path), async (owner) => {
      const stream = newStream();
      await owner.append(stream, drafts(2), NO_STREAM);
      await opened(reader(path), async (store) => {
        const batches: number[] = [];
        const seen = await followUntil(store, START, async ({ length }, before) => {
          batches.push(length);
          if (length === 0 && before.length === 2) await owner.append(stream, drafts(1), 1);
          return length === 0 && before.length === 3;
        });
        expect(batches).toEqual([2, 0, 1, 0]);
        expect(seen).toEqual(await owner.read(stream));
      });
    });
  });

  it('does not write', async () => {
    const path = newFile();
    await opened(open(path), async () => undefined);
    await opened(reader(path), async (store) => {
      await expect(store.append(newStream(), drafts(1), NO_STREAM)).rejects.toThrow('for reading only');
    });
  });

  it('does not create a missing file', () => {
    expect(reader(newFile())).toThrow(/unable to open/);
  });
});
