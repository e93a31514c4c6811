import { FolderInUse } from '#event-store/sqlite';
import { put } from '#kernel';
import { linkSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CheckpointMoved, ReadStoreUnavailable } from '../read-store.ts';
import { readStoreContract } from '../read-store.contract.ts';
import { openSqlite } from './index.ts';

const folder = () => mkdtemp(join(tmpdir(), 'read-store-'));

readStoreContract('SQLite', async () => {
  const inside = await folder();
  return {
    open: () => openSqlite({ path: join(inside, 'read.sqlite') }),
    remove: () => rm(inside, { recursive: true }),
  };
});

describe('a SQLite file', () => {
  let inside: string;
  let path: string;
  beforeEach(async () => {
    inside = await folder();
    path = join(inside, 'read.sqlite');
  });
  afterEach(() => rm(inside, { recursive: true }));

  const things = { things: { key: ['thing_id'], columns: { thing_id: 'text' } } } as const;
  const id = { projection: 'thinking', version: 1, generation: 1 };
  const step = {
    build: { ...id, tables: things },
    after: '',
    checkpoint: { position: '1', events: 1 },
    changes: [put('things', { thing_id: 'a' })],
    quarantined: [],
  };
  const filled = async () => {
    const store = await openSqlite({ path });
    await store.create(id, things);
    await store.activate(id);
    await store.apply([step]);
    return store;
  };

  it('can be looked at by another process while it is written', async () => {
    const store = await filled();
    const looking = await openSqlite({ path, readOnly: true });
    expect(await looking.db.selectFrom('things').selectAll().execute()).toHaveLength(1);
    expect(await looking.builds()).toHaveLength(1);
    await expect(looking.putSetting('a', 'b')).rejects.toThrow(ReadStoreUnavailable);
    await looking.close();
    await store.close();
  });

  it('is not made by looking', async () => {
    await expect(openSqlite({ path, readOnly: true })).rejects.toThrow(ReadStoreUnavailable);
  });

  it('is not opened where it cannot be', async () => {
    await expect(openSqlite({ path: join(inside, 'nowhere', 'read.sqlite') })).rejects.toThrow(/nowhere/);
  });

  it('cannot be written by a query', async () => {
    const store = await filled();
    await expect(store.db.deleteFrom('things_v1').execute()).rejects.toThrow(ReadStoreUnavailable);
    expect(await store.db.selectFrom('things').selectAll().execute()).toHaveLength(1);
    await store.close();
  });

  it('is written by one process at a time, by whatever path another one finds it', async () => {
    const store = await filled();
    linkSync(path, join(inside, 'linked.sqlite'));
    for (const second of [path, join(inside, 'linked.sqlite')])
      await expect(openSqlite({ path: second })).rejects.toThrow(FolderInUse);
    const other = new DatabaseSync(path);
    expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('database is locked');
    await expect(store.apply([{ ...step, after: 'elsewhere' }])).rejects.toThrow(CheckpointMoved);
    expect(() => other.exec('BEGIN IMMEDIATE')).toThrow('database is locked');
    other.close();
    await store.close();
    await (await openSqlite({ path })).close();
  });

  it('is for this user alone', async () => {
    const store = await filled();
    expect(['', '-wal', '-shm'].map((suffix) => statSync(path + suffix).mode & 0o777)).toEqual([0o600, 0o600, 0o600]);
    await store.close();
  });
});
