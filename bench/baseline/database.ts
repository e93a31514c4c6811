import { DatabaseSync } from 'node:sqlite';

/** Opens a baseline's file with the pragmas of the ledger's own log: an answered command survives a power cut. */
export const openLog = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 4000;
    PRAGMA mmap_size = 1073741824;
    CREATE TABLE IF NOT EXISTS events (
      position INTEGER PRIMARY KEY,
      stream TEXT NOT NULL,
      revision INTEGER NOT NULL,
      id TEXT NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL,
      meta TEXT NOT NULL,
      UNIQUE (stream, revision)
    ) STRICT;
  `);
  return database;
};

/**
 * Copies the events of a ledger's log behind those of a baseline: the very same texts. Then neither has anything left in its
 * write-ahead log, as after a start.
 */
export const copyLog = (baseline: DatabaseSync, log: string): void => {
  baseline.exec(`ATTACH '${log.replaceAll("'", "''")}' AS ledger`);
  baseline.exec(`
    INSERT INTO events (stream, revision, id, type, data, meta)
    SELECT name, revision, id, type, data, meta
    FROM ledger.events JOIN ledger.streams ON number = stream ORDER BY position
  `);
  baseline.exec('PRAGMA ledger.wal_checkpoint(TRUNCATE); PRAGMA main.wal_checkpoint(TRUNCATE); DETACH ledger');
};

/** A baseline's read table has the pragmas of the ledger's read models. */
export const openReads = (path: string): DatabaseSync => {
  const database = new DatabaseSync(path);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 8192;
    PRAGMA cache_size = -65536;
    PRAGMA mmap_size = 268435456;
    PRAGMA temp_store = memory;
  `);
  return database;
};
