import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { codec } from '../codec.ts';
import { CorruptEvent, NO_STREAM } from '../event-store.ts';
import { draft, drafts, history } from '../testing.ts';
import { openSqlite } from './index.ts';

const shapes = codec({});
const PAGE = 4096;
/** The first byte of a page that holds rows of a table, and where it counts them. */
const TABLE_LEAF = 13;
const ROW_COUNT = 4;

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'damage-'));
  path = join(folder, 'events.sqlite');
});
afterEach(() => rmSync(folder, { recursive: true }));

const open = (readOnly = false) => openSqlite({ path, codec: shapes, readOnly });

/** Sixty events: `contract-1` has the even ones, `contract-2` the odd ones. */
const write = async (): Promise<void> => {
  const store = open();
  for (let i = 0; i < 30; i += 1) {
    await store.append('contract-1', [draft({ amount: '100.80', text: 'x'.repeat(400) })], i - 1);
    await store.append('contract-2', drafts(1), i - 1);
  }
  await store.close();
};

const tamper = (sql: string): void => {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
};

/** The pages that hold events, by where they begin in the file. */
const pagesOfEvents = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length / PAGE }, (_, page) => page * PAGE).filter(
    (at) =>
      at > 0 &&
      bytes[at] === TABLE_LEAF &&
      bytes[at + 3] === 0 &&
      bytes.subarray(at, at + PAGE).includes('SomethingHappened'),
  );

/** Lets a page of events say that it has one row less. */
const vanish = (which: 'the last' | 'an earlier'): void => {
  const bytes = readFileSync(path);
  // The log grows to the right: its newest page is the one that holds the highest position.
  const pages = pagesOfEvents(bytes);
  const at = which === 'the last' ? pages.at(-1) : pages.at(1);
  bytes[at! + ROW_COUNT] = bytes[at! + ROW_COUNT]! - 1;
  writeFileSync(path, bytes);
};

describe('a flipped bit in an event', () => {
  it.each([
    ['its data', `data = replace(data, '100.80', '900.80')`],
    ['its metadata', `meta = replace(meta, 'alice', 'alicf')`],
    ['its type', `type = 'SomethingHappenee'`],
    ['its id', `id = '00000000-0000-4000-8000-000000000000'`],
    ['its checksum', 'checksum = checksum + 1'],
  ])('is found when it is read, and named: %s', async (_, change) => {
    await write();
    tamper(`UPDATE events SET ${change} WHERE position = 5`);
    const store = open();
    const place = { stream: 'contract-1', revision: 2, position: '0000000000000005' };
    await expect(history(store)).rejects.toMatchObject(place);
    await expect(store.read('contract-1')).rejects.toThrow(CorruptEvent);
    expect(await store.read('contract-2')).toHaveLength(30);
    expect(store.verify()).toMatchObject({ events: 59, unchecked: 0, damages: [place] });
    await store.close();
  });

  it('is found where it makes one event that of another stream, or another place', async () => {
    await write();
    tamper('UPDATE events SET revision = 99 WHERE position = 59');
    const store = open();
    await expect(store.read('contract-1')).rejects.toMatchObject({ stream: 'contract-1', revision: 99 });
    expect(store.verify().damages).toMatchObject([{ position: '0000000000000059' }]);
    await store.close();
  });
});

describe('an event that has vanished', () => {
  it('is missed when the log is read past it, and named', async () => {
    await write();
    vanish('an earlier');
    const store = open();
    const failure = await history(store).catch((error: unknown) => error);
    expect(failure).toMatchObject({ stream: expect.stringMatching(/^contract-[12]$/), reason: 'it is missing' });
    const { damages, events } = store.verify();
    expect(events).toBe(59);
    expect(damages).toMatchObject([{ position: (failure as CorruptEvent).position, reason: 'it is missing' }]);
    await store.close();
  });

  it('is missed at the start where it was the last one', async () => {
    await write();
    vanish('the last');
    const missing = { stream: 'contract-2', revision: 29, position: '0000000000000060', reason: 'it is missing' };
    expect(() => open()).toThrow(expect.objectContaining(missing) as Error);
    const store = open(true);
    expect(store.verify()).toMatchObject({ events: 59, damages: [missing] });
    await store.close();
  });

  it('is missed in the middle of its stream, also where its table has lost it with the index', async () => {
    await write();
    tamper('DELETE FROM events WHERE position = 5');
    const store = open(true);
    await expect(store.read('contract-1')).rejects.toThrow('revision 2 of its stream is missing');
    await expect(history(store)).rejects.toMatchObject({ position: '0000000000000005' });
    expect(store.verify().damages).toMatchObject([{ position: '0000000000000005' }]);
    await store.close();
    expect(() => open()).toThrow(CorruptEvent);
  });
});

describe('a log of the version without checksums', () => {
  const asBefore = () => {
    tamper('ALTER TABLE events DROP COLUMN checksum; PRAGMA user_version = 1');
  };

  it('is read as it is, also beside the version that wrote it', async () => {
    await write();
    asBefore();
    const store = open(true);
    expect(await store.read('contract-1')).toHaveLength(30);
    expect(store.verify()).toEqual({ events: 60, unchecked: 60, damages: [] });
    await store.close();
  });

  it('gets checksums for what is recorded from now on', async () => {
    await write();
    asBefore();
    const store = open();
    await store.append('contract-3', drafts(2), NO_STREAM);
    expect(store.verify()).toEqual({ events: 62, unchecked: 60, damages: [] });
    expect(await history(store)).toHaveLength(62);
    await store.close();
  });
});
